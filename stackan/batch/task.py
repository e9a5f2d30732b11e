"""The work of a run: its cases, what they are analyzed with, and what became of each."""

from __future__ import annotations

from typing import Any

from stackan.model.records import NamedTuple


class Task(NamedTuple):
    """A case to analyze."""

    case: str  # its name as given
    inputs: tuple[str, ...]  # paths, or URLs
    size: int  # bytes on disk


class Settings(NamedTuple):
    """What all cases of a run are analyzed with."""

    store: str
    run: str = ""  # the run's token (`stackan.store.lock`)
    folder: str = ""  # from which paths go out, if not from that of the process
    profiles: tuple[str, ...] = ()
    max_bytes: int = 0  # 0: the usual limits
    follow_links: bool = False
    redact: bool = False  # nothing of a case is stored but what is redacted, and its name
    documents: bool = True
    memory: int = 4 << 30  # bytes of address space of one worker, 0: no limit
    timeout: float = 600.0  # seconds for one case
    recycle: int = 1000  # cases after which a worker is replaced
    part: int = 500  # cases after which a worker writes what it has …
    pause: float = 2.0  # … or seconds, 0: never before


class Outcome(NamedTuple):
    """A case whose rows are in the store."""

    case: str
    case_id: str
    failure: str | None  # a word of FAILURES, None where it was analyzed
    error: str | None  # why, in a sentence
    was_known: bool  # its rows were there before


# A damaged or foreign input, one beyond a limit of reading, the run's limits, a worker that died, a defect of stackan's own.
UNREADABLE, TOO_LARGE, MEMORY_LIMIT, TIME_LIMIT, CRASH, DEFECT = (
    "unreadable",
    "too-large",
    "memory-limit",
    "time-limit",
    "crash",
    "defect",
)
FAILURES = (UNREADABLE, TOO_LARGE, MEMORY_LIMIT, TIME_LIMIT, CRASH, DEFECT)

Message = dict[str, Any]
