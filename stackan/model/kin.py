"""Processes of one kind, and threads that stand in equal stacks, across the processes of a case.

Equal stacks over many processes make one class with a representative, as STAT (Arnold et al., IPDPS 2007) shows the tasks of a large
parallel job: what hangs alike is looked at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stackan.model.process import Process
from stackan.model.track import STUCK, Track

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


def share(some: Sequence[Process], processes: Sequence[Process]) -> str:
    """How many of their kind they are: `14 of 16 data nodes`, `all 3 controllers`, `2 of 5 mariadb processes`."""
    kin, noun = list(processes), "processes"
    for kinds, words in (
        ([process.place.role for process in some], "{} processes"),
        ([process.rules.profile for process in some], "{} processes"),
    ):
        if kinds[0] is not None and len(set(kinds)) == 1:
            kin = [process for process in processes if kinds[0] in (process.place.role, process.rules.profile)]
            noun = _NOUNS.get(kinds[0], words.format(kinds[0]))
            break
    return f"all {len(kin)} {noun}" if len(some) == len(kin) > 1 else f"{len(some)} of {len(kin)} {noun}"
