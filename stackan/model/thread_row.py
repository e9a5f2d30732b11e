"""A row of the table of threads: what was concluded about each, as plain values for data frames."""

from __future__ import annotations

from stackan.model.brief import brief
from stackan.model.records import NamedTuple


@brief
class ThreadRow(NamedTuple):
    """One thread of a case.  The words are those of the analysis document; None is what is not known."""

    process: str
    host: str | None
    pid: int | None
    lwp: int | None
    thread_id: str | None  # the dump's own
    name: str | None
    pool: str | None
    progress: str
    confidence: str | None  # how sure the progress is
    idle: str | None  # "rule", or "guess" where no rule knows it
    state: str  # in its newest snapshot, as all that follows
    waits_for: str | None  # the kind of the resource
    address: str | None  # of it
    function: str  # outside of the wait: the work itself
    snapshots: int  # in which it is present
    source: str
    line: int  # of its header
