"""One case → its rows, whatever is in it: a case that cannot be analyzed has a row that says why."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Collection
from datetime import datetime, timezone
from time import perf_counter

from stackan._version import __version__
from stackan.batch.content import Fetched, digest, opened
from stackan.batch.task import DEFECT, MEMORY_LIMIT, TOO_LARGE, UNREADABLE, Outcome, Settings, Task
from stackan.collector import collector_paused
from stackan.errors import LimitError, StackanError
from stackan.escapes import shorten
from stackan.model.said import said
from stackan.pipeline import analyze, load
from stackan.reading import Limits
from stackan.reading.limits import size_text
from stackan.redact import Redactor
from stackan.report.json import text_of
from stackan.store.parts import case_id
from stackan.store.rows import Rows, name_case, tables_of

_LONGEST = 200  # characters of the words of a defect


def judge(task: Task, settings: Settings, known: Collection[str] = ()) -> tuple[Outcome, Rows | None]:
    """What became of a case, and its rows; no rows where it is one of the `known` (ids of cases)."""
    began, found = perf_counter(), ""
    redactor = Redactor() if settings.redact else None
    try:
        with opened(task.inputs) as inputs:
            found = digest(inputs, settings.follow_links)
            key = case_id(task.case, found, __version__)
            if key in known:
                return Outcome(task.case, key, None, None, True), None
            rows = _analyzed(inputs, settings, redactor)
    except StackanError as error:
        why = TOO_LARGE if isinstance(error, LimitError) else UNREADABLE, _redacted(error, task, redactor)
    except MemoryError:
        why = MEMORY_LIMIT, tell_memory(task.case, settings.memory)
    except Exception as error:
        why = DEFECT, _tell_defect(task.case, error, settings.redact)
    else:
        return Outcome(task.case, key, None, None, False), _completed(rows, task, found, perf_counter() - began)
    return _failed(task, *why, found, perf_counter() - began, known)


def give_up(
    task: Task, settings: Settings, failure: str, error: str, known: Collection[str] = (), *, read: bool = True
) -> tuple[Outcome, Rows | None]:
    """The same of a case that is not to be tried again; if even to `read` it has failed, it is known by its name alone."""
    found = ""
    with contextlib.suppress(StackanError, MemoryError):
        if read:
            with opened(task.inputs) as inputs:
                found = digest(inputs, settings.follow_links)
    return _failed(task, failure, error, found, 0.0, known)


def _analyzed(inputs: list[str | Fetched], settings: Settings, redactor: Redactor | None) -> Rows:
    with collector_paused():
        limits = Limits.up_to(settings.max_bytes) if settings.max_bytes else Limits()
        analysis = analyze(load(*inputs, limits=limits, follow_links=settings.follow_links, redactor=redactor), settings.profiles)
        document = analysis.to_dict()
        rows = tables_of(analysis, document)
        rows["cases"][0]["document"] = text_of(document) if settings.documents else None
    return rows


def _failed(task: Task, failure: str, error: str, sha256: str, seconds: float, known: Collection[str]) -> tuple[Outcome, Rows | None]:
    """A case that could not be analyzed, as its only row tells it."""
    key = case_id(task.case, sha256, __version__)
    if key in known:
        return Outcome(task.case, key, failure, error, True), None
    rows = _completed({"cases": [{"failure": failure, "error": str(error)}]}, task, sha256, seconds)
    return Outcome(task.case, key, failure, str(error), False), rows


def _completed(rows: Rows, task: Task, sha256: str, seconds: float) -> Rows:
    rows["cases"][0].update(
        sha256=sha256 or None, version=__version__, seconds=round(seconds, 6), bytes=task.size, analyzed_at=datetime.now(timezone.utc)
    )
    name_case(rows, case_id(task.case, sha256, __version__), task.case)
    return rows


def tell_memory(case: str, limit: int) -> str:
    return said("{source}: too large: it needs more than {limit}; allow more with --memory", source=case, limit=size_text(limit))


def _redacted(error: StackanError, task: Task, redactor: Redactor | None) -> str:
    """Why a case cannot be read, without the names of machines and people in it but those in the case's own name."""
    if redactor is None:
        return str(error)
    return task.case.join(map(redactor.name, str(error).split(task.case)))


def _tell_defect(case: str, error: Exception, is_redacted: bool) -> str:
    ours = [each for each in traceback.extract_tb(error.__traceback__) if "stackan" in each.filename]
    place = f"{ours[-1].filename.rpartition('stackan/')[2]}:{ours[-1].lineno}" if ours else "?"
    words = type(error).__name__ if is_redacted else shorten(f"{type(error).__name__}: {error}", _LONGEST)
    return said(
        "{case}: internal error in {place} ({words}); stackan itself has failed: please report that with its version; "
        "`stackan analyze`, with {variable}=trace.txt in the environment, writes a file to send along",
        case=case,
        place=place,
        words=words,
        variable="STACKAN_TRACEBACK",
    )
