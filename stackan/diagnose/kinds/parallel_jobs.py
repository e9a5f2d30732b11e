"""Parallel jobs, in which processes wait for each other: they wait for those that do not make the call which the others make.

So STAT reads them (Arnold et al., IPDPS 2007): the ranks of a job that hangs fall into few classes, and the smallest is looked at first.
MPI polls: a rank that waits may be met in `poll`, in `sched_yield` or anywhere else inside of the call that it made.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.evidence.doing import doing, in_all
from stackan.diagnose.evidence.quotes import collect_quotes, quote_line, sample
from stackan.model.facts import Fact, Wanted, fact
from stackan.model.finding import CRITICAL, INFO, LIKELY, POSSIBLE, WARNING, Finding, Quote
from stackan.model.place import StackMeaning
from stackan.model.process import Process
from stackan.model.rules import FrameRule
from stackan.model.track import STUCK, Track

_MIN_PROCESSES = 3  # that make a job
_NAMED = 4  # processes whose other work is described

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
    """The ranks that were met in one call in every snapshot, by the call."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = processes if len(processes) >= _MIN_PROCESSES else ()
        self._known: dict[int, Call] = {}  # by place: equal places are the same object
        self._rules = [*{rule.id: rule for process in self._processes for rule in process.rules.frame_rules if rule.peers}.values()]
        self._rule_of: dict[Call, FrameRule] = {}
        self._ranks_in_call: dict[Call, Ranks] = {}
        for process in self._processes if self._rules else ():
            for track in process.tracks:
                call = self._call(track.place)
                if call and len(track.sightings) == len(process.dumps) and self._stays_in(call, track):
                    self._ranks_in_call.setdefault(call, []).append((process, track))

    def _call(self, place: StackMeaning) -> Call:
        if id(place) not in self._known:
            self._known[id(place)] = self._find_call(place.names)
        return self._known[id(place)]

    def _find_call(self, names: Sequence[str]) -> Call:
        """A job's library may be built on another one's calls: the rules' order decides."""
        for rule in self._rules:
            call = call_of(rule, names)
            if call:
                self._rule_of.setdefault(call, rule)
                return call
        return ()

    def _stays_in(self, call: Call, track: Track) -> bool:
        return all(self._call(sighting.place) == call for _, sighting in track.sightings)

    def _what(self, call: Call) -> Wanted:
        return Wanted(self._rule_of[call].kind, self._rule_of[call].what)

    def polls(self, finding: Finding) -> bool:
        """Whether all that a finding is about is how a job waits."""
        return all(self._call(track.place) for _, track in finding.threads)

    def explain(self, standing: Sequence[Finding]) -> list[Finding]:
        """The findings of threads that stand still, with the ranks that are absent; and those of ranks that run but are met in one call."""
        reported = {self._call(finding.threads[0][1].place) for finding in standing if finding.threads}
        ranks = {call: there for call, there in self._ranks_in_call.items() if call not in reported}
        polling = [self._polling(call, there) for call, there in ranks.items() if len(there) >= _MIN_PROCESSES]
        return [*map(self._complete, standing), *polling]

    def _complete(self, finding: Finding) -> Finding:
        """The finding, with the rest of the job."""
        call = self._call(finding.threads[0][1].place)
        if not call:
            return finding
        there, absent = self._ranks_in_call.get(call, []), self._absent(call)
        still, polling = len(finding.threads), len(there) - len(finding.threads)
        once = finding.confidence == POSSIBLE
        title = (finding.title[0]._replace(values={**finding.title[0].values, **_named(call)}), *finding.title[1:])
        reasons, severity = finding.reasons, finding.severity
        if polling > 0:
            title = (fact("processes-are-in-call", count=len(there), still=None if once else still, **_named(call)),)
            reasons = (*reasons, fact("others-poll-there", count=polling, what=self._what(call)))
        if severity == CRITICAL or absent:  # a few of a job that polls may well be met at one place by chance
            most = finding.confidence == LIKELY and still * 2 > len(there) + len(absent)
            severity = CRITICAL if most else WARNING
        return self._accuse(finding._replace(title=title, reasons=reasons, severity=severity), absent)

    def _polling(self, call: Call, there: Ranks) -> Finding:
        """Ranks that run, and were met in one call each time: so does a job that hangs, and one that is slow to get together."""
        absent, process = self._absent(call), there[0][0]
        finding = Finding(
            kind="stuck-wait",
            severity=WARNING if absent else INFO,
            confidence=POSSIBLE,
            title=(fact("processes-are-in-call", count=len(there), **_named(call), **in_all(process)),),
            reasons=(fact("all-poll-there", what=self._what(call)),),
            doubts=(fact("maybe-slow-to-get-together"),),
            threads=tuple(there),
            resources=(self._what(call),),
            evidence=collect_quotes(self._quotes(each) for each in there[:2]),
            advice=tuple(fact("profile-says", text=step) for step in self._rule_of[call].advice),
            processes=tuple(process for process, _ in there),
        )
        return self._accuse(finding, absent)

    def _quotes(self, rank: tuple[Process, Track]) -> list[Quote]:
        """The line of a rank's call in each snapshot."""
        sightings = [sighting for _, sighting in rank[1].sightings]
        levels = [len(sighting.place.names) - len(self._call(sighting.place)) for sighting in sightings]
        return [quote_line(sighting, sighting.frame_line(level)) for sighting, level in zip(sightings, levels)]

    def _accuse(self, finding: Finding, absent: Ranks) -> Finding:
        if not absent:
            return finding
        who = tuple(process for process, _ in absent)
        instead = self._instead(absent)
        return finding._replace(
            title=(*finding.title, fact("not-there", processes=who), *(instead[0][1:] if len(absent) == 1 else ())),
            reasons=(*finding.reasons, *(each for facts in instead for each in facts)),
            evidence=collect_quotes([finding.evidence[:2], sample(absent), finding.evidence[2:]]),
            advice=(fact("look-at-them-first", processes=who),),
        )

    def _absent(self, call: Call) -> Ranks:
        """The main threads of the job's other processes, if these are fewer; only those that do not wait for work, if there are such.

        The daemon that starts the ranks belongs to the job, too, and waits for work.
        """
        ranks = self._ranks_in_call.get(call, [])
        main = ranks[0][1].place.application[-1:] if ranks else ()
        if not main or main[0].startswith("??"):
            return []
        there = {process.id for process, _ in ranks}
        others = [
            (process, track)
            for process in self._processes
            if process.id not in there
            for track in process.tracks
            if track.place.application[-1:] == main and self._call(track.place) != call
        ]
        busy = [(process, track) for process, track in others if track.place.verb != "idle"]
        found = busy or others
        return found if len(found) < len(there) else []

    def _instead(self, ranks: Ranks) -> list[list[Fact]]:
        """The activities of the ranks that are absent, the processes that do the same together."""
        doing_it: dict[tuple[str, ...], Ranks] = {}
        for process, track in ranks:
            doing_it.setdefault(track.place.names, []).append((process, track))
        return [
            [fact("not-there-does", processes=tuple(process for process, _ in several)), self._doing(several[0][1])]
            for several in list(doing_it.values())[:_NAMED]
        ]

    def _doing(self, track: Track) -> Fact:
        call = self._call(track.place)
        if call:
            return fact("waits-in-call" if track.progress == STUCK else "is-in-call", thread=track, **_named(call))
        return fact("stands-in", thread=track, function=track.place.purpose) if track.place.verb == "unknowable" else doing(track)


def _named(call: Call) -> dict[str, str]:
    """A call and its caller, as it may be made from several places; Fortran's `pmpi_allreduce_` in between says nothing."""
    name = call[0].casefold()
    caller = next((outer for outer in call[1:] if name not in outer.casefold()), "??")
    return {"function": call[0]} if caller.startswith("??") else {"function": call[0], "caller": caller}
