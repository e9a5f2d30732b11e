"""Logs of servers → the processes of the case that have written them: by the process id that each record has, and by their folder."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.log import Log
from stackan.model.placement import ProcessInputs


def find_writers(logs: Sequence[Log], places: Sequence[ProcessInputs]) -> dict[Log, int]:
    """{log: which process has written it}; a log of no process of the case is left out."""
    by_pid: dict[int, list[int]] = {}
    for at, place in enumerate(places):
        if place.pid is not None:
            by_pid.setdefault(place.pid, []).append(at)
    found = {}
    for log in logs:
        pids = {log.writer.pid, *(pid for pid, _ in log.writer.started)} - {None}
        likely = [at for pid in pids if pid is not None for at in by_pid.get(pid, ())]
        likely = [at for at in likely if not _differ(log.writer.host, places[at].host)]
        if len(likely) > 1:  # processes of several hosts that have one id
            shared = {at: len(_folders(log.source) & _places_of(places[at])) for at in likely}
            most = max(shared.values())
            likely = [at for at in likely if shared[at] == most]
        if len(likely) == 1:
            found[log] = likely[0]
    return found


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.casefold() != other.casefold()


def _folders(source: str) -> set[str]:
    return {folder.casefold() for folder in source.replace("!", "/").split("/")[:-1]}


def _places_of(place: ProcessInputs) -> set[str]:
    """The folders in which all inputs of a process lie, whatever the round."""
    return set.intersection(*(_folders(placed.dump.source) for placed in place.placements))
