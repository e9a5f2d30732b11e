"""Which threads of a process's snapshots are the same thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.columns import UNKNOWN
from stackan.model.place import Sighting

Sightings = list[tuple[int, Sighting]]  # (snapshot index, sighting), in time order


def match(snapshots: Sequence[Sequence[Sighting]]) -> dict[int | str, Sightings]:
    """{LWP, or the key in its place: the thread's sightings}"""
    seen: dict[int | str, Sightings] = {}
    current: dict[int | str, int | str] = {}  # the current user of an LWP, where it is not its first user
    for index, sightings in enumerate(snapshots):
        for number, sighting in zip(_numbers(sightings), sightings):
            key = current.get(number, number) if current else number
            known = seen.get(key)
            if known is None:
                seen[key] = [(index, sighting)]
                continue
            before, last = known[-1]
            if not _same_thread(last, sighting):
                current[number] = key = f"{number} of snapshot {index + 1}"
                seen.setdefault(key, [(index, sighting)])
            elif before != index:  # a thread that one snapshot prints twice counts once
                known.append((index, sighting))
    return seen


def _numbers(sightings: Sequence[Sighting]) -> Iterator[int | str]:
    """The key by which each thread is matched: never a number that the dump gave it for itself, which shifts."""
    for order, sighting in enumerate(sightings):
        columns = sighting.dump.columns
        lwp = columns.thread_lwp[sighting.thread]
        yield lwp if lwp != UNKNOWN else _number(sighting, order)


def _number(sighting: Sighting, order: int) -> str:
    columns = sighting.dump.columns
    number, pthread = columns.thread_number[sighting.thread], columns.thread_pthread[sighting.thread]
    if number > 0 and sighting.dump.traits.numbered:
        return f"{sighting.dump.traits.thread} {number}"
    if sighting.dump.traits.anonymous:
        return f"counted {sighting.dump.traits.thread} {order + 1}"
    return f"pthread {pthread:#x}" if pthread else f"thread {order}"


def _same_thread(before: Sighting, after: Sighting) -> bool:
    """An LWP may be used again for a new thread; its pthread id, its age or the function with which it began shows it."""
    ours = before.dump.columns.thread_pthread[before.thread]
    theirs = after.dump.columns.thread_pthread[after.thread]
    if ours and theirs:
        return ours == theirs
    if before.printed_state is not None and after.printed_state is not None and after.printed_state.age < before.printed_state.age:
        return False
    entries = _entry(before), _entry(after)
    return None in entries or entries[0] == entries[1]


def _entry(sighting: Sighting) -> str | None:
    """The function with which a thread began, where its stack is shown down to what starts threads."""
    place = sighting.place
    if not 0 < place.first_start_frame < len(place.names) or place.names[place.first_start_frame - 1].startswith("??"):
        return None
    return place.names[place.first_start_frame - 1]
