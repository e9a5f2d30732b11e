"""One thread of a process through all snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from stackan.model.brief import amount, in_short
from stackan.model.facts import Fact
from stackan.model.place import RECORDED, Held, Sighting, StackMeaning
from stackan.model.records import NamedTuple
from stackan.model.said import said

STUCK, SPINNING, PROGRESSING, IDLE, APPEARED, VANISHED, UNSURE = (
    "stuck",
    "spinning",
    "progressing",
    "idle",
    "appeared",
    "vanished",
    "unknown",
)

# Results of counters for a thread: it is proved to have stood still, or seems to have, as the steps of a count show no more.
RAN_NOTHING, USED_NO_CPU = said("ran nothing"), said("used no CPU that was counted")

SETTLED = 3  # snapshots in a row in one place from which on that is no chance, even of a thread that moved before


class Track(NamedTuple):
    """A thread, matched across snapshots."""

    key: int | str  # LWP, or the key in its place
    lwp: int | None
    pthread: str | None
    number: int | None  # the dump's own, of a thread without an LWP: a goroutine's
    name: str | None
    sightings: tuple[tuple[int, Sighting], ...]  # (snapshot index, sighting), in time order
    progress: str
    note: tuple[Fact, ...]  # why
    timeline: str  # a letter for each interval between snapshots (docs/json.md)
    newest: Sighting  # the last of its sightings
    place: StackMeaning  # of the newest sighting: both are used often
    in_handler: bool = False  # it runs inside an event loop, and was there in the same call in all snapshots
    counted: str = ""  # the result of counters beside the dumps if it stands still, in short

    def __repr__(self) -> str:
        number = "thread" if self.lwp is None else f"LWP {self.lwp}"
        who = f"{number} {self.name}" if self.name else number
        return in_short("Track", f"{who}: {self.progress} in {self.place.purpose}, {amount(len(self.sightings), 'snapshot')}")

    @property
    def shown(self) -> int | None:
        """The number that its reader knows it by."""
        return self.lwp if self.lwp is not None else self.number

    @property
    def present(self) -> list[int]:
        return [index for index, _ in self.sightings]


def with_newest(track: Track, newest: Sighting) -> Track:
    """The thread with another newest sighting in all the places where that is kept."""
    return track._replace(sightings=(*track.sightings[:-1], (track.sightings[-1][0], newest)), newest=newest, place=newest.place)


def held_by(track: Track) -> list[tuple[Sighting, Held]]:
    """The locks that a thread holds, each with the sighting that shows it.

    If it stands still, these are also the locks whose owner word was printed in an earlier snapshot, where the newest does not show
    the owner: people print an owner when the first report has advised it, and the dumps may come in any order.  Tables of waits are
    read anew for each snapshot, so an earlier one says nothing of now.
    """
    newest = track.newest
    found = [(newest, hold) for hold in newest.holds] if newest.holds else []
    if track.progress == STUCK and len(track.sightings) > 1 and any(sighting.holds for _, sighting in track.sightings[:-1]):
        known = {hold.address for hold in newest.holds}
        printed = newest.dump.printed_addresses
        for _, sighting in reversed(track.sightings[:-1]):
            for hold in sighting.holds:
                if hold.log is not None and hold.log.kind == "waits":
                    continue
                if hold.evidence == RECORDED and hold.address is not None and hold.address not in known and hold.address not in printed:
                    known.add(hold.address)
                    found.append((sighting, hold._replace(sure=False)))
    return found


_SHALLOW = 3  # frames between a wait and a thread's start in which a run-time's own threads are parked


def is_hidden(track: Track) -> bool:
    """Whether the dump does not show what a thread does: a rule says so, or the frame in which it runs or waits has no name."""
    place = track.place
    unnamed = place.verb == "running" and bool(place.names) and place.names[0].startswith("??")
    return track.progress == UNSURE and (place.verb == "unknowable" or unnamed)


def is_apart(track: Track) -> bool:
    """Whether a thread is a run-time's own, and does nothing for the program: it has a few nameless frames of one library."""
    place = track.place
    own = set(place.application)
    return place.rule is None and len(own) == 1 and len(place.application) <= _SHALLOW and own.pop().startswith("?? ")


def places_of(tracks: Iterable[Track]) -> list[tuple[StackMeaning, int]]:
    """The places of these threads, each with the number of threads: facts about a place are worked out once."""
    places: dict[int, StackMeaning] = {}
    numbers: dict[int, int] = {}
    for track in tracks:
        number = id(track.place)  # equal places are the same object
        places.setdefault(number, track.place)
        numbers[number] = numbers.get(number, 0) + 1
    return [(place, numbers[number]) for number, place in places.items()]


def places_where(tracks: Iterable[Track], holds: Callable[[StackMeaning], bool]) -> frozenset[int]:
    """The ids of those places of the tracks of which something holds, which is asked once for each place."""
    places = {id(track.place): track.place for track in tracks}  # equal places are the same object
    return frozenset(number for number, place in places.items() if holds(place))


def is_of_initial_thread(place: StackMeaning) -> bool:
    """The property as a function."""
    return place.of_initial_thread


def awaited_address(sighting: Sighting) -> int | None:
    return sighting.awaited.address if sighting.awaited is not None else None


def mode_of(track: Track) -> str:
    """Whether a thread waits to read or to write; "" where that is not known."""
    awaited = track.newest.awaited
    return awaited.mode if awaited is not None else ""


def moved_from(track: Track) -> int | None:
    """The object's address in a stuck thread's oldest snapshot, if a collector has moved the object since."""
    oldest, newest = track.sightings[0][1].awaited, track.newest.awaited
    if track.newest.dump.traits.language == "native":  # no collector: one of the snapshots between does not print the object
        return None
    if track.progress != STUCK or oldest is None or newest is None or None in (oldest.address, newest.address):
        return None
    return oldest.address if oldest.address != newest.address else None
