"""Findings and threads → one word for a process and one for the case."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from stackan.diagnose.evidence.full_pools import is_full_of_readers
from stackan.model.event import Story
from stackan.model.finding import VERDICT_OF, VERDICTS, Finding
from stackan.model.formats import RUN_TIMES
from stackan.model.place import MAYBE_SAME_CALL
from stackan.model.process import Process
from stackan.model.track import APPEARED, IDLE, PROGRESSING, SPINNING, STUCK, UNSURE, Track, is_apart, is_hidden

MANY = 0.25  # share of the threads from which on it counts that a dump does not show what they do


def judge_processes(processes: Sequence[Process], findings: Sequence[Finding]) -> list[str]:
    """A verdict for each process; findings that are only possible do not count."""
    found: dict[str, set[str]] = {process.id: set() for process in processes}
    for finding in findings:
        if finding.supports_verdict and finding.kind in VERDICT_OF:
            for process in finding.processes:
                found[process.id].add(VERDICT_OF[finding.kind])
    return [_judge(process, found[process.id]) for process in processes]


def _judge(process: Process, verdicts: set[str]) -> str:
    if len(process.dumps) == 1:
        proved = {"deadlock", "recovering"} | ({"blocked"} if any(track.progress == STUCK for track in process.tracks) else set())
        verdicts = verdicts & proved
        if not verdicts:
            return "idle" if process.whole and all(track.progress == IDLE for track in process.tracks) else "inconclusive"
    return min(verdicts or {_motion(process)}, key=VERDICTS.index)


def _motion(process: Process) -> str:
    """The motion of the threads of a process in which nothing is wrong."""
    if not process.whole:
        return "inconclusive"  # the rest of the threads may be stuck
    states = [track.progress for track in process.tracks]
    if _is_blind(process.tracks):
        return "inconclusive"
    if PROGRESSING in states or APPEARED in states or SPINNING in states:
        return "progressing"  # a thread that certainly spins is a finding
    unsure = sum(state in (UNSURE, STUCK) for state in states)
    hides = (
        STUCK in states or is_full_of_readers(process) or any(_is_of_a_script(track) or _may_not_return(track) for track in process.tracks)
    )
    return "idle" if states.count(IDLE) > unsure and not hides else "inconclusive"


def _is_of_a_script(track: Track) -> bool:
    """Whether a native stack hides what a thread waits for in a script; the run-time's own threads beside it do not outvote it."""
    return is_hidden(track) and track.place.rule is not None and track.newest.dump.traits.language not in RUN_TIMES


def _may_not_return(track: Track) -> bool:
    """Whether a thread may stand still in the one call that keeps all others waiting, who then look idle."""
    return track.progress == UNSURE and track.place.reason == MAYBE_SAME_CALL


def _is_blind(tracks: Sequence[Track]) -> bool:
    """Whether the dump shows nothing of most of the threads that could be in trouble; the few that move then say little of the process."""
    blind = sum(is_hidden(track) and not is_apart(track) for track in tracks)
    parked = sum(track.progress == IDLE for track in tracks)
    return blind >= len(tracks) * MANY and blind * 2 > len(tracks) - parked


# A process that could not be judged may be the one in trouble, so a case with one is not called idle.
_OF_CASES = (*(verdict for verdict in VERDICTS if verdict not in ("idle", "inconclusive")), "inconclusive", "idle")


def judge_case(verdicts: Sequence[str], story: Story | None = None) -> str:
    """The first of the verdicts; of logs alone, whether they leave a cluster in the middle of fault handling."""
    if not verdicts and story is not None and any(episode.end is None for episode in story.episodes):
        return "recovering"
    return min(verdicts, key=_OF_CASES.index) if verdicts else "inconclusive"


def judge_with_unseen(judged: str, unseen: Collection[str]) -> str:
    """The verdict of a case of which some processes have no stack: one of these may be in trouble where all that are seen are idle."""
    return "inconclusive" if judged == "idle" and unseen else judged
