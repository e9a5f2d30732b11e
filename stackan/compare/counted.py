"""The progress of a thread, judged again where counters lie beside the dumps.

Counters never distinguish a stuck thread from an idle one: neither runs.  They prove that a thread stood still between two looks at one
place, or that it did not; and of a thread that runs whether it does so all the time.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence

from stackan.compare.progress import MOVED, RAN, RESTED, STOOD, judge_shown, judge_work
from stackan.compare.sameness import DUMPING, SHARE, has_worked, is_busy, same_place, spots
from stackan.model.counters import Counters, Spent, spent
from stackan.model.facts import Fact, fact
from stackan.model.place import Sighting
from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.model.track import IDLE, PROGRESSING, RAN_NOTHING, SETTLED, STUCK, UNSURE, USED_NO_CPU, Track

# A debugger's attach stops each thread and lets it go on: it leaves the CPU twice (two switches of each of 98 threads that stood
# still, at every attach of gdb, gcore and eu-stack).
_SWITCHES = 2
# CPU time that a thread may have used in a time that is not known: half a percent of the five minutes between dumps.
_LONG = 300_000_000  # microseconds
# The meaning of the counters of a thread that stands still, in short.
_ASLEEP, _WOKE, _LITTLE = said("woken by the dump only"), said("woke up to wait again"), said("used little CPU")
_TICK = 10_000  # microseconds: steps that are fine enough to say that a thread has not run, whatever the time


class _Step(NamedTuple):
    """A thread from one sighting to the next one."""

    at: int  # index of the first one's snapshot
    before: Sighting
    after: Sighting
    spent: Spent | None

    @property
    def has_worked(self) -> bool:
        """Whether it certainly did, beyond what the table's steps leave in doubt."""
        ran, step = (self.spent.ran, self.spent.step) if self.spent is not None else (None, 0)
        passed = self.spent.passed if self.spent is not None else None
        return ran is not None and ran > 2 * step and has_worked(ran, _LONG if passed is None else passed)

    @property
    def runs_in_place(self) -> bool:
        """Whether it was met in one function, called from one place, running.  Inside a loop the innermost counter moves."""
        before, after = self.before, self.after
        if not before.place.verb == after.place.verb == "running" or before.place.names != after.place.names:
            return False
        inner = 1 if before.dump.traits.counters else 0
        return spots(before)[inner:] == spots(after)[inner:]


def apply_counters(track: Track, counters: Counters, last: int, cut: Collection[int]) -> Track:
    """The thread with what its counters show; `last` is the newest snapshot's index, `cut` are those that break off."""
    if track.lwp is None or not (track.progress in (STUCK, PROGRESSING, UNSURE) or _is_guess(track)):
        return track
    counted = [each.get(track.lwp) for each in counters.counted]
    steps = [
        _Step(index, before, after, spent(counted[index], counted[behind]))
        for (index, before), (behind, after) in itertools.pairwise(track.sightings)
    ]
    if not any(step.spent for step in steps):
        return track
    if track.progress == IDLE:
        return _judge_presumed_idle(track, steps, counters.attaches)
    if track.place.verb == "running":
        return _judge_running(track, steps, counters.attaches, last)
    if track.progress == STUCK:
        track = _judge_worked(track, steps, last, cut)
    return _judge_still(track, steps, counters.attaches) if track.progress in (STUCK, UNSURE) else track


def _is_guess(track: Track) -> bool:
    """Whether it was found idle only by the function it waits in: no rule knows the caller."""
    return track.progress == IDLE and track.place.verb == "idle" and track.place.rule is None and track.place.role != "observer"


def _judge_presumed_idle(track: Track, steps: Sequence[_Step], attaches: int) -> Track:
    """Judge whether a thread that seems to wait for work got any lately.  If not, it may wait for something that is stuck elsewhere."""
    track = track._replace(timeline=_relettered(track, {step.at: MOVED for step in steps if step.has_worked}))
    if any(step.has_worked for step in steps[1 - SETTLED :]):
        return track._replace(progress=PROGRESSING, note=(fact("met-idle-but-worked"),))
    return _judge_still(track, steps, attaches)


def _judge_worked(track: Track, steps: Sequence[_Step], last: int, cut: Collection[int]) -> Track:
    """A thread that was met in one place, judged again if it has worked in between."""
    worked = {step.at: MOVED for step in _stood(track, steps) if step.has_worked}
    if not worked:
        return track
    still = [same_place(step.before, step.after) and not step.has_worked for step in steps]
    progress, note = judge_shown(track.sightings, last, cut, still)
    if progress == PROGRESSING:
        note = (fact("met-in-place-but-worked"),)  # no figures: threads with equal notes are reported together
    return track._replace(progress=progress, note=note, timeline=_relettered(track, worked))


