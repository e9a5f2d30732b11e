"""The program of a worker: cases come in by a pipe, one at a time; rows go to the store, and what became of each case goes back.

It answers `begins` and `judged` for each case, and `wrote` once the rows of all that it has judged are in the store.  Whatever it has
not written is lost with it, and its supervisor gives that to another one.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from time import monotonic
from typing import BinaryIO

from stackan.batch.judging import give_up, judge
from stackan.batch.task import Message, Settings, Task
from stackan.errors import StackanError
from stackan.model.said import said
from stackan.store.rows import Rows

LARGE = 4 << 20  # bytes of cases that are held unwritten, and of a case for whose end none waits unwritten


def main() -> None:
    """Work until the pipe ends.  The answers go to what was standard output, so that nothing else can get between them."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    asked = sys.stdin.buffer
    settings = Settings(**json.loads(asked.readline()))
    _prepare(settings)
    worker = _Worker(settings._replace(profiles=tuple(settings.profiles)), answers)
    try:
        for line in asked:
            worker.take(json.loads(line))
            if worker.is_worn:
                break
    except StackanError as error:
        worker.say({"trouble": str(error)})
    except OSError as error:
        worker.say({"trouble": said("{path}: {reason}", path=error.filename or settings.store, reason=error.strerror or str(error))})


def _prepare(settings: Settings) -> None:
    """Leave interruptions to the supervisor, die with it, and keep within the memory that is allowed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # the others reserve address space by the gigabyte
    sys.meta_path.insert(0, _WithoutPandas())
    from stackan.store.arrow import pa

    pa.set_cpu_count(1)
    if settings.memory:
        _limit_memory(settings.memory)


class _WithoutPandas:
    """Keeps a worker from importing pandas, for which Arrow looks at its first array, and which would take as long as forty cases."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ImportError(name)


def _die_with_parent() -> None:
    """Have the kernel end this process when its supervisor ends, however that may be; elsewhere the pipe's end does so a little later."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _limit_memory(size: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # where there are no such limits, or a lower one holds already
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))


class _Worker:
    def __init__(self, settings: Settings, answers: BinaryIO) -> None:
        from stackan.store.writing import Writer

        self.is_worn = False
        self._settings = settings
        self._answers = answers
        self._writer = Writer(settings.store, settings.run)
        self._held: list[Rows] = []
        self._since = 0.0
        self._size = 0
        self._group = ""
        self._taken = 0

    def say(self, message: Message) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._answers.write(json.dumps(message).encode() + b"\n")

    def take(self, asked: Message) -> None:
        """Do what is asked for: write what is held (`write`), or take a case."""
        if asked.get("write"):
            self.write()
            return
        self._group = asked["group"]
        task, known = Task(asked["case"], tuple(asked["inputs"]), asked["size"]), frozenset(asked["known"])
        if task.size >= LARGE and self._held:
            self.write()
        self.say({"begins": asked["number"]})
        failure = asked.get("failure")
        outcome, rows = (
            give_up(task, self._settings, failure, asked["error"], known, read=not asked["unread"])
            if failure
            else judge(task, self._settings, known)
        )
        self._taken += 1
        self.is_worn = self._taken >= self._settings.recycle or (outcome.failure == "memory-limit" and not failure)
        self._hold(rows, task.size)
        self.say({"judged": asked["number"], **outcome._asdict()})
        if self._is_time(alone=asked["alone"]):
            self.write()

    def _hold(self, rows: Rows | None, size: int) -> None:
        if rows is not None:
            if not self._held:
                self._since, self._size = monotonic(), 0
            self._held.append(rows)
            self._size += size

    def _is_time(self, *, alone: bool) -> bool:
        late = bool(self._held) and 0 < self._settings.pause <= monotonic() - self._since
        full = len(self._held) >= self._settings.part or self._size >= LARGE
        return alone or late or full or self.is_worn or not self._held  # nothing to write: it was known

    def write(self) -> None:
        """Write all that is held."""
        if self._held:
            self._writer.write(self._held, self._group)
            self._held = []
        self.say({"wrote": True})
