"""What takes more than a second shows how far it has come: on a terminal's standard error only, and gone when the call is done."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

import stackan
from stackan.cli.progress import _draw, pace
from stackan.model.watch import CONCLUDING, LEARNING, READING, REDACTING, Watch

EXAMPLE = Path(__file__).parents[2] / "examples" / "mariadb-pool-exhausted"
GONE = b"\x1b[1A\x1b[2K"  # the cursor goes up, and the line is erased


def on_a_terminal(*options: str, pause: float, before: bytes = b"", **environment: str) -> tuple[bytes, bytes]:
    """Standard output, and what a terminal got on standard error, of a call that waits for the rest of its standard input."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    command = [sys.executable, "-m", "stackan", "analyze", "--lang", "en", "-", *options]
    whole = {**os.environ, "TERM": "xterm", **environment}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=theirs, env=whole) as process:
        os.close(theirs)
        assert process.stdin is not None
        process.stdin.write(before)
        process.stdin.flush()
        time.sleep(pause)
        report, _ = process.communicate((EXAMPLE / "snap1.txt").read_bytes(), timeout=60)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    return report, seen


def test_a_long_call_shows_what_it_does_and_leaves_nothing_behind() -> None:
    report, seen = on_a_terminal(pause=3)
    assert b"reading: 0 texts" in seen
    assert seen.rstrip().endswith(GONE)
    assert report.startswith(b"INCONCLUSIVE") and b"reading:" not in report


@pytest.mark.parametrize(("options", "environment"), [(("--quiet",), {}), ((), {"TERM": "dumb"})], ids=["quiet", "dumb terminal"])
def test_nothing_is_shown_where_nobody_wants_it(options: tuple[str, ...], environment: dict[str, str]) -> None:
    assert on_a_terminal(*options, pause=2.5, **environment)[1] == b""


def test_a_pipe_gets_nothing() -> None:
    command = [sys.executable, "-m", "stackan", "analyze", "--lang", "en", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(2.5)  # as long as a terminal has been told by then
        _, told = process.communicate((EXAMPLE / "snap1.txt").read_bytes(), timeout=60)
    assert told == b""


def test_the_rate_is_that_since_the_call_began_and_no_time_is_left_where_all_is_read_and_not_yet_scanned() -> None:
    assert pace(position=40_000_000, size=100_000_000, seconds=2.0) == "20.0 MB/s 0:00:03"
    assert pace(position=100_000_000, size=100_000_000, seconds=4.0) == "25.0 MB/s"
    assert pace(position=3_000, size=0, seconds=1.0) == "3.0 kB/s"  # a pipe
    assert pace(position=0, size=100, seconds=1.0) == ""


def test_bytes_and_their_rate_are_shown() -> None:
    seen = on_a_terminal(pause=3, before=(EXAMPLE / "snap2.txt").read_bytes())[1]
    assert b" kB/s" in seen or b" MB/s" in seen


def test_where_no_more_is_to_be_read_nobody_knows_how_long_it_takes() -> None:
    """A file that is read as a whole fills no bar while it is looked at."""
    from rich.progress import Progress

    watch, picture = Watch(), Progress(disable=True)
    task = picture.add_task("", total=None)
    for stage in (LEARNING, REDACTING, READING):
        watch.begin(stage)
        for at, total in ((40, 100), (100, None)):
            _draw(picture, task, watch, "", at, 100)
            assert (picture.tasks[task].completed, picture.tasks[task].total) == (at, total)


def test_a_watch_is_told_of_what_is_replaced(tmp_path) -> None:
    from stackan.redact import Redactor
    from stackan.redact.rewriting import redact

    sizes = sum(path.stat().st_size for path in EXAMPLE.iterdir())
    of_case, of_copy = Watch(), Watch()
    case = stackan.load(EXAMPLE, watch=of_case, redactor=Redactor())
    redact(str(EXAMPLE), str(tmp_path / "out"), watch=of_copy)
    for watch in (of_case, of_copy):
        assert (watch.stage, watch.texts, watch.position) == (REDACTING, len(case.dumps), sizes)
        assert (watch.learnt, watch.redacted) == (sizes, sizes)


def test_redact_shows_how_far_it_has_come_while_it_works(tmp_path) -> None:
    from stackan.redact import Redactor

    told, text = [], b"a line\n" * 50

    class Told(Watch):
        def __setattr__(self, name: str, value: object) -> None:
            told.extend([value] if name == "redacted" else [])
            super().__setattr__(name, value)

    redactor = Redactor()
    redactor.learn("x", text)
    redactor.redact(text, Told())
    assert told[:-1] == sorted(told[:-1])
    assert len(set(told)) > 50
    assert told[-1] == len(text)


def test_a_watch_is_told_of_files_texts_and_processes() -> None:
    watch = Watch()
    case = stackan.load(EXAMPLE, watch=watch)
    sizes = sum(path.stat().st_size for path in EXAMPLE.iterdir())
    assert (watch.files, watch.texts, watch.position, watch.unpacked) == (len(case.dumps), len(case.dumps), sizes, sizes)
    stackan.analyze(case, watch=watch)
    assert (watch.stage, watch.processes, watch.judged) == (CONCLUDING, 1, 1)
