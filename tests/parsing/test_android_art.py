"""The traces of Android's run-time, made by hand after AOSP's thread.cc, monitor.cc and signal_catcher.cc."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.model.dump import Dump
from stackan.model.printed import PrintedState
from stackan.parsing import detect, parse_all
from tests.parsing import hostile

TRACES = (Path(__file__).resolve().parents[1] / "dumps" / "jvms" / "android-art.txt").read_text()
SHOP = TRACES[: TRACES.index("----- pid 430")]


def parse(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "traces.txt")
    return dump


def told(dump: Dump, name: str) -> PrintedState:
    row = next(thread.row for thread in dump.threads if thread.name == name)
    return dump.facts.states[row]


def test_threads_have_their_names_lwps_and_numbers() -> None:
    dump = parse(SHOP)

    assert (dump.format, dump.facts.pid, dump.facts.command, dump.unparsed) == ("android-art", 1322, "com.example.shop", [])
    assert sum(dump.lines.values()) == SHOP.count("\n")
    assert [(thread.name, thread.lwp, thread.number, thread.frames) for thread in dump.threads] == [
        ("Signal Catcher", 1331, 4, 2),
        ("main", 1322, 1, 12),
        ("HeapTaskDaemon", 1334, 6, 6),
        ("FinalizerDaemon", 1336, 8, 7),
        ("binder:1322_1", 1338, 9, 10),
        ("sync-1", 1402, 21, 3),
        ("sync-2", 1403, 22, 3),
        ("Thread-9", 1450, None, 3),
    ]


def test_native_frames_are_the_innermost_ones_of_the_stack() -> None:
    frames = list(parse(SHOP).frames_of(1))

    assert (frames[0].function, frames[0].pc, frames[0].library) == (
        "__epoll_pwait",
        0xF1A58,
        "/apex/com.android.runtime/lib64/bionic/libc.so",
    )
    assert (frames[4].function, frames[4].pc) == ("android.os.MessageQueue.nativePollOnce", None)


def test_a_deadlock_is_found_by_the_owners_that_are_printed(tmp_path: Path) -> None:
    (tmp_path / "traces.txt").write_text(TRACES)
    document = stackan.analyze(stackan.load(tmp_path)).to_dict()

    [deadlock] = [finding for finding in document["findings"] if finding["kind"] == "deadlock"]
    assert {thread["lwp"] for thread in deadlock["threads"]} == {1402, 1403}
    shop = next(process for process in document["processes"] if process["pid"] == 1322)
    assert {thread["lwp"] for thread in shop["threads"] if thread["progress"] == "idle"} == {1322, 1331, 1334, 1336, 1338, 1450}


def test_an_owner_counts_even_if_its_own_lines_show_no_lock() -> None:
    dump = parse(SHOP.replace("  - locked <0x0d2b8b6f> (a java.lang.Object)\n", ""))

    assert [lock.address for lock in told(dump, "sync-2").holds] == [0x0D2B8B6F]


def test_what_a_thread_sleeps_on_is_no_lock() -> None:
    dump = parse(
        SHOP.replace(
            "waiting to lock <0x0a11b8b0> (a com.example.shop.Cart) held by thread 21", "sleeping on <0x0a5c6c2a> (a java.lang.Object)"
        )
    )

    assert told(dump, "sync-2").awaits is None


@pytest.mark.parametrize(
    ("state", "held", "words"),
    [
        ("MONITOR", "tid=22 (sync-2)", "java: BLOCKED"),
        ("Blocked", "thread 22", "java: BLOCKED"),
        ("SUSPENDED", "thread 22", "java: RUNNABLE"),
    ],
)
def test_states_and_owners_are_read_as_dalvik_writes_them_too(state: str, held: str, words: str) -> None:
    dump = parse(SHOP.replace("tid=21 Blocked", f"tid=21 {state}").replace("held by thread 22", f"held by {held}"))

    assert told(dump, "sync-1").words == words
    assert 0x0D2B8B6F in [lock.address for lock in told(dump, "sync-2").holds]


def test_the_time_that_a_thread_has_used_is_read() -> None:
    assert told(parse(SHOP), "main").ran == 811_234


def test_each_process_of_a_file_has_its_threads_those_of_debuggerd_too() -> None:
    dumps = parse_all(TRACES.encode(), "traces.txt")

    assert [(dump.facts.pid, len(dump.threads), len(dump.frames)) for dump in dumps] == [(1322, 8, 46), (430, 1, 2)]
    assert dumps[1].thread(8).lwp == 430


def test_one_pasted_thread_is_an_excerpt() -> None:
    thread = SHOP[SHOP.index('"sync-1"') : SHOP.index('"sync-2"')]

    assert parse(thread).facts.excerpt
    assert not parse(SHOP).facts.excerpt


def test_a_header_of_jstack_is_none_of_these() -> None:
    found = detect(b'"main" #1 prio=5 os_prio=0 tid=0x00007f nid=0x3ea2 runnable  [0x00007f]\n   java.lang.Thread.State: RUNNABLE\n  | x\n')

    assert found is not None
    assert found.format == "jstack"


def test_broken_texts_lose_no_line_and_raise_nothing() -> None:
    for broken in hostile.mutations(TRACES.encode(), 200):
        hostile.check(broken)


@pytest.mark.parametrize(
    "line",
    [
        b'"t" prio=5 tid=7 Blocked\n',
        b'"' + b'" ' * 800 + b"\n",
        b"  at a.B.c(B.java:3)\n",
        b"  native: #00 pc 01  " + b"(" * 900 + b")\n",
        b"  - waiting to lock <0x1> (a B) held by thread 7\n",
        b"----- pid 7 at x -----\n",
    ],
    ids=["headers", "quotes", "frames", "natives", "locks", "processes"],
)
def test_a_long_text_of_one_line_costs_in_proportion(in_proportion: Callable[..., None], line: bytes) -> None:
    start = b'----- pid 9 at x -----\n"u" prio=5 tid=1 Native\n  | sysTid=9\n'
    in_proportion(lambda size: start + line * (size // len(line)), parse_all)
