"""Dumps that no log is of the time of: logs of another day say nothing of what hangs."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.faultlogs.covering import Clocks, spans_of
from stackan.model.clock import iso_of
from stackan.model.event import Gap
from stackan.model.log import Log
from stackan.model.placement import Taken

_APART = 3600  # seconds from the logs to the dumps: a server may have nothing to log for a while


def find_gap(logs: Sequence[Log], taken: Sequence[Sequence[Taken | None]]) -> Gap | None:
    """None where any of the dumps may have been taken while the logs were written, or nothing tells."""
    clocks = Clocks(logs)
    if clocks.begin is None or clocks.end is None:
        return None
    begin, end = clocks.begin - _APART, clocks.end + _APART
    spans = []
    for times in taken:
        known = spans_of([time for time in times if time is not None], clocks)
        if any(span.first <= end and span.last >= begin for span in known):
            return None
        spans += known[:1]
    if not spans:
        return None
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    return Gap(iso_of(clocks.begin), iso_of(clocks.end), iso_of(first), iso_of(last))
