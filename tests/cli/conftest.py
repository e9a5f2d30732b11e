"""Running the command as a user does, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run() -> Run:
    def run(*arguments: object, stdin: bytes | None = None, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        import os

        done = subprocess.run(
            [sys.executable, "-m", "stackan", *map(str, arguments)],
            input=stdin if stdin is not None else b"",
            capture_output=True,
            timeout=120,
            env={**os.environ, **(environment or {})},
            check=False,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run
