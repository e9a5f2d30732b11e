"""Tables of waits, each beside the stacks that were taken in the same round of the same process; one that stands alone is a dump itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackan.model.dump import Dump

WAITS = "waits"  # the format of such tables
_OF_THE_KERNEL = frozenset(("linux-kernel", "linux-stack"))  # what lies below a system call: no stacks of the process

Beside = Mapping[int, Dump]  # by the `id` of the dump that the table belongs to


def part(dumps: Sequence[Dump]) -> tuple[list[Dump], Beside]:
    """The dumps without the tables that others have beside them, and these tables."""
    tables = {_place_of(dump): dump for dump in dumps if dump.format == WAITS}
    if not tables:
        return list(dumps), {}
    others = [dump for dump in dumps if dump.format != WAITS and dump.format not in _OF_THE_KERNEL]
    beside = {id(dump): tables[_place_of(dump)] for dump in others if _place_of(dump) in tables}
    beside = {key: table for (key, table) in beside.items() if table.facts.pid is not None}
    paired = {id(table) for table in beside.values()}
    return [dump for dump in dumps if id(dump) not in paired], beside


def is_of_capture(text: bytes) -> bool:
    """Whether a text is one of those that a capture has for people: its manifest, the machine, what does not change of a process."""
    return text.startswith((b'{\n "schema": "stackan.capture/1"', b"stackan machine/1\n")) or (
        text.startswith(b"==> /proc/") and b"/task/" not in text[:64]
    )


def _place_of(dump: Dump) -> str:
    """The folder of a round: `case.tar.gz!stackan-db1-…/db1/4242/round-1`"""
    return dump.source.replace("!", "/").rpartition("/")[0]
