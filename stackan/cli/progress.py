"""How far a long call has come, on standard error: only on a terminal, only after a second, and gone when the call is done.

rich draws it, which is imported then and not before (docs/decisions/0022-progress.md).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from stackan.cli.language import in_language
from stackan.escapes import shown
from stackan.model.said import said, said_of
from stackan.model.watch import JUDGING, READING, Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading

    from rich.progress import Progress, TaskID

_PATIENCE = 1.0  # seconds in which nothing is shown
_PAUSE = 0.125  # between two pictures
_LONGEST_NAME = 48


@contextmanager
def watched(inputs: Sequence[str], quiet: bool, language: str) -> Iterator[Watch | None]:
    """A watch to give to `load` and `analyze`, whose state is shown meanwhile; None where nobody would see it."""
    if quiet or not _is_seen():
        yield None
        return
    import threading  # as rich, only where something is shown

    watch, done = Watch(), threading.Event()
    shower = threading.Thread(target=_show, args=(watch, done, list(inputs), language), daemon=True)
    shower.start()
    try:
        yield watch
    finally:
        done.set()
        shower.join()


def _is_seen() -> bool:
    try:
        return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # closed
        return False


def _show(watch: Watch, done: threading.Event, inputs: Sequence[str], language: str) -> None:
    if done.wait(_PATIENCE):
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    except ImportError:  # removed by hand: the result is worth more than the picture
        return
    size = _size(inputs, done)
    console = Console(file=sys.stderr)
    words = TextColumn("{task.description}", markup=False)
    reading = Progress(
        words,
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        auto_refresh=False,
    )
    with reading:
        _follow(reading, reading.add_task("", total=size or None), watch, done, READING, language)
    judging = Progress(words, BarColumn(), TimeRemainingColumn(), console=console, transient=True, auto_refresh=False)
    if done.is_set():
        return
    with judging:
        _follow(judging, judging.add_task("", total=None), watch, done, "", language)


def _follow(picture: Progress, task: TaskID, watch: Watch, done: threading.Event, stage: str, language: str) -> None:
    """Draw one stage until it is over; "" is the rest of the call."""
    while not done.wait(_PAUSE) and (not stage or watch.stage == stage):
        words = in_language(_say(watch), language)
        if watch.stage == READING:
            picture.update(task, description=words, completed=watch.position or watch.unpacked)
        elif watch.stage == JUDGING:
            picture.update(task, description=words, completed=watch.judged, total=watch.processes if watch.processes > 1 else None)
        else:
            picture.update(task, description=words, total=None)
        picture.refresh()


def _say(watch: Watch) -> str:
    if watch.stage == READING:
        name = shown(watch.source)
        name = name if len(name) <= _LONGEST_NAME else f"…{name[-_LONGEST_NAME:]}"
        return said_of(watch.texts, "reading: {count} text, {name}", "reading: {count} texts, {name}", name=name)
    if watch.stage == JUDGING:
        return said("judging: process {number} of {count}", number=min(watch.judged + 1, watch.processes), count=watch.processes)
    return said("concluding")


def _size(inputs: Sequence[str], done: threading.Event) -> int:
    """How many bytes the inputs have on disk; 0 if one of them shows its size at its end only, or the call is over before."""
    total = 0
    for name in inputs:
        if os.path.isdir(name):
            for folder, _, files in os.walk(name):
                if done.is_set():
                    return 0
                total += sum(_size_of(os.path.join(folder, file)) for file in files if not file.startswith("."))
        elif os.path.isfile(name):
            total += _size_of(name)
        else:
            return 0
    return total


def _size_of(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0
