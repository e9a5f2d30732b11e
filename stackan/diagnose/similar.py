"""Findings, and stuck stacks, that are alike across the processes of a case.

Equal stacks over many processes make one class with a representative, as STAT (Arnold et al., IPDPS 2007) shows the tasks of a large
parallel job: processes that hang alike are looked at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from stackan.model.analysis import StackClass
from stackan.model.expressions import expression
from stackan.model.facts import Fact, Peer, Wanted
from stackan.model.finding import Finding
from stackan.model.labels import label
from stackan.model.process import Pool, Process
from stackan.model.track import STUCK, Track

_NUMBER = expression(r"0x[0-9a-f]+|\d+")


def group_stuck_stacks(processes: Sequence[Process]) -> list[StackClass]:
    """The classes of all stuck threads: those of most processes first, then those of most threads."""
    found: dict[tuple[str, ...], list[tuple[Process, Track]]] = {}
    for process in processes:
        for track in process.tracks:
            if track.progress == STUCK:
                found.setdefault(track.place.names, []).append((process, track))
    classes = [StackClass(names, tuple(members)) for names, members in found.items()]
    return sorted(classes, key=lambda each: (-len(each.processes), -len(each.members)))


def group_equal_findings(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings that say the same of different processes, but for numbers and addresses; in the order of the first of each group."""
    if len({process.id for finding in findings for process in finding.processes}) < 2:
        return [[finding] for finding in findings]
    groups: dict[tuple[object, ...], list[Finding]] = {}
    often: Counter[tuple[object, ...]] = Counter()  # two findings of one process are never taken together
    for at, finding in enumerate(findings):
        if len(finding.processes) != 1 or finding.kind == "log-fault":  # a fault is one of the case, whoever has logged it
            groups[at,] = [finding]
            continue
        said = (finding.kind, finding.severity, finding.confidence, *map(_look, (*finding.title, *finding.advice)))
        own = (finding.processes[0].id, *said)
        groups.setdefault((*said, often[own]), []).append(finding)
        often[own] += 1
    return list(groups.values())


def say_the_same(ours: Sequence[Fact], theirs: Sequence[Fact]) -> bool:
    """Whether facts have the same numbers, addresses and names."""
    return [_exact(each) for each in ours] == [_exact(each) for each in theirs]


def _exact(fact: Fact) -> Hashable:
    return fact.name, tuple((name, _name_of(value)) for name, value in fact.values.items())


def _name_of(value: object) -> Hashable:
    if isinstance(value, Track):
        return label(value)
    if isinstance(value, Pool):
        return value.name
    if isinstance(value, Process):
        return value.id
    if isinstance(value, Fact):
        return _exact(value)
    return tuple(map(_name_of, value)) if type(value) is tuple else str(value)


def _look(fact: Fact) -> Hashable:
    """The content of a fact, without numbers, addresses and threads."""
    return fact.name, tuple((name, _look_of(value)) for name, value in fact.values.items())


def _look_of(value: object) -> Hashable:
    if isinstance(value, str):
        return _NUMBER.sub("#", value)
    if isinstance(value, Wanted):
        return value.kind, value.words, _NUMBER.sub("#", value.symbol), _look_of(value.who), value.through, value.only
    if isinstance(value, Peer):
        return _NUMBER.sub("#", " ".join(value.processes))
    if isinstance(value, Pool):
        return _NUMBER.sub("#", value.name)
    if isinstance(value, Fact):
        return _look(value)
    return tuple(map(_look_of, value)) if type(value) is tuple else type(value).__name__
