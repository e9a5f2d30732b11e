"""What a hang looks like, without what every thread has: the stacks of its threads, cleaned of plumbing, and of threads that are idle."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from stackan.model.analysis import Analysis
from stackan.model.place import StackMeaning
from stackan.model.process import Process
from stackan.model.track import IDLE, STUCK, Track
from stackan.store.telling import is_of_program


def signature_rows(analysis: Analysis) -> list[dict[str, Any]]:
    """A row of the table `signatures` for each group of threads with one stack and one progress, but those that are idle."""
    return [row for process in analysis.processes for row in _of_process(process)]


def case_signature(rows: Iterable[dict[str, Any]]) -> str | None:
    """Equal for cases whose stuck threads stand in the same places, however many they are.

    None where none is stuck, or none of their stacks names its program: those without symbols would all be one.
    """
    stuck = {row["signature"]: row["names"] for row in rows if row["progress"] == STUCK}
    return _digest(sorted(stuck)) if any(map(is_of_program, stuck.values())) else None


def cleaned(place: StackMeaning, glue: frozenset[str]) -> tuple[str, ...]:
    """The names of a stack that say what its thread is about, innermost first: neither wait, thread start nor plumbing.

    Of a stack that has none but these, all that have a name.
    """
    named = tuple(name for name in place.application if not name.startswith("??") and name not in glue)
    return named or tuple(name for name in place.names if not name.startswith("??"))


def _of_process(process: Process) -> list[dict[str, Any]]:
    groups: dict[tuple[int, str, str | None], tuple[Track, int]] = {}
    for track in process.tracks:
        if track.progress == IDLE:
            continue
        awaited = track.newest.awaited
        key = (id(track.place), track.progress, awaited.kind if awaited is not None else None)  # equal places are the same object
        first, count = groups.get(key, (track, 0))
        groups[key] = (first, count + 1)
    glue = process.rules.glue
    return [_row(process.id, track, kind, count, cleaned(track.place, glue)) for (_, _, kind), (track, count) in groups.items()]


def _row(process: str, track: Track, kind: str | None, count: int, names: Sequence[str]) -> dict[str, Any]:
    return {
        "process": process,
        "fingerprint": _digest(track.place.names),
        "signature": _digest(names),
        "progress": track.progress,
        "state": track.place.state,
        "waits_for": kind,
        "count": count,
        "names": list(names),
    }


def _digest(names: Sequence[str]) -> str:
    """As the analysis document makes its fingerprints."""
    return hashlib.blake2b("\n".join(names).encode("utf-8", "replace"), digest_size=8).hexdigest()
