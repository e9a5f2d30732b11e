"""Threads that a cluster's handling of a fault has suspended on purpose: what that is, and what not to do meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.diagnose.evidence.nodes import clock, named, quote_log
from stackan.diagnose.evidence.quotes import collect_quotes, sample
from stackan.model.event import REBUILD, REDO, ROLLBACK, Cover, Episode, Logged, Story
from stackan.model.facts import Fact, fact
from stackan.model.finding import CERTAIN, CRITICAL, LIKELY, POSSIBLE, WARNING, Finding
from stackan.model.process import Process
from stackan.model.track import IDLE, PROGRESSING, SPINNING, STUCK, Track

_BY_DESIGN = ("stuck-wait", "convoy", "deadlock", "self-deadlock", "worker-exhaustion")
_PHASES = {REBUILD: "phase-is-rebuild", REDO: "phase-is-redo", ROLLBACK: "phase-is-rollback", None: "phase-is-not-told"}
_ADVICE = ("wait-for-end-of-handling", "do-not-kill-survivors", "watch-show", "rejoin-after-end", "dump-again-after-end")
_QUOTED = 6  # lines of logs


def find_fault_recovery(processes: Sequence[Process], story: Story, findings: Sequence[Finding]) -> list[Finding]:
    """A finding for each episode that suspends threads of the case, surely or maybe.  `findings` are those that would stand without it."""
    groups: dict[tuple[int, bool], list[tuple[Process, Cover]]] = {}  # clusters may handle faults of one moment
    for process in processes:
        cover = story.covers.get(process.id)
        if cover is not None and (cover.sure or _standing(process)):
            groups.setdefault((id(cover.episode), cover.sure), []).append((process, cover))
    return [_finding(group, findings) for group in groups.values()]


def spare_suspended(findings: Sequence[Finding], story: Story) -> list[Finding]:
    """The findings but for those about threads that stand still by design.  I/O that stalls is in nobody's design."""
    return [finding for finding in findings if not (_is_by_design(finding) and _is_covered(finding, story))]


def _is_by_design(finding: Finding) -> bool:
    across = finding.kind == "stalled-io" and all(track.place.state == "network" for _, track in finding.threads)
    return finding.kind in _BY_DESIGN or across


def _is_covered(finding: Finding, story: Story) -> bool:
    covers = [story.covers.get(process.id) for process in finding.processes]
    return bool(covers) and all(cover is not None and cover.sure for cover in covers)


def _standing(process: Process) -> list[Track]:
    """The threads that stand still; in a single snapshot those that wait."""
    if len(process.dumps) > 1:
        return [track for track in process.tracks if track.progress == STUCK]
    return [track for track in process.tracks if track.progress != IDLE and track.place.verb in ("waiting", "blocked")]


def _finding(group: Sequence[tuple[Process, Cover]], findings: Sequence[Finding]) -> Finding:
    processes = tuple(process for process, _ in group)
    threads = tuple((process, track) for process in processes for track in _standing(process))
    cover = max((cover for _, cover in group), key=lambda cover: cover.handles)
    episode = cover.episode
    moves = any(track.progress in (PROGRESSING, SPINNING) for process in processes for track in process.tracks)
    stands = [(process, cover) for process, cover in group if not moves and _may_stand_still(process, cover)]
    grave = bool(stands) or episode.end is None
    return Finding(
        kind="fault-recovery",
        severity=CRITICAL if cover.sure and grave else WARNING,
        confidence=LIKELY if cover.sure else POSSIBLE,
        title=_title(episode, len(threads), cover.sure, bool(stands)),
        reasons=tuple(_explain(cover, stands, _circles(processes, findings))),
        threads=threads,
        resources=(),
        evidence=collect_quotes([quote_log(_lines(cover)), sample(threads)]),
        advice=tuple(_advise(cover, bool(stands))),
        processes=processes,
        doubts=(cover.doubt,) if cover.doubt is not None else (),
    )


def _title(episode: Episode, count: int, sure: bool, still: bool) -> tuple[Fact, ...]:
    nodes = named(episode.failed)
    if not sure:
        return (fact("may-stand-for-handling", count=count, nodes=nodes),)
    if episode.end is not None:
        standing = [fact("stood-for-handling", count=count)] if count else []
        return (fact("service-was-suspended", nodes=nodes), *standing, fact("handling-has-ended", time=clock(episode.end)))
    standing = [fact("stand-for-handling", count=count)] if count else []
    return (fact("handling-hangs" if still else "service-is-suspended", nodes=nodes), *standing)


def _explain(cover: Cover, stands: Sequence[tuple[Process, Cover]], circles: Sequence[Finding]) -> Iterator[Fact]:
    episode = cover.episode
    yield fact("handled-from-to", begin=clock(episode.start), end=clock(episode.end), nodes=named(episode.failed))
    if cover.first is not None:
        zone = _zone(cover.shift) if cover.shift is not None else None
        yield fact("dumps-taken-from-to", begin=clock(cover.first), end=clock(cover.last), zone=zone)
        yield fact(_PHASES[cover.phase])
    if episode.restarted:
        yield fact("handling-was-restarted", count=episode.restarted)
    if stands:
        last = next((still.quiet for _, still in stands if still.quiet is not None), None)
        time = clock(last.event.time) if last is not None else None
        yield fact("handling-stands-still", processes=tuple(process for process, _ in stands), time=time)
    yield fact("suspended-on-purpose")
    if not stands:
        yield fact("handling-goes-on")
    yield fact("survivors-keep-theirs", nodes=named(episode.failed))
    yield fact("policy-decides")
    yield fact("length-depends-on")
    for found in circles:
        yield fact("circle-outlasts-handling", threads=tuple(track for _, track in found.threads), process=found.processes[0])
    if episode.halted:
        yield fact("others-halted-behind", nodes=named(episode.halted))


def _zone(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def _circles(processes: Sequence[Process], findings: Sequence[Finding]) -> list[Finding]:
    """Deadlocks that their own memory proves: no suspension is the reason for one of these."""
    ids = {process.id for process in processes}
    proved = [finding for finding in findings if finding.kind in ("deadlock", "self-deadlock") and finding.confidence == CERTAIN]
    return [finding for finding in proved if all(process.id in ids for process in finding.processes)]


def _may_stand_still(process: Process, cover: Cover) -> bool:
    """Whether its threads show what becomes of the handling, and the logs have had nothing new to tell of it since before the snapshots."""
    return cover.sure and cover.handles and cover.quiet is not None and len(process.dumps) > 1 and process.whole


def _advise(cover: Cover, stands: bool) -> Iterator[Fact]:
    if cover.sure and cover.episode.end is not None:
        yield fact("dump-again-if-it-hangs", time=clock(cover.episode.end))
        return
    if stands:
        yield fact("look-at-control-node")
    for name in _ADVICE:
        yield fact(name, nodes=named(cover.episode.failed)) if name == "rejoin-after-end" else fact(name)


def _lines(cover: Cover) -> list[Logged]:
    """The fault, the last line of the phase in which the snapshots were taken, and the end."""
    events = cover.episode.events
    before = [each for each in events if cover.last is None or (each.event.time or "") <= f"{cover.last}.999"]
    chosen = [events[0], *(each for each in events if each.event.kind in ("instance-fault", "group-fault"))]
    chosen += [each for each in before if each.event.phase == cover.phase][-1:]
    chosen += [each for each in events if each.event.kind == "handling-over"][:1]
    return list(dict.fromkeys(chosen))[:_QUOTED]
