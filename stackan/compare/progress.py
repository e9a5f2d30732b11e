"""Sightings of one thread → its progress: stuck, spinning, progressing, idle, appeared, vanished, unknown.

Stuck is the same normalized stack *and* the same wait object in all snapshots, and not idle by design.  Where no
object is printed, the program counters of the application's frames are compared instead.  With many snapshots a thread that
moved at first counts as standing still once it was seen in one place SETTLED times in a row.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence

from stackan.compare.sameness import same_place, works_in_place
from stackan.model.facts import Fact, Wanted, fact
from stackan.model.place import MEANWHILE, UNNAMED, Sighting, fact_of
from stackan.model.records import NamedTuple
from stackan.model.track import APPEARED, IDLE, PROGRESSING, SETTLED, SPINNING, STUCK, UNSURE, VANISHED

# One letter for each interval between two snapshots: what the thread did in it.
STOOD, MOVED, RESTED, RAN, CAME, WENT, ABSENT = "S", "P", "I", "R", "A", "V", "-"


Note = tuple[Fact, ...]


class _Judged(NamedTuple):
    progress: str
    note: Note
    timeline: str


class Judges:
    """Judges the threads of one process.  Thousands do the same: equal sightings are judged once."""

    def __init__(self, last: int, cut: Collection[int]) -> None:
        self._last = last  # the newest snapshot's index
        self._cut = cut
        self._known: dict[tuple[object, ...], _Judged] = {}
        self._rest: dict[tuple[int, ...], bool] = {}  # whether threads in these places are all idle

    def judge(self, sightings: Sequence[tuple[int, Sighting]]) -> _Judged:
        if len(sightings) == 1:
            ((index, seen),) = sightings
            return self._recall((id(seen.place), index, 0 if self._last else seen.waited), sightings, ())
        places = tuple([id(sighting.place) for _, sighting in sightings])  # equal places are the same object
        rests = self._rest.get(places)
        if rests is None:
            rests = self._rest[places] = _rests(sightings)
        still = () if rests else tuple([same_place(before, after) for (_, before), (_, after) in itertools.pairwise(sightings)])
        if not rests and any(sighting.dump.facts.states and sighting.place.verb == "running" for _, sighting in sightings):
            return self._judge(sightings, still)  # it may be a matter of the thread's own counters
        return self._recall((places, still, tuple([index for index, _ in sightings])), sightings, still)

    def _recall(self, key: tuple[object, ...], sightings: Sequence[tuple[int, Sighting]], still: Sequence[bool]) -> _Judged:
        judged = self._known.get(key)
        if judged is None:
            judged = self._known[key] = self._judge(sightings, still)
        return judged

    def _judge(self, sightings: Sequence[tuple[int, Sighting]], still: Sequence[bool]) -> _Judged:
        return _Judged(*judge_shown(sightings, self._last, self._cut, still), timeline(sightings, self._last, still, self._cut))


def _rests(sightings: Sequence[tuple[int, Sighting]]) -> bool:
    return all(sighting.place.verb == "idle" for _, sighting in sightings)


def timeline(sightings: Sequence[tuple[int, Sighting]], last: int, still: Sequence[bool], cut: Collection[int] = ()) -> str:
    """A letter for each interval, in time order: `S S P P`; `still` is, for each two sightings in a row, whether they are of one place."""
    at = {index: position for position, (index, _) in enumerate(sightings)}
    steps = []
    for index in range(last):
        before, after = at.get(index), at.get(index + 1)
        if (before is None and index in cut) or (after is None and index + 1 in cut):
            steps.append(ABSENT)
        elif before is None or after is None:
            steps.append(ABSENT if before is after else CAME if before is None else WENT)
        else:
            steps.append(_step(sightings[before][1], sightings[after][1], bool(still) and still[before]))
    return " ".join(steps)


def _step(before: Sighting, after: Sighting, still: bool) -> str:
    if before.place.verb == "idle" and after.place.verb == "idle":
        return RESTED
    if works_in_place(before, after):
        return RAN
    if not still:
        return MOVED
    return RAN if after.place.verb == "running" else STOOD


def judge_shown(sightings: Sequence[tuple[int, Sighting]], last: int, cut: Collection[int], still: Sequence[bool]) -> tuple[str, Note]:
    """Progress and why, by those snapshots that would show a thread if it were there: one that breaks off before it shows nothing."""
    first, end = 0, last
    while first in cut and first < sightings[0][0]:
        first += 1
    while end in cut and end > sightings[-1][0]:
        end -= 1
    progress, note = judge([(index - first, sighting) for index, sighting in sightings], end - first, still)
    if (first, end) == (0, last):
        return progress, note
    if progress == UNSURE and first == end:
        return UNSURE, (fact("dump-breaks-off-before-it"),)
    return progress, (*note, fact("judged-without-broken-dump"))


def _stood_by_itself(sighting: Sighting) -> bool:
    """Whether the dump alone shows that a thread has stood still: it prints for how long it has waited for a lock, or where a rule says.

    A wait for a task's result may be for ever another one each time elsewhere, too: for that the other threads have to be seen moving.
    """
    place = sighting.place
    return sighting.waited > 0 and (place.verb == "blocked" or (place.verb == "waiting" and place.state == "lock"))


def judge(sightings: Sequence[tuple[int, Sighting]], last: int, still: Sequence[bool]) -> tuple[str, Note]:
    """A thread's progress and why; `last` is the newest snapshot's index, `still` as for the time line."""
    newest = sightings[-1][1]
    if newest.place.role == "observer":
        return IDLE, (fact_of(newest.place),)
    if last == 0 and _stood_by_itself(newest):
        return STUCK, (fact("has-waited-in-one-go", span=newest.waited),)
    if last == 0:
        return (IDLE, (fact_of(newest.place),)) if newest.place.verb == "idle" else (UNSURE, (fact("one-snapshot-no-motion"),))
    if sightings[-1][0] != last:
        return VANISHED, (fact("not-in-the-newest"),)
    if len(sightings) > 1 and _rests(sightings):
        return IDLE, (fact_of(newest.place),)
    worked = _worked_in_place(sightings)
    if worked is not None:
        return worked
    if sightings[0][0] == 0 and all(sighting.place.is_untold for _, sighting in sightings):
        return UNSURE, (fact(UNNAMED),)
    since = len(sightings) - 1  # from which of its sightings on it was seen in the place where it is in the newest
    while since > 0 and still[since - 1]:
        since -= 1
    stood = len(sightings) - since
    always = since == 0 and sightings[0][0] == 0
    if not always and stood < SETTLED:
        if sightings[0][0] != 0:
            return APPEARED, (fact("not-in-the-first"),)
        return PROGRESSING, (_how_it_moved(sightings),)
    last_ones = None if always else stood
    verb = newest.place.verb
    if verb == "idle":
        return IDLE, (fact_of(newest.place),)
    if verb == "spinning":
        return SPINNING, (fact("stands-in-primitive", function=newest.place.names[0], last=last_ones),)
    if verb == "running" and newest.place.kind is not None and newest.place.rule is not None:
        return UNSURE, (fact("asks-again-and-again", what=Wanted(newest.place.kind, newest.place.rule.what), last=last_ones),)
    if verb == "running" and _may_wait_unseen(newest):
        return UNSURE, (fact(UNNAMED),)
    if verb == "running":
        return PROGRESSING, (fact("runs-in-one-place", last=last_ones),)
    if verb == "unknowable":
        return UNSURE, (fact("hint-of-profile", hint=newest.place.rule.hint) if newest.place.rule else fact_of(newest.place),)
    if verb == "sleeping":
        return UNSURE, (fact("sleeps-in-one-place", last=last_ones),)
    return STUCK, (fact("same-stack-and-wait", last=last_ones),)


def _may_wait_unseen(sighting: Sighting) -> bool:
    """Whether a thread that was met in one place may wait there: in a library's function without a name, which enters the kernel itself.

    A program's own code seldom does; but where no library's name is printed, a stack without any name may be anywhere.
    """
    innermost, named = sighting.place.names[:1], any(not name.startswith("??") for name in sighting.place.application)
    if not innermost or not innermost[0].startswith("??"):
        return False
    return innermost[0] != "??" or not (named or sighting.dump.traits.modules)


def _worked_in_place(sightings: Sequence[tuple[int, Sighting]]) -> tuple[str, Note] | None:
    """Progress and note of a thread that by its counters was at work all the time, and was seen in one place only; else None.

    Two snapshots may meet a long computation at one line by chance, and a short loop is seen at one line in every snapshot.
    """
    if sightings[-1][1].place.verb != "running":
        return None
    pairs = list(itertools.pairwise(sighting for _, sighting in sightings))
    if sightings[0][0] != 0 or not pairs or not all(works_in_place(*pair) for pair in pairs):
        return None
    first, last = (sightings[at][1].printed_state for at in (0, -1))
    assert first is not None and last is not None and first.ran is not None and last.ran is not None
    return judge_work(last.ran - first.ran, last.age - first.age, len(sightings))


def judge_work(ran: int, passed: int, snapshots: int) -> tuple[str, Note]:
    """Progress of a thread that was seen in one place, and at work, all the time; both times in microseconds."""
    used = {"cpu": f"{ran / 1e6:.1f}", "seconds": f"{passed / 1e6:.1f}"}
    if snapshots < SETTLED:
        return PROGRESSING, (fact("worked-in-one-place", **used),)
    return SPINNING, (fact("worked-in-one-place-often", **used),)


def _how_it_moved(sightings: Sequence[tuple[int, Sighting]]) -> Fact:
    """Stable outer frames with changing inner ones are work in a loop; the innermost stable frame says which."""
    if any(sighting.place.reason == MEANWHILE for _, sighting in sightings):
        return fact(MEANWHILE)
    stacks = [sighting.place.names for _, sighting in sightings]
    base = 0
    for level in zip(*(reversed(stack) for stack in stacks), strict=False):
        if len(set(level)) > 1:
            break
        base += 1
    if all(before == after for before, after in itertools.pairwise(stacks)):
        return fact("same-stack-other-object")
    place = sightings[-1][1].place
    named = [name for name in place.names[len(place.names) - base : place.first_start_frame] if not name.startswith("??")] if base else []
    if not named:
        return fact("has-another-stack")
    return fact("moves-inside", function=next((name for name in named if name not in place.interpreters), named[0]))
