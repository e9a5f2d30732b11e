"""The facts that a person should read first: the cause and where it is, or what the dumps say of a case without one."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.evidence.full_pools import is_full_of_readers
from stackan.diagnose.evidence.nodes import clock, named
from stackan.diagnose.findings import leading
from stackan.diagnose.similar import group_equal_findings, say_the_same
from stackan.diagnose.verdict import MANY
from stackan.model.event import Story
from stackan.model.facts import Fact, Wanted, fact
from stackan.model.finding import CRITICAL, LIKELY, VERDICT_OF, WARNING, Finding
from stackan.model.place import TIMER, TURN_TO_ACCEPT, TURN_TO_RECEIVE, WAITS_FOR_CONNECTIONS
from stackan.model.process import Process, share_of
from stackan.model.track import IDLE, PROGRESSING, RAN_NOTHING, STUCK, UNSURE, USED_NO_CPU, Track

# Shares from which on the headline says that a kind of dump shows too little: of the threads that are not idle, and of all.
_MOST, _MANY = 0.5, 0.2
_ASKS_FOR_MORE = ("take-a-second-snapshot", "core-shows-one-moment", "ended-with-this-dump")  # of which a crash gives none
_SURELY_IDLE = (WAITS_FOR_CONNECTIONS, TIMER)  # whatever its caller is called


def headline(
    verdict: str,
    findings: Sequence[Finding],
    processes: Sequence[Process],
    apart: bool = False,
    story: Story | None = None,
    unseen: tuple[str, ...] = (),
) -> tuple[Fact, ...]:
    """`apart`: the caller gave snapshots of several processes to be compared with each other; `unseen`: processes without a stack.

    The verdict is that on the processes that could be judged.
    """
    if not processes:
        return _of_logs(findings, story)
    said = _of_threads(verdict, findings, processes, apart)
    opening = next((finding.opening for finding in findings if finding.opening is not None), None)
    if opening is not None and leading(findings, verdict) is None:
        said = (opening, *(each for each in said if each.name not in _ASKS_FOR_MORE))
    if unseen and leading(findings, verdict) is None:
        if verdict == "idle":  # "nothing is stuck" would be read as said of all
            said = (fact("judged-are-idle", count=len(processes), processes=tuple(processes)),)
        said = (fact("no-stack-of", count=len(unseen), names=unseen), *said)
    grave = sum(finding.kind == "log-fault" and finding.severity == CRITICAL for finding in findings)
    if grave and leading(findings, verdict) is None:
        return (*said, fact("logs-tell-of-faults", count=grave))
    return said


def _of_logs(findings: Sequence[Finding], story: Story | None) -> tuple[Fact, ...]:
    """What logs without dumps tell: the gravest of their faults, and how many more there are."""
    if findings:
        rest = len(findings) - 1
        return (*findings[0].title, *([fact("more-faults-in-logs", count=rest)] if rest else []))
    if story is not None and story.episodes:
        last = story.episodes[-1]
        return (fact("handled-from-to", begin=clock(last.start), end=clock(last.end), nodes=named(last.failed)),)
    if story is not None and story.starts:
        start = story.starts[0]
        return (
            fact("start-has-no-end", nodes=named(start.event.nodes), time=clock(start.time), end=clock(start.end)),
            start.event.means,
        )
    if story is not None and story.waits:
        return (fact("logs-list-waits", count=story.waits),)
    return (fact("no-fault-in-logs"),)


def _of_threads(verdict: str, findings: Sequence[Finding], processes: Sequence[Process], apart: bool) -> tuple[Fact, ...]:
    cause = leading(findings, verdict)
    if cause is not None:
        return (*_where(cause, findings, processes), *cause.title, *_besides(cause, findings))
    threads = sum(len(process.tracks) for process in processes)
    unsure = sum(track.progress == UNSURE for process in processes for track in process.tracks)
    problems = [finding for finding in findings if finding.kind == "capture-problem" and finding.opening is None]
    broken = next((finding for finding in problems if finding.severity == WARNING), None)
    if verdict == "inconclusive" and broken is not None:
        return (*broken.title, fact("take-it-again"))
    if verdict == "inconclusive" and any(len(process.dumps) == 1 for process in processes):
        suspect = next((finding for finding in findings if finding.kind not in ("capture-problem", "log-fault")), None)
        suggested = (fact("it-suggests"), *suspect.title) if suspect is not None else ()
        return (*(_apart() if apart else _blind(problems, unsure, threads) or _once(processes)), *suggested)
    if unsure >= threads * MANY:
        step = next((finding.advice[:1] for finding in problems if finding.advice), ())
        return (fact("not-seen-stuck-but-unknown", count=unsure, of=threads), *step)
    suspect = next((finding for finding in findings if finding.severity == WARNING and not finding.supports_verdict), None)
    if suspect is None and verdict == "inconclusive":
        suspect = next((finding for finding in findings if finding.kind in VERDICT_OF and finding.confidence == LIKELY), None)
    if verdict in ("progressing", "inconclusive") and suspect is not None:
        return (fact("nothing-proved-stuck-but"), *suspect.title)
    unknown = [fact("some-cannot-be-judged", count=unsure)] if unsure else []
    if verdict == "progressing":
        return (fact("those-with-work-move", count=threads), *_starting(processes), *unknown)
    if verdict == "idle":
        return (*_resting(processes, threads), *unknown)
    partly = [track.progress for process in processes if not process.whole for track in process.tracks]
    if partly and not unsure and STUCK not in partly:
        return (fact("only-some-threads", count=len(partly)),)
    if not unsure and any(map(is_full_of_readers, processes)):
        return (*_resting(processes, threads), fact("none-is-free-for-more"))
    return (fact("dump-does-not-tell", count=unsure, of=threads),)


def _besides(cause: Finding, findings: Sequence[Finding]) -> tuple[Fact, ...]:
    """How many more critical findings there are that say something else."""
    same = next(group for group in group_equal_findings(findings) if any(finding is cause for finding in group))
    others = sum(finding.severity == CRITICAL for finding in findings) - sum(finding.severity == CRITICAL for finding in same)
    return (fact("more-are-critical", count=others),) if others else ()


def _starting(processes: Sequence[Process]) -> list[Fact]:
    """The first thread that moves in a phase of its server's start, if one does: the start is what everybody waits for."""
    for process in processes:
        for track in process.tracks:
            if track.progress == PROGRESSING:
                phases = [sighting.place.rule for _, sighting in track.sightings if sighting.place.role == "startup"]
                what = next((rule.what for rule in reversed(phases) if rule is not None and rule.what), None)
                if what is not None:
                    return [fact("start-moves", process=process, thread=track, what=what)]
    return []


