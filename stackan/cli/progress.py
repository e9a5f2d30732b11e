"""How far a long call has come, on standard error: only on a terminal, only after a second, and gone when the call is done.

rich draws it, which is imported then and not before (docs/decisions/0022-progress.md).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from stackan.cli.language import in_language
from stackan.escapes import shown
from stackan.model.said import said, said_of
from stackan.model.watch import JUDGING, LEARNING, READING, REDACTING, Watch

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
    began = time.monotonic()
    if done.wait(_PATIENCE):
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError:  # removed by hand: the result is worth more than the picture
        return
    size = _size(inputs, done)
    console, words = Console(file=sys.stderr), TextColumn("{task.description}", markup=False)
    rate = TextColumn("{task.fields[pace]}", style="progress.data.speed", markup=False)
    of_bytes = (words, BarColumn(), DownloadColumn(), rate)
    stages = (
        (LEARNING, of_bytes),
        (REDACTING, of_bytes),
        (READING, of_bytes),
        (JUDGING, (words, BarColumn(), TimeRemainingColumn())),
        ("", (words, BarColumn())),  # the rest of the call
    )
    for stage, columns in stages:
        with Progress(*columns, console=console, transient=True, auto_refresh=False) as picture:
            task = picture.add_task("", total=None, visible=False, pace="")
            since, before = (time.monotonic(), watch.redacted) if stage == REDACTING else (began, 0)
            while not stage or watch.stage == stage:
                at, whole = (watch.redacted, watch.learnt) if stage == REDACTING else (watch.position or watch.unpacked, size)
                _draw(picture, task, watch, in_language(_say(watch), language), at, whole)
                picture.update(task, pace=pace(at - before, whole - before, time.monotonic() - since))
                picture.refresh()
                if done.wait(_PAUSE):
                    return


def _draw(picture: Progress, task: TaskID, watch: Watch, words: str, at: int, whole: int) -> None:
    if watch.stage in (LEARNING, READING, REDACTING):
        picture.tasks[task].total = whole if at < whole else None  # what was read is looked at, nobody knows how long: the bar swings
        picture.update(task, description=words, completed=at, visible=True)
    else:
        several = watch.processes if watch.stage == JUDGING and watch.processes > 1 else None
        picture.update(task, description=words, completed=watch.judged, total=several, visible=True)


def pace(position: int, size: int, seconds: float) -> str:
    """`52.4 MB/s 0:00:09`: bytes a second since the call began, and the time that the rest takes, if any rest is known.

    rich would count from the first picture on: a file that was read whole before it had no rate, and no time left while it was scanned.
    """
    from rich.filesize import decimal

    if position <= 0 or seconds <= 0:
        return ""
    rate = f"{decimal(int(position / seconds))}/s"
    if position >= size:
        return rate
    left = int((size - position) * seconds / position)
    return f"{rate} {left // 3600}:{left // 60 % 60:02}:{left % 60:02}"


def _say(watch: Watch) -> str:
    name = shown(watch.source)
    name = name if len(name) <= _LONGEST_NAME else f"…{name[-_LONGEST_NAME:]}"
    if watch.stage == READING:
        return said_of(watch.texts, "reading: {count} text, {name}", "reading: {count} texts, {name}", name=name)
    if watch.stage == LEARNING:
        return said_of(
            watch.texts,
            "looking for what to replace: {count} text, {name}",
            "looking for what to replace: {count} texts, {name}",
            name=name,
        )
    if watch.stage == REDACTING:
        return said_of(watch.texts, "replacing: {count} text, {name}", "replacing: {count} texts, {name}", name=name)
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
