"""What the tests of the emergency channel start: the command, stand-ins of a server, and consoles."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator

import pytest

from tests.rescue.standins import ANSWERING, BANNER, Console, Done, Server


@pytest.fixture(scope="session")
def rescue() -> Callable[..., Done]:
    """`stackan rescue`, as a user calls it."""

    def rescue(*arguments: object, form: str = "json", cwd: object = None, **environment: str) -> Done:
        command = [sys.executable, "-m", "stackan", "rescue", "--format", form, *map(str, arguments)]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, cwd=cwd, check=False, env={**os.environ, **environment}
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return rescue


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Start stand-ins of a server; all have ended when the test has."""
    running: list[Server] = []
    room = pathlib.Path(tempfile.mkdtemp(prefix="stackan-test-"))  # pytest's own folders are closed to other users
    room.chmod(0o755)

    def start(
        *options: str, folder: str = "server", name: str = "dolphindb", version: str | None = "2.00.16.1", user: int | None = None
    ) -> Server:
        home = room / folder
        home.mkdir(exist_ok=True)
        program = home / name
        if not program.exists():
            shutil.copy(os.path.realpath("/bin/sh"), program)
            if version is not None:
                with program.open("ab") as file:  # behind its end: the system doesn't mind
                    file.write(b"\0" + BANNER.format(version=version).encode() + b"\0")
        arguments = [
            program,
            "-c",
            "echo; read line",
            "-home",
            "data",
            *(options or ("-mode", "datanode", "-localSite", "h:8902:P1-node1")),
        ]
        process = subprocess.Popen(arguments, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, user=user)
        server = Server(process, home)
        running.append(server)
        assert process.stdout is not None
        assert process.stdout.read(1) == b"\n", "it runs under its own name now"
        return server

    yield start
    for server in running:
        server.process.kill()
        server.process.communicate()
    shutil.rmtree(room)


@pytest.fixture
def console(tmp_path: pathlib.Path) -> Callable[..., Console]:
    """Another installation, whose console runs a script of the shell's."""

    def console(script: str = ANSWERING, folder: str = "other", version: str | None = "2.00.16.1", head: str = "#!/bin/sh") -> Console:
        home = tmp_path / folder
        home.mkdir()
        program = home / "dolphindb"
        banner = BANNER.format(version=version) if version is not None else ""
        program.write_text(f"{head}\necho $$ > started\n{script}\nexit\n{banner}\n")
        program.chmod(0o755)
        return Console(home)

    return console