def _apart() -> tuple[Fact, ...]:
    return (fact("snapshots-of-different-processes"),)


def _once(processes: Sequence[Process]) -> tuple[Fact, ...]:
    if not all(process.gives_no_second or len(process.dumps) > 1 for process in processes):
        return (fact("take-a-second-snapshot"),)
    return (fact("core-shows-one-moment" if any(process.dumps[0].facts.core for process in processes) else "ended-with-this-dump"),)


def _blind(problems: Sequence[Finding], unsure: int, threads: int) -> tuple[Fact, ...]:
    """Advice on what to take instead of a kind of dump that shows nothing of most threads in question, as another one would not either."""
    found = next((finding for finding in problems if finding.advice), None)
    if found is None or len(found.threads) < max(unsure * _MOST, threads * _MANY):
        return ()
    return (*found.title, found.advice[0])


def _resting(processes: Sequence[Process], threads: int) -> list[Fact]:
    """Facts about what idle processes wait for, and which of it is only the best guess because no rule knows the caller.

    A run-time's own threads are always at rest: however many they are, they say nothing of the program's.
    """
    idle = [track for process in processes for track in process.tracks if track.progress == IDLE]
    guessed = [
        track for track in idle if track.place.verb == "idle" and track.place.rule is None and track.place.reason not in _SURELY_IDLE
    ]
    own = threads - sum(track.place.role == "background" for track in idle)
    turns = [track for track in guessed if track.place.role == "follower"]
    parked = [track for track in guessed if track.place.role is None and track.place.kind not in (None, "process")]
    for name, tracks, least in (
        ("peers-may-hang", [track for track in guessed if track.place.role == "connection"], 0.25),
        ("parked-as-far-as-seen", parked, 0.5),
        (_turn(turns), turns, 0.5),
        ("wait-for-children", [track for track in guessed if track.place.kind == "process"], 0.5),
    ):
        if tracks and len(tracks) >= own * least:
            rested = [fact("none-of-these-ran")] if all(track.counted in (RAN_NOTHING, USED_NO_CPU) for track in tracks) else []
            return [fact(name, count=len(tracks), idle=len(idle), of=threads, kinds=_kinds(tracks)), *rested]
    if guessed:
        return [fact("at-rest-as-far-as-seen", count=len(guessed), idle=len(idle), of=threads)]
    return [fact("nothing-is-stuck", count=len(idle), of=threads)]


def _kinds(tracks: Sequence[Track]) -> tuple[Wanted, ...]:
    return tuple(sorted({Wanted(track.place.kind, track.place.what) for track in tracks}))


def _turn(tracks: Sequence[Track]) -> str:
    """Whether all of them queue to accept connections, or all to receive jobs."""
    turns = {track.place.reason for track in tracks}
    return {frozenset((TURN_TO_ACCEPT,)): "queue-to-accept", frozenset((TURN_TO_RECEIVE,)): "queue-for-jobs"}.get(
        frozenset(turns), "queue-for-their-turn"
    )


def _where(cause: Finding, findings: Sequence[Finding], processes: Sequence[Process]) -> tuple[Fact, ...]:
    """In how many of a case's processes it is so: 14 of 16 data nodes; the process, if it is one of several."""
    if len(processes) == 1 or len(cause.processes) > 1:
        return ()
    same = next(group for group in group_equal_findings(findings) if any(finding is cause for finding in group))
    if len(same) == 1:
        return (fact("in-process", process=cause.processes[0]),)
    share = share_of([finding.processes[0] for finding in same], processes)
    differ = not all(say_the_same(finding.title, cause.title) for finding in same)  # in a number or an address, which are of the first one
    return (fact("in-processes", share=share, process=cause.processes[0] if differ else None),)
