"""Parallel jobs, in which processes wait for each other: who does not make the call that the others make is what they wait for.

So STAT reads them (Arnold et al., IPDPS 2007): the ranks of a job that hangs fall into few classes, and the smallest is looked at first.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.quotes import collect_quotes, sample
from stackan.diagnose.words import describe_doing
from stackan.model.finding import CRITICAL, LIKELY, Finding
from stackan.model.process import Process
from stackan.model.track import Track

_NAMED = 4  # processes that a sentence names

Ranks = list[tuple[Process, Track]]


def call_of(track: Track) -> tuple[str, ...]:
    """The function in which a thread waits for the other processes of its job, and the frames outside of it; () for any other wait."""
    place = track.place
    if place.rule is None or not place.rule.peers:
        return ()
    outermost = max((at for at, name in enumerate(place.names) if name.startswith(place.rule.peers)), default=None)
    return () if outermost is None else place.names[outermost:]


def name_absent(finding: Finding, processes: Sequence[Process]) -> Finding:
    """The finding, with those who are not where most processes of their job wait."""
    call = call_of(finding.threads[0][1]) if finding.threads else ()
    if not call:
        return finding
    absent = _absent(finding, processes)
    title = f"{finding.title}, in {_spoken(call)}"
    if not absent:
        return finding._replace(title=title)
    who = _listed([process for process, _ in absent])
    where, make = (f"is not there: it {_doing(absent[0][1])}", "it makes") if len(absent) == 1 else ("are not there", "they make")
    return finding._replace(
        severity=CRITICAL if finding.confidence == LIKELY else finding.severity,
        title=f"{title}; {who} {where}",
        explanation=f"{finding.explanation} Not there: {_told(absent)}.",
        evidence=collect_quotes([sample(finding.threads, 1), sample(absent), finding.evidence]),
        advice=(f"Look at {who} first: the others go on when {make} the same call.",),
    )


def _absent(finding: Finding, processes: Sequence[Process]) -> Ranks:
    """The main threads of the job's other processes, if these are fewer; of those only that do not wait for work, if there are such.

    What belongs to the job besides its ranks, the daemon that starts them, waits for work.
    """
    main = finding.threads[0][1].place.application[-1:]
    if not main or main[0].startswith("??"):
        return []
    there = {process.id for process in finding.processes}
    mains = (
        (process, next((track for track in process.tracks if track.place.application[-1:] == main), None))
        for process in processes
        if process.id not in there
    )
    others = [(process, track) for process, track in mains if track is not None]
    busy = [(process, track) for process, track in others if track.place.verb != "idle"]
    found = busy or others
    return found if len(found) < len(there) else []


def _doing(track: Track) -> str:
    call = call_of(track)
    if call:
        return f"waits in {_spoken(call)}"
    return f"stands in {track.place.purpose}" if track.place.verb == "unknowable" else describe_doing(track)


def _spoken(call: Sequence[str]) -> str:
    """One function may be called from several places: `PMPI_Allreduce below solver_step`"""
    return call[0] if len(call) < 2 or call[1].startswith("??") else f"{call[0]} below {call[1]}"


def _told(ranks: Ranks) -> str:
    """`process 4211 runs in compute_forces; processes 4212 and 4213: each waits in PMPI_Recv`, those that do the same together."""
    doing: dict[str, list[Process]] = {}
    for process, track in ranks:
        doing.setdefault(_doing(track), []).append(process)
    return "; ".join(f"{_listed(several)}{' ' if len(several) == 1 else ': each '}{words}" for words, several in doing.items())


def _listed(processes: Sequence[Process]) -> str:
    if len(processes) == 1:
        return f"process {processes[0].id}"
    rest = len(processes) - _NAMED
    *names, last = [process.id for process in processes[:_NAMED]] + ([f"{rest} more"] if rest > 0 else [])
    return f"processes {', '.join(names)} and {last}"
