"""A worker's process, as its supervisor sees it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from time import monotonic

from stackan.batch.task import Message, Outcome, Settings, Task
from stackan.model.records import NamedTuple

# As the parent imports, so does the worker: neither its folder nor the environment may put another module in the place of one.
_PROGRAM = "import sys; sys.path[:] = {path!r}; from stackan.batch.worker import main; main()"
_PIECE = 1 << 16
_TO_READ = 60.0  # seconds


class Asked(NamedTuple):
    """A case on its way, for the first time or again."""

    number: int
    task: Task
    group: str = ""  # with which the names of its parts begin
    known: tuple[str, ...] = ()  # ids of the rows that the store has of a case of this name
    tries: int = 0  # how often a worker has died while it held its rows
    failure: str | None = None  # it is given up for this, and only its row is to be written
    error: str = ""

    def message(self) -> Message:
        return {
            **self.task._asdict(),
            "number": self.number,
            "group": self.group,
            "known": self.known,
            "alone": self.tries > 0,
            "unread": self.tries > 1,
            "failure": self.failure,
            "error": self.error,
        }


class Child:
    """A worker's process.

    current: the case that it was given last, until it has judged it; `begun` is when it began with it, None before.
    held: what it has judged and not yet written; asked_to_write: whether it was asked to.
    has_spoken: whether it has come to life at all.
    """

    def __init__(self, settings: Settings, keep: Sequence[int]) -> None:
        program = _PROGRAM.format(path=[path for path in sys.path if path])
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=tuple(keep),
            cwd=settings.folder or None,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        os.set_blocking(self._out.fileno(), False)
        self._rest = b""
        self.current: Asked | None = None
        self.begun: float | None = None
        self.held: list[tuple[Asked, Outcome]] = []
        self.asked_to_write = False
        self.has_spoken = False
        self._send(settings._asdict())

    def fileno(self) -> int:
        return self._out.fileno()

    @property
    def is_free(self) -> bool:
        return self.current is None

    def give(self, asked: Asked) -> None:
        self.current, self.begun = asked, None
        self._send(asked.message())

    def ask_to_write(self) -> None:
        self.asked_to_write = True
        self._send({"write": True})

    def _send(self, message: Message) -> None:
        with contextlib.suppress(BrokenPipeError):  # its end shows when it is read from
            self._in.write(json.dumps(message).encode() + b"\n")
            self._in.flush()

    def hear(self) -> list[Message] | None:
        """What it has said; None after its end."""
        try:
            data = self._out.read(_PIECE)
        except BlockingIOError:
            return []
        if data is None:
            return []
        if not data:
            return None
        self.has_spoken = True
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def late(self, timeout: float) -> bool:
        """Whether its case has taken longer than that; one that is given up is only read once more, and may take longer for it."""
        if self.current is None or self.begun is None or not timeout:
            return False
        allowed = timeout if self.current.failure is None else max(timeout, _TO_READ)
        return monotonic() - self.begun > allowed

    def close(self) -> None:
        """Let it end when it has nothing left to do."""
        with contextlib.suppress(BrokenPipeError):
            self._in.close()

    def kill(self) -> int:
        """End it; returns its exit status, or the signal that has ended it as a negative number."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        return self.wait()

    def wait(self) -> int:
        status = self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._in.close()
        self._out.close()
        return status
