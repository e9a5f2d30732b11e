"""What AIX's procstack prints, through the parser and the analysis.

The tool does not run here: the samples are written after IBM's documentation of the command, and after libpthreads' functions as debuggers
show them (plan9port issue 398).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

import stackan
from stackan.parsing import parse_all
from tests.parsing import hostile
from tests.parsing.texts import only

LEDGER = """\
28243 : /opt/ledger/bin/ledgerd -d
---------- tid# 54321 (pthread ID:      1) ----------
0x09000000005a1b40  __fd_poll(??, ??, ??) + 0xb4
0x0000000100003a80  main(0x2, 0xffffffffffff888) + 0x98
0x0000000100000128  __start() + 0x8c
---------- tid# 54323 (pthread ID:    258) ----------
0x09000000005b8f24  _event_sleep(??, ??, ??, ??, ??, ??) + 0x514
0x09000000005b9f94  _event_wait(??, ??) + 0x2b4
0x09000000005c83d4  _mutex_lock(??, ??, ??) + 0x334
0x0000000100004480  ledger::post(ledger::entry*)(0x110016c30) + 0x30
0x09000000005a6d50  _pthread_body(??) + 0xf0
---------- tid# 54325 (pthread ID:    515) ----------
0x09000000005b8f24  _event_sleep(??, ??, ??, ??, ??, ??) + 0x514
0x09000000005b9f94  _event_wait(??, ??) + 0x2b4
0x09000000005c79fc  _cond_wait_local(??, ??, ??) + 0x4fc
0x09000000005c847c  _cond_wait(??, ??, ??) + 0xbc
0x09000000005c8f54  pthread_cond_wait(??, ??) + 0x1a8
0x0000000100004580  flusher(??) + 0x30
0x09000000005a6d50  _pthread_body(??) + 0xf0
"""


def test_threads_have_the_kernels_ids() -> None:
    dump = only(LEDGER)
    assert (dump.format, dump.facts.pid, dump.facts.command) == ("procstack", 28243, "/opt/ledger/bin/ledgerd -d")
    assert [(thread.lwp, thread.line, thread.frames) for thread in dump.threads] == [(54321, 2, 3), (54323, 6, 5), (54325, 12, 7)]
    assert dump.lines == {"threads": 3, "frames": 15, "continuations": 0, "locals": 0, "noise": 1, "blank": 0, "unparsed": 0}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("d01d15c4  waitpid   (?, ?, ?) + e0", (0xD01D15C4, "waitpid", "?, ?, ?")),
        ("10000480  PrintHello   (d) + 30", (0x10000480, "PrintHello", "d")),
        ("10001370  exfile   () + 628", (0x10001370, "exfile", "")),
        ("0x09000000005c83d4  ledger::post(int (*)())(??) + 0x334", (0x09000000005C83D4, "ledger::post(int (*)())", "??")),
        ("0x09000000005c83d4  ????????() + 0x334", (0x09000000005C83D4, "", "")),
    ],
)
def test_frames_are_read_as_they_are_printed(line: str, expected: tuple[int, str, str]) -> None:
    (frame,) = only(f"7 : x\n---------- tid# 7 -----------\n{line}\n").frames
    assert (frame.pc, frame.function, frame.arguments) == expected


def test_a_process_with_one_thread_has_no_ruled_line() -> None:
    dump = only(
        "11928 : -sh                                    \nd01d15c4  waitpid   (?, ?, ?) + e0             \n10000100  __start   () + 8c\n"
    )
    assert (dump.facts.pid, dump.facts.command) == (11928, "-sh")
    assert [(thread.lwp, thread.line, thread.frames) for thread in dump.threads] == [(None, 1, 2)]


def test_several_processes_of_one_text_are_told_apart() -> None:
    dumps = parse_all((LEDGER + LEDGER.replace("28243", "28244").replace("tid# 5", "tid# 6")).encode(), "all.txt")
    assert [(dump.facts.pid, len(dump.threads)) for dump in dumps] == [(28243, 3), (28244, 3)]


def test_what_threads_wait_for_is_told_by_the_systems_functions(tmp_path) -> None:
    (tmp_path / "snap1.txt").write_text(LEDGER, "utf-8")
    (tmp_path / "snap2.txt").write_text(LEDGER + "\n", "utf-8")
    document = stackan.analyze(stackan.load(str(tmp_path / "snap1.txt"), str(tmp_path / "snap2.txt"))).to_dict()
    (process,) = document["processes"]
    assert {thread["lwp"]: (thread["progress"], thread["state"]) for thread in process["threads"]} == {
        54321: ("idle", "idle"),
        54323: ("stuck", "lock"),
        54325: ("idle", "idle"),
    }
    assert (process["pid"], document["verdict"]) == (28243, "blocked")


def test_broken_dumps_lose_no_line() -> None:
    for broken in hostile.mutations(LEDGER.encode(), 1500):
        hostile.check(broken)


@pytest.mark.parametrize(
    "line", ["0x09000000005c83d4  f" + "(" * 900 + ")", "d01d15c4 " + " + e0" * 190, "---------- tid# " * 60 + "--", "7 : " * 250]
)
def test_hostile_lines_are_read_in_linear_time(in_proportion: Callable[..., None], line: str) -> None:
    in_proportion(lambda size: (LEDGER + (line + "\n") * (size // len(line))).encode(), hostile.check)
