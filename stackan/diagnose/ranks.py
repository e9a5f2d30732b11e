"""Parallel jobs, in which processes wait for each other: who does not make the call that the others make is what they wait for.

So STAT reads them (Arnold et al., IPDPS 2007): the ranks of a job that hangs fall into few classes, and the smallest is looked at first.
MPI polls: a rank that waits may be met in `poll`, in `sched_yield` or anywhere else inside of the call that it made.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.quotes import collect_quotes, quote_line, sample
from stackan.diagnose.words import describe_doing, in_all
from stackan.model.finding import CRITICAL, INFO, LIKELY, POSSIBLE, WARNING, Finding, Quote
from stackan.model.process import Process
from stackan.model.rules import FrameRule
from stackan.model.track import STUCK, Track

_JOB = 3  # processes that make a job
_NAMED = 4  # processes that a sentence names

Call = tuple[str, ...]  # the function in which a process waits for the others of its job, and the frames outside of it
Ranks = list[tuple[Process, Track]]


def call_of(rule: FrameRule | None, names: Sequence[str]) -> Call:
    """The call that a stack makes, as the rule knows such calls; () if it makes none."""
    text = "\n".join(names)
    if rule is None or not any(peer in text for peer in rule.peers):
        return ()
    outermost = max((at for at, name in enumerate(names) if any(peer in name for peer in rule.peers)), default=None)
    return () if outermost is None else tuple(names[outermost:])


class Jobs:
    """Who was met in which call in every snapshot."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = processes if len(processes) >= _JOB else ()
        self._known: dict[tuple[str, ...], Call] = {}
        self._rule = next((rule for process in self._processes for rule in process.rules.frame_rules if rule.peers), None)
        self._there: dict[Call, Ranks] = {}
        for process in self._processes if self._rule is not None else ():
            for track in process.tracks:
                calls = {self._call(sighting.place.names) for _, sighting in track.sightings}
                if len(calls) == 1 and len(track.sightings) == len(process.dumps) and any(calls):
                    self._there.setdefault(calls.pop(), []).append((process, track))

    def _call(self, names: tuple[str, ...]) -> Call:
        if names not in self._known:
            self._known[names] = call_of(self._rule, names)
        return self._known[names]

    @property
    def _what(self) -> str:
        return self._rule.what if self._rule is not None else ""

    def polls(self, finding: Finding) -> bool:
        """Whether all that a finding is about is how a job waits."""
        return all(self._call(track.place.names) for _, track in finding.threads)

    def explain(self, standing: Sequence[Finding]) -> list[Finding]:
        """Findings of threads that stand still, with those who are not there; and what is met in one call though it never stands."""
        told = {self._call(finding.threads[0][1].place.names) for finding in standing if finding.threads}
        polling = [self._polling(call, there) for call, there in self._there.items() if call not in told and len(there) >= _JOB]
        return [*map(self._complete, standing), *polling]

    def _complete(self, finding: Finding) -> Finding:
        """The finding, with the rest of the job."""
        call = self._call(finding.threads[0][1].place.names)
        if not call:
            return finding
        there, absent = self._there.get(call, []), self._absent(call)
        still, polling = len(finding.threads), len(there) - len(finding.threads)
        title, explanation, severity = f"{finding.title}, in {_spoken(call)}", finding.explanation, finding.severity
        if polling > 0:
            once = finding.confidence == POSSIBLE
            title = f"{len(there)} processes are in {_spoken(call)}" + ("" if once else f", {still} of them at one place all the time")
            explanation += f" The other {polling} poll there for {self._what}."
        if severity == CRITICAL or absent:  # a few of a job that polls may well be met at one place by chance
            most = finding.confidence == LIKELY and still * 2 > len(there) + len(absent)
            severity = CRITICAL if most else WARNING
        return self._accuse(finding._replace(title=title, explanation=explanation, severity=severity), absent)

    def _polling(self, call: Call, there: Ranks) -> Finding:
        """Ranks that run, and were met in one call each time: so does a job that hangs, and one that is slow to get together."""
        absent, process = self._absent(call), there[0][0]
        finding = Finding(
            kind="stuck-wait",
            severity=WARNING if absent else INFO,
            confidence=POSSIBLE,
            title=f"{len(there)} processes are in {_spoken(call)} {in_all(process) if len(process.dumps) > 1 else 'in one snapshot'}",
            explanation=f"They poll there for {self._what}. A job that hangs looks so, and one that is slow to get together.",
            threads=tuple(there),
            resources=(self._what,),
            evidence=collect_quotes(self._quotes(each) for each in there[:2]),
            advice=self._rule.advice if self._rule is not None else (),
            processes=tuple(process for process, _ in there),
        )
        return self._accuse(finding, absent)

    def _quotes(self, rank: tuple[Process, Track]) -> list[Quote]:
        """The line of a rank's call in each snapshot."""
        sightings = [sighting for _, sighting in rank[1].sightings]
        levels = [len(sighting.place.names) - len(self._call(sighting.place.names)) for sighting in sightings]
        return [quote_line(sighting, sighting.frame_line(level)) for sighting, level in zip(sightings, levels)]

    def _accuse(self, finding: Finding, absent: Ranks) -> Finding:
        if not absent:
            return finding
        who = _listed([process for process, _ in absent])
        where = f"is not there: it {self._doing(absent[0][1])}" if len(absent) == 1 else "are not there"
        return finding._replace(
            title=f"{finding.title}; {who} {where}",
            explanation=f"{finding.explanation} Not there: {self._told(absent)}.",
            evidence=collect_quotes([finding.evidence[:2], sample(absent), finding.evidence[2:]]),
            advice=(f"Look at {who} first: the others go on when {'it makes' if len(absent) == 1 else 'they make'} the same call.",),
        )

    def _absent(self, call: Call) -> Ranks:
        """The main threads of the job's other processes, if these are fewer; of those only that do not wait for work, if there are such.

        What belongs to the job besides its ranks, the daemon that starts them, waits for work.
        """
        ranks = self._there.get(call, [])
        main = ranks[0][1].place.application[-1:] if ranks else ()
        if not main or main[0].startswith("??"):
            return []
        there = {process.id for process, _ in ranks}
        others = [
            (process, track)
            for process in self._processes
            if process.id not in there
            for track in process.tracks
            if track.place.application[-1:] == main and self._call(track.place.names) != call
        ]
        busy = [(process, track) for process, track in others if track.place.verb != "idle"]
        found = busy or others
        return found if len(found) < len(there) else []

    def _doing(self, track: Track) -> str:
        call = self._call(track.place.names)
        if call:
            return f"{'waits' if track.progress == STUCK else 'is'} in {_spoken(call)}"
        return f"stands in {track.place.purpose}" if track.place.verb == "unknowable" else describe_doing(track)

    def _told(self, ranks: Ranks) -> str:
        """`process 4211 runs in compute_forces; processes 4212 and 4213: each waits in PMPI_Recv`, those that do the same together."""
        doing: dict[str, list[Process]] = {}
        for process, track in ranks:
            doing.setdefault(self._doing(track), []).append(process)
        return "; ".join(f"{_listed(several)}{' ' if len(several) == 1 else ': each '}{words}" for words, several in doing.items())


def _spoken(call: Call) -> str:
    """`PMPI_Allreduce below solver_step`, as it may be called from several places; Fortran's `pmpi_allreduce_` in between tells nothing."""
    name = call[0].casefold()
    caller = next((outer for outer in call[1:] if name not in outer.casefold()), "??")
    return call[0] if caller.startswith("??") else f"{call[0]} below {caller}"


def _listed(processes: Sequence[Process]) -> str:
    if len(processes) == 1:
        return f"process {processes[0].id}"
    rest = len(processes) - _NAMED
    *names, last = [process.id for process in processes[:_NAMED]] + ([f"{rest} more"] if rest > 0 else [])
    return f"processes {', '.join(names)} and {last}"
