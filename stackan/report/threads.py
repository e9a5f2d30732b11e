"""Analysis → a row for each thread."""

from __future__ import annotations

from stackan.model.analysis import Analysis
from stackan.model.process import Pool, Process
from stackan.model.thread_row import ThreadRow
from stackan.model.track import IDLE, Track
from stackan.report.membership import pools_of


def thread_rows(analysis: Analysis) -> list[ThreadRow]:
    """All threads of the case, process after process, in the order of the document."""
    pools = pools_of(analysis.processes)
    return [_row(process, track, pools.get(id(track))) for process in analysis.processes for track in process.tracks]


def _row(process: Process, track: Track, pool: Pool | None) -> ThreadRow:
    place, awaited = track.place, track.newest.awaited
    waits = awaited if awaited is not None and (place.verb != "idle" or awaited.address is not None) else None
    return ThreadRow(
        process=process.id,
        host=process.inputs.host,
        pid=process.pid,
        lwp=track.lwp,
        thread_id=track.pthread if track.number is None else str(track.number),
        name=track.name,
        pool=str(pool.name) if pool is not None else None,
        progress=track.progress,
        confidence=process.certainties.get(track.key),
        idle=("rule" if place.rule is not None else "guess") if track.progress == IDLE else None,
        state=place.state,
        waits_for=waits.kind if waits is not None else None,
        address=f"{waits.address:#x}" if waits is not None and waits.address is not None else None,
        function=place.purpose,
        snapshots=len(track.sightings),
        source=track.newest.dump.source,
        line=track.newest.line,
    )
