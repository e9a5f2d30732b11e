"""Rwlocks that readers hold, as a debugger has printed them: their number is recorded, their identity is not."""

from __future__ import annotations

from stackan.model.dump import Dump
from stackan.model.printed import Printed
from stackan.model.process import Process


def printed_readings(process: Process) -> dict[int, tuple[Dump, Printed]]:
    """{address: (the newest dump in which the lock was printed, what that says)} of those that readers held then."""
    newest: dict[int, tuple[Dump, Printed]] = {}
    for dump in reversed(process.dumps):
        found_at = {word.address: (dump, word) for word in dump.facts.printed if word.kind == "rwlock"}
        for address, found in found_at.items():
            newest.setdefault(address, found)
    return {address: found for address, found in newest.items() if found[1].readers}
