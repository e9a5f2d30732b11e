"""One-time initializations, where the C library's own functions have no names.

pthread_once() sleeps in the very function from which it calls the initializer:

    #0  0x00007efc60eabff1 in ?? () from libc.so.6      sleeps until an initializer has ended
    #1  0x0000555e3f897d01 in init_b() ()
    #2  0x00007efc60eac057 in ?? () from libc.so.6      has called init_b, 102 bytes behind the place where it sleeps
    #3  0x0000555e3f897a88 in tb() ()

No other function of the C library does both: what sorts, searches or walks calls back and never sleeps, and locks sleep and call nothing.
So who sleeps there waits for an initializer, and whoever stands outside of such a call runs one.  Which one waits for which stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.place import INFERRED, INITIALIZER, NAMELESS, WAITS_FOR_INITIALIZER, Held, Sighting, StackMeaning

_NEAR = 256  # bytes between the sleep and the call: the function is 400 bytes long (glibc 2.34 to 2.41, x86-64 and aarch64)
_LIBRARY = ("?? libc.so", "?? libc-", "?? libpthread")


def tell_initializers(sightings: Sequence[Sighting]) -> list[Sighting]:
    """The threads of a dump with the initializations that they wait for, and those that they run."""
    sleeps = {_pc(each, 0) for each in sightings if _is_nameless(each.place)} - {0}
    calls = [dict(_calls_back(each)) for each in sightings] if sleeps else []
    near = {sleep for sleep in sleeps if any(abs(sleep - pc) <= _NEAR for called in calls for pc in called.values())}
    if not near:
        return list(sightings)
    places: dict[int, StackMeaning] = {}  # equal places are the same object
    return [_told(each, called, near, places) for each, called in zip(sightings, calls, strict=True)]


def _told(sighting: Sighting, called: dict[int, int], near: set[int], places: dict[int, StackMeaning]) -> Sighting:
    runs = [at for at, pc in called.items() if any(abs(sleep - pc) <= _NEAR for sleep in near)]
    if runs:
        held = (Held("once", None, INFERRED, sighting.frame_line(at), at, False, token=INITIALIZER) for at in runs)
        sighting = sighting._replace(holds=(*sighting.holds, *held))
    place, awaited = sighting.place, sighting.awaited
    if not _is_nameless(place) or _pc(sighting, 0) not in near:
        return sighting
    place = places.setdefault(id(place), place._replace(kind="once", state="lock", reason=WAITS_FOR_INITIALIZER))
    return sighting._replace(place=place, awaited=awaited._replace(kind="once") if awaited is not None else None)


def _is_nameless(place: StackMeaning) -> bool:
    return place.reason == NAMELESS and place.wait_frames == 1 and place.names[0].startswith(_LIBRARY)


def _calls_back(sighting: Sighting) -> Iterator[tuple[int, int]]:
    """(frame, return address) of each function of the C library without a name that has called one of the program's."""
    place = sighting.place
    names = place.names
    for at in range(max(place.wait_frames, 1) + 1, place.first_start_frame):
        if names[at].startswith(_LIBRARY) and not names[at - 1].startswith("??"):
            yield at, _pc(sighting, at)


def _pc(sighting: Sighting, at: int) -> int:
    dump = sighting.dump
    return dump.pc(dump.columns.thread_first[sighting.thread] + at)
