"""Pools that only the program's own names for its threads show.

    10_dirty_io_sch, 9_dirty_io_sche, … 1_dirty_io_sche        numbered from one, or from zero, without a gap: made together, once
    pdns/distributo, six times                                 waiting for work at one place

Their loop may have no name, and where all of them are stuck in a file or a pipe none is parked in it.  Those that are numbered are
a pool if one was ever parked, or if all are in files: sixty clients at one lock may be numbered, too, and wait for no work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.facts import Fact, fact
from stackan.model.place import WAITS_FOR_PEER, StackMeaning, is_main
from stackan.model.records import NamedTuple
from stackan.model.stem import NOT_GIVEN, are_counted, common_name, number, stem
from stackan.model.track import APPEARED, Track, places_where

_SHALLOW = 4  # functions of a thread, at most, that only waits for work: more may be a request that waits for something else


class NamedPool(NamedTuple):
    name: str
    members: list[Track]
    why: Fact


def named_pools(free: Sequence[Track], every: Sequence[Track]) -> Iterator[NamedPool]:
    """The pools among threads that are in no other, known by names that are not those of the process itself."""
    initial = places_where(every, _is_main_program)
    own = {stem(track.name) for track in every if id(track.place) in initial}
    groups: dict[str, list[Track]] = {}
    if own:
        for track in free:
            groups.setdefault(stem(track.name), []).append(track)
    for name, members in groups.items():
        if name in own or name in NOT_GIVEN or len(members) < 2 or any(track.progress == APPEARED for track in members):
            continue
        places = [sighting.place for track in members for _, sighting in track.sightings]
        if len({place.application[-1:] for place in places}) > 1:
            continue  # they have not one entry
        numbered = are_counted([number(track.name) for track in members]) and _take_work(places)
        if numbered or _wait_alike(members, places):
            why = fact("numbered-without-a-gap" if numbered else "named-and-parked-alike", count=len(members))
            yield NamedPool(common_name(name, (track.name for track in members)), members, why)


def _is_main_program(place: StackMeaning) -> bool:
    return any(map(is_main, place.names[-4:]))


def _take_work(places: Sequence[StackMeaning]) -> bool:
    return any(map(_is_parked, places)) or all(map(_is_in_a_file, places))


def _wait_alike(members: Sequence[Track], places: Sequence[StackMeaning]) -> bool:
    """Whether threads of one name were parked for work, all at one place."""
    idle = [place for place in places if place.verb == "idle"]
    one = len({track.name for track in members}) == len({place.application for place in idle}) == 1
    return one and all(_is_parked(place) and len(place.application) <= _SHALLOW for place in idle)


def _is_parked(place: StackMeaning) -> bool:
    """Whether it is for what threads of the process bring: read() from a socket looks as one from a pipe, and recv() does not."""
    return place.verb == "idle" and (place.role is None or (place.kind == "pipe" and place.reason == WAITS_FOR_PEER))


def _is_in_a_file(place: StackMeaning) -> bool:
    return place.verb == "waiting" and place.state == "io" and place.kind in ("file", "pipe")
