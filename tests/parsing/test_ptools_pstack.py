"""What pstack of ptools prints, through the parser.

The sample is written after the tool's source (src/bin/pstack.rs).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stackan.parsing import detect, parse_all
from tests.parsing import hostile
from tests.parsing.texts import analyzed, only

LEDGER = (
    "4242:\t/usr/sbin/ledgerd -d\n"
    "\n"
    "4242:\tledgerd\n"
    "0x00007f8f2e51a26f __poll+0x4f in /usr/lib64/libc.so.6 (poll.c:29)\n"
    "0x000055d9dd57c94f main+0x10 (ledger.cc:12)\n"
    "\n"
    "4250:\tflusher\n"
    "0x00007f8f2e51a26f pthread_cond_wait+0x4f in /usr/lib64/libc.so.6\n"
    "0x000055d9dd57c94f ledger::inner [inlined]\n"
    "0x000055d9dd57d000 - ???\n"
)
SINGLE = "11928:\t-sh\n0x00007f8f2e51a26f read+0x4f\n0x000055d9dd57c94f main+0x10\n"


def test_each_thread_has_its_lwp_and_its_name() -> None:
    dump = only(LEDGER)
    assert (dump.format, dump.facts.pid, dump.facts.command) == ("ptools-pstack", 4242, "/usr/sbin/ledgerd -d")
    assert [(thread.lwp, thread.name, thread.frames) for thread in dump.threads] == [(4242, "ledgerd", 2), (4250, "flusher", 3)]
    assert dump.lines["unparsed"] == 0


def test_frames_are_read_as_they_are_printed() -> None:
    frames = list(only(LEDGER).frames)
    assert [(frame.function, frame.file, frame.file_line, frame.library) for frame in frames] == [
        ("__poll", "poll.c", 29, None),
        ("main", "ledger.cc", 12, None),
        ("pthread_cond_wait", None, None, "/usr/lib64/libc.so.6"),
        ("ledger::inner", None, None, None),
        ("", None, None, None),
    ]
    assert frames[0].pc == 0x7F8F2E51A26F


def test_a_process_with_one_thread_has_no_line_for_it() -> None:
    dump = only(SINGLE)
    assert (dump.facts.pid, dump.facts.command, [thread.frames for thread in dump.threads]) == (11928, "-sh", [2])


def test_several_processes_are_told_apart() -> None:
    dumps = parse_all(f"{LEDGER}\n{SINGLE}\n{LEDGER.replace('4242', '5242').replace('4250', '5250')}".encode(), "all.txt")
    assert [(dump.facts.pid, len(dump.threads)) for dump in dumps] == [(4242, 2), (11928, 1), (5242, 2)]


def test_a_stack_that_ends_at_the_limit_is_told() -> None:
    dump = only(LEDGER + "pstack: maximum number of frames exceeded (use -n 0 for unlimited)\n")
    assert dump.facts.limited
    assert dump.facts.refusals == ()


def test_waits_are_told_by_the_librarys_functions(tmp_path) -> None:
    (process,) = analyzed(tmp_path, LEDGER, LEDGER + "\n")["processes"]
    assert {thread["lwp"]: thread["progress"] for thread in process["threads"]} == {4242: "idle", 4250: "idle"}


@pytest.mark.parametrize("text", ["4242:\tx\n\nnothing\n", "12: a\n0x00007f8f2e51a26f is bad\n", "4242:\t-sh\n0x12 read+0x4\n"])
def test_other_texts_are_none(text: str) -> None:
    assert detect(text.encode()) is None


def test_broken_texts_lose_no_line() -> None:
    for broken in hostile.mutations((LEDGER + "\n" + SINGLE).encode(), 1000):
        hostile.check(broken)


@pytest.mark.parametrize("line", ["0x00007f8f2e51a26f " + "f+0x1 " * 120, "0x00007f8f2e51a26f f+0x1 in " + "(" * 900, "7:\t" * 200])
def test_hostile_lines_are_read_in_linear_time(in_proportion: Callable[..., None], line: str) -> None:
    in_proportion(lambda size: (LEDGER + (line + "\n") * (size // len(line))).encode(), hostile.check)
