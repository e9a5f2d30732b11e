"""Real servers, started privately with a folder and a socket of their own, some of whose clients are blocked and some at work."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from stackan.collect.targets import Wanted, find_targets

PROGRAMS = Path(__file__).parent / "programs"


@contextlib.contextmanager
def mariadb() -> Iterator[list[int]]:
    """Rows and tables locked by a client that rests, others behind them, some at work."""
    install, server, client = (_needs(name) for name in ("mariadb-install-db", "mariadbd", "mariadb"))
    with _folder() as folder, _processes() as start:
        words = ["--no-defaults", f"--datadir={folder}/data", *(["--user=root"] if os.getuid() == 0 else [])]
        _run([install, *words, "--skip-test-db", "--auth-root-authentication-method=normal"])
        options = ["--skip-networking", "--innodb-lock-wait-timeout=600", "--lock-wait-timeout=600"]
        pid = start([server, *words, f"--socket={folder}/s", f"--pid-file={folder}/pid", *options])
        ask = [client, "--no-defaults", f"--socket={folder}/s", "--user=root", "-N", "-e"]
        _until(lambda: subprocess.run([*ask, "select 1"], capture_output=True, check=False).returncode == 0)
        _run([*ask, "create database d; create table d.t (id int primary key, v int) engine=innodb; insert into d.t values (1, 0), (2, 0)"])
        start([*ask, "begin; update d.t set v = 1 where id = 1; do get_lock('l', 1); select sleep(600)"])
        time.sleep(0.5)
        for _ in range(6):
            start([*ask, "update d.t set v = v + 1 where id = 1"])
        for words in ("do get_lock('l', 600)", "select sleep(600)", "select sleep(600)", "alter table d.t add column w int"):
            start([*ask, words])
        time.sleep(0.5)
        for words in ("select count(*) from d.t", "select count(*) from d.t", "do benchmark(1000000000, sha2('x', 512))"):
            start([*ask, words])
        time.sleep(1)
        yield [pid]


@contextlib.contextmanager
def postgresql() -> Iterator[list[int]]:
    """The same with a process for each client."""
    as_user: list[str] = []
    if os.getuid() == 0:  # which it refuses to run as
        if shutil.which("setpriv") is None or subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode:
            pytest.skip("PostgreSQL does not run as root, and no user postgres is here")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    path = os.pathsep.join([*map(str, reversed(found)), os.environ["PATH"]])
    initdb, server, psql = (_needs(name, path) for name in ("initdb", "postgres", "psql"))
    with _folder() as folder, _processes() as start:
        if as_user:
            shutil.chown(folder, "postgres", "postgres")
        _run([*as_user, initdb, "-D", f"{folder}/data", "-A", "trust", "-U", "p", "-N"])
        command = [*as_user, server, "-D", f"{folder}/data", "-k", str(folder), "-c", "listen_addresses="]
        pid = start(command, end=signal.SIGQUIT)  # by which it ends its children, who are of no group of its own
        ask = [psql, "-h", str(folder), "-U", "p", "-d", "postgres", "-tAc"]
        _until(lambda: subprocess.run([*ask, "select 1"], capture_output=True, check=False).returncode == 0)
        _run([*ask, "create table t (id int primary key, v int)"])
        _run([*ask, "insert into t values (1, 0), (2, 0)"])
        start([*ask, "begin; update t set v = 1 where id = 1; select pg_advisory_lock(7); select pg_sleep(600)"])
        time.sleep(0.5)
        for _ in range(6):
            start([*ask, "update t set v = v + 1 where id = 1"])
        for words in ("select pg_advisory_lock(7)", "select pg_sleep(600)", "alter table t add column w int"):
            start([*ask, words])
        time.sleep(0.5)
        for words in ("select count(*) from t", "select count(*) from t", "select sum(a) from generate_series(1, 1000000000) a"):
            start([*ask, words])
        time.sleep(1)
        yield [target.pid for target in find_targets(Wanted([pid], children=True))]


@contextlib.contextmanager
def jvm() -> Iterator[list[int]]:
    """Threads in monitors, locks, sockets, sleeps and pools, below interpreted and compiled frames."""
    java = _needs("java")
    with _processes() as start:
        yield [start([java, str(PROGRAMS / "Waits.java")], "ready")]  # which it compiles itself


@contextlib.contextmanager
def cpython() -> Iterator[list[int]]:
    """The same in the interpreter that runs this test."""
    with _processes() as start:
        yield [start([sys.executable, str(PROGRAMS / "waits.py")], "ready")]


SERVERS = {"MariaDB": mariadb, "PostgreSQL": postgresql, "JVM": jvm, "CPython": cpython}


def _needs(name: str, path: str | None = None) -> str:
    found = shutil.which(name, path=path or os.environ["PATH"] + os.pathsep + "/usr/sbin")
    if found is None:
        pytest.skip(f"no {name} is installed")
    return found


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Short, as the names of sockets are."""
    folder = Path(tempfile.mkdtemp(prefix="s-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _processes() -> Iterator[Callable[..., int]]:
    """Starts processes, of which none is left behind it."""
    running: list[tuple[subprocess.Popen[str], signal.Signals]] = []

    def start(words: Sequence[str], until: str = "", end: signal.Signals = signal.SIGKILL) -> int:
        output = subprocess.PIPE if until else subprocess.DEVNULL
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL, text=True, start_new_session=True
        )
        running.append((process, end))
        if until:
            assert process.stdout is not None and any(line.strip() == until for line in process.stdout)
        return process.pid

    try:
        yield start
    finally:
        for process, end in reversed(running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, end)
            process.wait(30)
            if process.stdout is not None:
                process.stdout.close()


def _run(words: Sequence[str]) -> None:
    subprocess.run(words, capture_output=True, check=True)


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(300):
        if is_so():
            return
        time.sleep(0.1)
    pytest.fail("a server does not answer")
