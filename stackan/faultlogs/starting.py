"""Start-ups that a log leaves without their end: in which phase they are, since when, and how long before the dumps of their node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.faultlogs.covering import Clocks, spans_of
from stackan.faultlogs.names import folders_in_common
from stackan.model.clock import iso_of
from stackan.model.event import Starting
from stackan.model.log import Log
from stackan.model.placement import Taken
from stackan.model.process import Process

_PHASES = ("start-phase", "replaying")
_ENDS = ("ready", "stopped", "halt")
_SERVER = "dolphindb"


def find_starts(logs: Sequence[Log], processes: Sequence[Process], taken: Sequence[Sequence[Taken | None]]) -> Iterator[Starting]:
    """One for each log whose last word is of a start-up."""
    for log in logs:
        last = next((event for event in reversed(log.events) if event.kind in (*_PHASES, *_ENDS)), None)
        if last is not None and last.kind in _PHASES:
            end = log.extent.last if log.extent is not None else None
            yield Starting(log, last, last.last_time or last.time, end, *_dumps_beside(log, processes, taken))


def _dumps_beside(log: Log, processes: Sequence[Process], taken: Sequence[Sequence[Taken | None]]) -> tuple[str | None, str | None]:
    """When the dumps that lie nearest to a log were taken; Nones where that is not known."""
    servers = [at for at, process in enumerate(processes) if (process.rules.profile or "").startswith(_SERVER)]
    depths = {at: max(folders_in_common(dump.source, log.source) for dump in processes[at].dumps) for at in servers}
    nearest = [at for at in servers if depths[at] == max(depths.values())]
    clocks = Clocks([log])
    spans = [spans_of([time for time in taken[at] if time is not None], clocks) for at in nearest]
    if not spans or not all(len(each) == 1 for each in spans):
        return None, None
    return iso_of(min(each[0].first for each in spans)), iso_of(max(each[0].last for each in spans))
