"""Stand-ins: a process that looks like a DolphinDB server in /proc, and consoles that behave in every way a real one may.

The server is a copy of the system's shell under the name `dolphindb`, which waits on a pipe: the options behind its script are as
a server's.  The consoles are scripts of the same name in another folder.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import time
from collections.abc import Callable
from typing import Any, NamedTuple

NOBODY = 65534
BANNER = "DolphinDB Systems {version} 64 bit Copyright (c) 2011~2024 DolphinDB, Inc. Licensed to Trial Users. (Build:2024.09.30)"
ANSWERING = 'echo welcome; while read -r line; do echo "$line" >> heard; [ "$line" = quit ] && exit; echo "done: $line"; done'


class Server(NamedTuple):
    """A running stand-in."""

    process: subprocess.Popen[bytes]
    folder: pathlib.Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_alive(self) -> bool:
        return self.process.poll() is None


class Console(NamedTuple):
    """An installation whose program is a script."""

    folder: pathlib.Path

    @property
    def heard(self) -> list[str]:
        """The lines that it got; a script of its own has to write them down."""
        path = self.folder / "heard"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def was_started(self) -> bool:
        return (self.folder / "started").exists()


class Done(NamedTuple):
    """A call that has ended."""

    status: int
    out: str
    errors: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def states(self) -> dict[str, str]:
        return {each["name"]: each["state"] for each in self.document["preconditions"]}

    def missing(self) -> list[str]:
        return [name for name, state in self.states.items() if state == "not-held"]


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what comes for certain; give up when a minute has gone."""
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until, "it has not come"
        time.sleep(0.02)