def _stood(track: Track, steps: Sequence[_Step]) -> list[_Step]:
    """The newest steps, as far back as the thread was met in one place, or idle."""
    letters = track.timeline.split()
    back = itertools.takewhile(lambda step: letters[step.at] in (STOOD, RESTED), reversed(steps))
    return list(back)[::-1]


def _judge_running(track: Track, steps: Sequence[_Step], attaches: int, last: int) -> Track:
    """A thread that runs by its stacks, and was met in one place all the time: does it, and how much?"""
    present = track.present
    counted = all(step.spent and step.spent.ran is not None and step.runs_in_place for step in steps)
    if len(present) != last + 1 or not track.place.names or not counted:
        return track
    total = _total(steps)
    note: tuple[Fact, ...]
    if all(_rests(step.spent, attaches) for step in steps if step.spent is not None):
        note = (fact("does-not-run", function=track.place.names[0]), _used(total))
        timeline = _relettered(track, {step.at: STOOD for step in steps})
        return track._replace(progress=UNSURE, note=note, timeline=timeline)
    if all(step.spent.passed and is_busy(step.spent.ran or 0, step.spent.passed) for step in steps if step.spent is not None):
        progress, note = judge_work(total.ran or 0, total.passed or 0, len(present))
        timeline = _relettered(track, {step.at: RAN for step in steps})
        return track._replace(progress=progress, note=note, timeline=timeline)
    return track._replace(note=(fact("runs-by-its-stack"), _used_by_steps(total)))


def _rests(used: Spent, attaches: int) -> bool:
    """Whether its counters show that it has not run; False if they count in steps that are too coarse to show it."""
    fine = used.step <= max(_TICK, (used.passed or 0) * SHARE)
    return fine and used.ran is not None and used.ran <= max(used.step, DUMPING * attaches)


def _judge_still(track: Track, steps: Sequence[_Step], attaches: int) -> Track:
    """A thread that was met in one place, and has not worked: did it run at all, or ask again now and then?"""
    stood = _stood(track, steps)
    if not stood or not all(step.spent for step in stood):
        return track
    total, looks = _total(stood), attaches * len(stood)
    slept = total.ran is None or total.ran <= max(total.step, DUMPING * looks)
    woke = total.switches - _SWITCHES * looks if total.switches is not None else None
    if woke is None:
        counted, words = USED_NO_CPU if slept else _LITTLE, _used_by_steps(total)
    elif woke > 0:
        counted, words = _WOKE, fact("woke-to-wait-again", count=woke, cpu=_cpu(total.ran), span=_span(total))
    elif not slept:
        counted, words = _LITTLE, _used(total)
    elif total.ran is None:
        counted, words = _ASLEEP, fact("woken-by-the-dump-only", span=_span(total))
    else:
        counted, words = RAN_NOTHING, fact("ran-nothing", span=_span(total))
    return track._replace(counted=counted, note=(*track.note, words))


def _total(steps: Sequence[_Step]) -> Spent:
    """All of what is known of it; the time only if all of it is known."""
    known = [step.spent for step in steps if step.spent is not None]
    ran = [used.ran for used in known if used.ran is not None]
    switches = [used.switches for used in known if used.switches is not None]
    passed = [used.passed for used in known if used.passed is not None]
    return Spent(
        sum(ran) if ran else None,
        max(used.step for used in known),
        sum(switches) if switches else None,
        sum(passed) if len(passed) == len(known) else None,
    )


def _used(total: Spent) -> Fact:
    """How much CPU in what time; nothing that the steps of a count can show is no CPU."""
    ran = total.ran or 0
    return fact("used-cpu", cpu=_cpu(ran) if ran >= total.step else None, span=_span(total))


def _used_by_steps(total: Spent) -> Fact:
    used = _used(total)
    return fact("used-cpu-by-steps", **{**used.values, "step": _cpu(total.step)})


def _span(total: Spent) -> int | None:
    return total.passed // 1_000_000 if total.passed is not None else None


def _cpu(ran: int | None) -> str | None:
    """`7.1 s`, `40 ms`, `< 1 ms`"""
    if ran is None:
        return None
    return f"{ran / 1e6:.1f} s" if ran >= 1_000_000 else f"{ran // 1000} ms" if ran >= 1000 else "< 1 ms"


def _relettered(track: Track, letters: dict[int, str]) -> str:
    """The time line with other letters for some intervals."""
    return " ".join(letters.get(at, letter) for at, letter in enumerate(track.timeline.split()))
