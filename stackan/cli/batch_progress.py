"""How far a batch has come, on standard error: a bar on a terminal, or a line of JSON each second."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from time import monotonic

from stackan.cli.language import in_language
from stackan.cli.printing import complain
from stackan.model.said import said

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from stackan.batch.task import Outcome

_PAUSE = {"json": 1.0, "bar": 0.25}  # seconds between two lines, or two pictures


class Tally:
    """Counts of cases whose rows are in the store, written by the run and read by whoever shows them."""

    def __init__(self, cases: int) -> None:
        self.cases = cases
        self.done = self.known = self.failed = 0
        self._began = monotonic()

    def add(self, outcome: Outcome) -> None:
        self.done += 1
        self.known += outcome.was_known
        self.failed += outcome.failure is not None

    @property
    def seconds(self) -> float:
        return monotonic() - self._began

    @property
    def rate(self) -> float:
        """Cases a second, without those that were done before."""
        return (self.done - self.known) / max(self.seconds, 0.001)

    def line(self) -> str:
        """All of it as JSON; `left` are the seconds until the end at this rate, null while nothing is known."""
        left = round((self.cases - self.done) / self.rate, 1) if self.rate else None
        counts = {"cases": self.cases, "done": self.done, "known": self.known, "failed": self.failed}
        return json.dumps({**counts, "seconds": round(self.seconds, 1), "rate": round(self.rate, 1), "left": left})


@contextlib.contextmanager
def followed(tally: Tally, options: argparse.Namespace) -> Iterator[None]:
    """Show how far a run has come, meanwhile."""
    show = _show_lines if options.progress == "json" else _show_bar if _is_seen(options) else None
    if show is None:
        yield
        return
    done = threading.Event()
    shower = threading.Thread(target=show, args=(tally, done, options.language), daemon=True)
    shower.start()
    try:
        yield
    finally:
        done.set()
        shower.join()


def _is_seen(options: argparse.Namespace) -> bool:
    if options.quiet or options.progress == "none":
        return False
    try:
        return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # closed
        return False


def _show_lines(tally: Tally, done: threading.Event, language: str) -> None:
    while not done.wait(_PAUSE["json"]):
        complain(tally.line())
    complain(tally.line())


def _show_bar(tally: Tally, done: threading.Event, language: str) -> None:
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError:  # removed by hand: the result is worth more than the picture
        return
    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True, auto_refresh=False) as picture:
        task = picture.add_task("", total=tally.cases)
        while not done.wait(_PAUSE["bar"]):
            told = said("{rate} cases/s, {failed} not analyzed", rate=f"{tally.rate:.1f}", failed=tally.failed)
            picture.update(task, description=in_language(told, language), completed=tally.done)
            picture.refresh()
