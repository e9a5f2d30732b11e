"""OpenJ9's javacore, made by hand after OpenJ9's javadump.cpp and IBM's guide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.model.dump import Dump
from stackan.model.printed import PrintedState
from stackan.parsing import detect, parse_all
from tests.parsing import hostile

JAVACORE = (Path(__file__).resolve().parents[1] / "dumps" / "jvms" / "javacore.txt").read_text()


def parse(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "javacore.txt")
    return dump


def told(dump: Dump, name: str) -> PrintedState:
    row = next(thread.row for thread in dump.threads if thread.name == name)
    return dump.facts.states[row]


def test_threads_have_their_names_lwps_numbers_and_the_process_its_id() -> None:
    dump = parse(JAVACORE)

    assert (dump.format, dump.facts.pid, dump.unparsed) == ("javacore", 4100, [])
    assert sum(dump.lines.values()) == JAVACORE.count("\n")
    assert [(thread.name, thread.lwp, thread.number, thread.frames) for thread in dump.threads] == [
        ("main", 0x1005, 1, 3),
        ("JIT Compilation Thread-000", 0x1006, None, 3),
        ("transfer 0", 0x1010, 31, 2),
        ("transfer 1", 0x1011, 32, 6),
        (None, 0x1004, None, 2),
    ]


def test_the_current_thread_which_is_printed_twice_counts_once() -> None:
    assert [thread.name for thread in parse(JAVACORE).threads].count("main") == 1


def test_frames_are_named_as_in_other_dumps_of_java() -> None:
    first, run = parse(JAVACORE).frames_of(2)

    assert (first.function, first.file, first.file_line) == ("Transfers.first", "Transfers.java", 30)
    assert (run.function, run.file, run.file_line) == ("java.lang.Thread.run", "Thread.java", 857)


def test_native_frames_are_the_stack_of_a_thread_that_has_no_other() -> None:
    names = [(frame.function, frame.library) for frame in parse(JAVACORE).frames_of(1)]

    assert names == [("pthread_cond_wait", "libpthread.so.0"), ("omrthread_monitor_wait", "libj9thr29.so"), ("", "libj9jit29.so")]


def test_locks_have_the_owners_that_are_printed() -> None:
    dump = parse(JAVACORE)
    first, second = told(dump, "transfer 0"), told(dump, "transfer 1")

    assert first.awaits is not None
    assert second.awaits is not None
    assert (first.words, first.awaits.kind, first.awaits.address) == ("java: BLOCKED", "monitor", 0x7F5E5E18E3D8)
    assert (second.words, second.awaits.what) == ("java: WAITING", "java.util.concurrent.locks.ReentrantLock$NonfairSync")
    assert [lock.address for lock in first.holds] == [0x7F5E7E1464F0]
    assert [lock.address for lock in second.holds] == [0x7F5E5E18E3D8]
    assert first.ran == 120_000


def test_a_deadlock_is_found(tmp_path: Path) -> None:
    (tmp_path / "javacore.txt").write_text(JAVACORE)
    document = stackan.analyze(stackan.load(tmp_path)).to_dict()

    assert document["verdict"] == "deadlock"
    [deadlock] = [finding for finding in document["findings"] if finding["kind"] == "deadlock"]
    assert deadlock["confidence"] == "certain"
    assert {thread["lwp"] for thread in deadlock["threads"]} == {0x1010, 0x1011}
    [process] = document["processes"]
    assert {thread["lwp"] for thread in process["threads"] if thread["progress"] == "idle"} == {0x1004, 0x1005, 0x1006}


def test_an_inflated_monitors_owner_is_known_from_the_section_on_locks_alone() -> None:
    text = JAVACORE.replace("Flat locked by", "owner").replace("5XESTACKTRACE                   (entered lock: java/lang/String", "NULL (")

    assert [lock.address for lock in told(parse(text), "transfer 1").holds] == [0x7F5E5E18E3D8]


def test_a_monitor_that_a_thread_has_given_back_is_not_held() -> None:
    text = JAVACORE.replace("Owned by: <unowned>", 'Owned by: "transfer 1" (J9VMThread:0x00007F5E84362100, java/lang/Thread:0x1)')

    assert [lock.address for lock in told(parse(text), "transfer 1").holds] == [0x7F5E5E18E3D8]


def test_who_waits_for_a_class_waits_for_the_thread_that_initializes_it() -> None:
    text = JAVACORE.replace("java/lang/String@", "java/lang/J9VMInternals$ClassInitializationLock@").replace("Blocked on", "Waiting on")
    waiter = told(parse(text), "transfer 0")

    assert waiter.words == "java: class initialization"


def test_java_6_prints_the_lwp_in_the_header() -> None:
    header = '3XMTHREADINFO      "main" (TID:0x0805B700, sys_thread_t:0x080547F0, state:CW, native ID:0x00003E9E) prio=5'
    dump = parse(f"0SECTION       TITLE subcomponent dump routine\n{header}\n4XESTACKTRACE          at a/B.c(B.java:3(Compiled Code))\n")

    assert [(thread.name, thread.lwp, thread.frames) for thread in dump.threads] == [("main", 0x3E9E, 1)]


def test_each_of_several_javacores_in_one_file_is_a_snapshot() -> None:
    dumps = parse_all((JAVACORE + JAVACORE.replace("4100 (0x1004)", "4200 (0x1068)")).encode(), "two")

    assert [(dump.facts.pid, len(dump.threads)) for dump in dumps] == [(4100, 5), (4200, 5)]


def test_threads_without_a_section_are_an_excerpt() -> None:
    thread = JAVACORE[JAVACORE.index('3XMTHREADINFO      "transfer 0"') : JAVACORE.index('3XMTHREADINFO      "transfer 1"')]

    assert parse(thread).facts.excerpt
    assert not parse(JAVACORE).facts.excerpt


def test_a_text_that_speaks_of_the_tags_is_none() -> None:
    assert detect(b"The line 3XMTHREADINFO names a thread, and 0SECTION a section.\n") is None


def test_a_javacore_that_was_cut_off_before_its_threads_is_no_dump() -> None:
    with pytest.raises(stackan.StackanError, match="no thread with a frame was found in it"):
        parse_all(b"0SECTION       TITLE subcomponent dump routine\n1TISIGINFO     Dump Event\n", "javacore.txt")


def test_broken_texts_lose_no_line_and_raise_nothing() -> None:
    for broken in hostile.mutations(JAVACORE.encode(), 200):
        hostile.check(broken)


@pytest.mark.parametrize(
    "line",
    [
        b'3XMTHREADINFO      "t" J9VMThread:0x1, state:R, prio=5\n',
        b'3XMTHREADINFO      "' + b'" (' * 800 + b"\n",
        b"4XESTACKTRACE                at a/B.c(B.java:3)\n",
        b"4XENATIVESTACK               " + b"(" * 900 + b"\n",
        b'3XMTHREADBLOCK     Blocked on: a/B@0x1 Owned by: "' + b'" (' * 500 + b"\n",
        b'3LKMONOBJECT       a/B@0x1: Flat locked by "t" (J9VMThread:0x1), entry count 1\n',
    ],
    ids=["headers", "quotes", "frames", "natives", "blocks", "monitors"],
)
def test_a_long_text_of_one_line_costs_in_proportion(in_proportion: Callable[..., None], line: bytes) -> None:
    start = b'0SECTION       TITLE subcomponent\n3XMTHREADINFO      "u" J9VMThread:0x2, state:B, prio=5\n'
    in_proportion(lambda size: start + line * (size // len(line)), parse_all)
