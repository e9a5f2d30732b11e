"""What is alike across the processes of a case: findings, stuck stacks, and the processes themselves.

Equal stacks over many processes make one class with a representative, as STAT (Arnold et al., IPDPS 2007) shows the tasks of a large
parallel job: what hangs alike is looked at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from stackan.model.finding import Finding
from stackan.model.process import Process
from stackan.model.track import STUCK, Track

_NUMBER = re.compile(r"0x[0-9a-f]+|\d+")
_NOUNS = {"datanode": "data nodes", "computenode": "compute nodes", "controller": "controllers", "agent": "agents"}


class StackClass(NamedTuple):
    """Stuck threads with one stack."""

    names: tuple[str, ...]  # canonical, innermost first
    members: tuple[tuple[Process, Track], ...]  # in the order of the processes; the first one stands for all

    @property
    def processes(self) -> list[Process]:
        return list({process.id: process for process, _ in self.members}.values())


def stack_classes(processes: Sequence[Process]) -> list[StackClass]:
    """The classes of all stuck threads: those of most processes first, then those of most threads."""
    found: dict[tuple[str, ...], list[tuple[Process, Track]]] = {}
    for process in processes:
        for track in process.tracks:
            if track.progress == STUCK:
                found.setdefault(track.place.names, []).append((process, track))
    classes = [StackClass(names, tuple(members)) for names, members in found.items()]
    return sorted(classes, key=lambda each: (-len(each.processes), -len(each.members)))


def alike(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings that say the same of different processes, but for numbers and addresses; in the order of the first of each group."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    often: Counter[tuple[object, ...]] = Counter()  # two findings of one process are never taken together
    for at, finding in enumerate(findings):
        if len(finding.processes) != 1:
            groups[at,] = [finding]
            continue
        said = (
            finding.kind,
            finding.severity,
            finding.confidence,
            *(_NUMBER.sub("#", words) for words in (finding.title, *finding.advice)),
        )
        own = (finding.processes[0].id, *said)
        groups.setdefault((*said, often[own]), []).append(finding)
        often[own] += 1
    return list(groups.values())


def share(some: Sequence[Process], processes: Sequence[Process]) -> str:
    """How many of their kind they are: `14 of 16 data nodes`, `all 3 controllers`, `both mariadb processes`."""
    kin, noun = list(processes), "processes"
    for kind in (_role, _profile):
        kinds = {kind(process) for process in some}
        if len(kinds) == 1 and None not in kinds:
            word = kinds.pop()
            kin = [process for process in processes if kind(process) == word]
            noun = _NOUNS.get(word or "", f"{word} processes")
            break
    if len(some) == len(kin) > 1:
        return f"both {noun}" if len(kin) == 2 else f"all {len(kin)} {noun}"
    return f"{len(some)} of {len(kin)} {noun}"


def _role(process: Process) -> str | None:
    return process.place.role


def _profile(process: Process) -> str | None:
    return process.rules.profile
