"""Inputs that seem to be copies of others: they show no second moment, so nothing is proved by what stands still between the two.

Equal bytes alone say nothing: two dumps of a process that hangs altogether are the same, byte for byte.  But a clock in the text goes on,
a thread that runs is hardly met twice at one address, and whoever copies a file keeps most of its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stackan.model.dump import Dump
from stackan.model.place import Sighting
from stackan.model.track import Track
from stackan.placing.group import stem
from stackan.placing.heads import read_head

if TYPE_CHECKING:
    from stackan.model.counters import Counters

_NUMBERED = re.compile(r" ?\(\d{1,3}\)$")  # `snap1 (1).txt`: what browsers and file managers call a second file of one name
_COPIED = re.compile(r"(?i)(?<![a-z])(?:copy|bak)(?![a-z])|副本")  # `snap1 - Copy.txt`, `snap1.txt.bak`, `snap1 - 副本.txt`


def find_copies(dumps: Sequence[Dump], tracks: Sequence[Track], counters: Counters | None = None) -> Iterator[tuple[str, str]]:
    """(an input, the one before it of which it seems to be a copy), for the snapshots of one process in time order."""
    sized: dict[int, list[int]] = {}  # only texts of one size have to be compared
    for at, dump in enumerate(dumps):
        earlier = sized.setdefault(len(dump.original), [])
        before = next((other for other in earlier if dumps[other].original == dump.original), None)
        if before is None:
            earlier.append(at)
            continue
        same = dumps[before].source
        if same == dump.source:
            continue
        copied = _named_alike(dump.source, same) or read_head(dump).time
        if copied or (_runs(dump, tracks) and not _counted_apart(before, at, counters)):
            yield dump.source, same


def _counted_apart(before: int, at: int, counters: Counters | None) -> bool:
    """Whether the tables beside two snapshots were taken at two moments: who loops over few addresses may be met at one of them twice."""
    if counters is None:
        return False
    ours, theirs = counters.counted[before], counters.counted[at]
    shared = ours.keys() & theirs.keys()
    return any((ours[lwp].ran, ours[lwp].switches) != (theirs[lwp].ran, theirs[lwp].switches) for lwp in shared)


def _named_alike(a: str, b: str) -> bool:
    """Whether the names differ in no more than what a copy, a compression or an archive puts to them."""
    ours, theirs = stem(a), stem(b)
    if ours == theirs or _NUMBERED.sub("", ours) == theirs or ours == _NUMBERED.sub("", theirs) or _is_copied(a) != _is_copied(b):
        return True
    inner, outer = sorted((ours.rpartition("!")[2], theirs.rpartition("!")[2]), key=len)
    return "!" in a + b and f"/{outer}".endswith(f"/{inner}")  # an archive, and what was unpacked from it


def _is_copied(source: str) -> bool:
    return _COPIED.search(source.replace("!", "/").rpartition("/")[2]) is not None


def _runs(dump: Dump, tracks: Sequence[Track]) -> bool:
    """Whether a thread was met while it ran, in a function and at an address that the text prints."""
    return any(
        sighting.dump is dump and sighting.place.verb == "running" and _is_located(sighting)
        for track in tracks
        for _, sighting in track.sightings
    )


def _is_located(sighting: Sighting) -> bool:
    dump, names = sighting.dump, sighting.place.names
    return bool(names) and not names[0].startswith("??") and dump.pc(dump.columns.thread_first[sighting.thread]) != 0
