"""Dumps of every format, quoted in a mail or indented in a tracker: the same threads, on lines with their own numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan.parsing import parse_all
from tests.parsing import test_android_tombstone, test_lldb, test_macos, test_procstack, test_solaris_pstack, test_windbg

DUMPS = Path(__file__).parents[1] / "dumps"
FILES = sorted(path for tool in ("java", "lldb", "python", "go") for path in (DUMPS / tool).glob("*.txt") if "debug1" not in path.name)
WRITTEN = {  # after the sources and manuals of tools that do not run here
    "procstack": test_procstack.LEDGER,
    "solaris-pstack": test_solaris_pstack.LEDGER,
    "windbg": test_windbg.PUMP,
    "windbg, a deadlock": test_windbg.DEADLOCK,
    "macos-sample": test_macos.SAMPLE,
    "macos-spindump": test_macos.SPINDUMP,
    "android-tombstone": test_android_tombstone.TOMBSTONE,
    "debuggerd": test_android_tombstone.DEBUGGERD,
    "lldb": test_lldb.BT_ALL,
}
SAMPLES = {path.name: path.read_bytes() for path in FILES} | {name: text.encode() for name, text in WRITTEN.items()}
INTRODUCTION = b"On Monday somebody wrote:\n\n"


def lay_out(data: bytes, below: int = 0) -> list[object]:
    """Which threads and frames stand on which lines."""
    return [
        (
            dump.format,
            [(thread.lwp, thread.name, thread.line - below) for thread in dump.threads],
            [(frame.function, frame.file, frame.file_line, frame.line - below) for frame in dump.frames],
            dump.facts,
            len(dump.unparsed),
        )
        for dump in parse_all(data)
    ]


def mark(data: bytes, margin: bytes) -> bytes:
    """Mail clients leave no blanks at the ends of lines."""
    return b"\n".join((margin + line).rstrip() for line in data.split(b"\n"))


@pytest.mark.parametrize("margin", [b"> ", b">", b"> > ", b"    ", b"\t"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_quoted_or_indented_dump_has_the_threads_of_the_clean_one(name: str, margin: bytes) -> None:
    clean = mark(SAMPLES[name], b"")
    assert lay_out(mark(clean, margin)) == lay_out(clean)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("jdk17")])
def test_what_a_mail_says_above_a_quoted_java_dump_moves_its_lines(name: str) -> None:
    quoted, clean = stackan.parse(INTRODUCTION + mark(SAMPLES[name], b"> ")), stackan.parse(SAMPLES[name])
    assert [thread.line for thread in quoted.threads] == [thread.line + 2 for thread in clean.threads]
    assert quoted.line_text(quoted.threads[0].line) == "> " + clean.line_text(clean.threads[0].line)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_clean_dump_is_taken_as_it_stands(name: str) -> None:
    for dump in parse_all(SAMPLES[name]):
        assert dump.original is dump.data
        assert dump.numbers is None


def test_a_part_of_a_java_dump_is_told_by_its_states() -> None:
    text = (
        b'> "main" #1 prio=5 os_prio=0 tid=0x00007f1 nid=0x4e0b runnable  [0x00007f08]\n'
        b">    java.lang.Thread.State: RUNNABLE\n> \tat A.run(A.java:3)\n"
    )
    dump = stackan.parse(text)
    assert [(thread.name, thread.line) for thread in dump.threads] == [("main", 1)]
    assert [(frame.function, frame.line) for frame in dump.frames] == [("A.run", 3)]


def test_a_java_dump_that_quotes_an_older_one_is_left_alone() -> None:
    data = SAMPLES["jdk17-monitor-1.txt"]
    (dump, *_) = parse_all(data + b"\n" + mark(SAMPLES["jdk17-idle-1.txt"], b"> "))
    (alone,) = parse_all(data)
    assert [thread.line for thread in dump.threads] == [thread.line for thread in alone.threads]
    assert dump.numbers is None


def test_backticks_around_the_threads_of_a_dump_are_the_trackers() -> None:
    frames = (
        b"#0  0x00007fd48abc4499 in __lll_lock_wait () from /lib64/libpthread.so.0\n"
        b"#1  0x00007fd48abc7c4d in clone () from /lib64/libc.so.6`\n"
    )
    heads = (b"`Thread %d (Thread 0x7fc19173770%d (LWP %d)):\n\n" % (number, number, 18000 + number) for number in (2, 1))
    (dump,) = parse_all(b"The workers hang like this:\n" + b"\nand\n".join(head + frames for head in heads))
    assert [(thread.number, thread.lwp, thread.frames) for thread in dump.threads] == [(2, 18002, 2), (1, 18001, 2)]
    assert {frame.library for frame in dump.frames} == {"/lib64/libpthread.so.0", "/lib64/libc.so.6"}
    assert dump.lines == {"threads": 2, "frames": 4, "continuations": 0, "locals": 0, "noise": 0, "blank": 3, "unparsed": 2}
    assert dump.line_text(5).endswith("libc.so.6`"), "lines are quoted as they stand"


CALLS = (
    b"#0  0x00007f6c1e20a1c4 in __lll_lock_wait () from /lib64/libpthread.so.0",
    b"#1  0x0000000000411b02 in take_seat () at hall.c:31",
)


def test_lines_in_backticks_each_are_a_dump() -> None:
    header = b"Thread 3 (LWP 5120):"
    dump = stackan.parse(b"> `%b`\n" % header + b"".join(b"`%b  `\n" % call for call in CALLS))
    assert [thread.lwp for thread in dump.threads] == [5120]
    assert [(frame.function, frame.file_line) for frame in dump.frames] == [("__lll_lock_wait", None), ("take_seat", 31)]


@pytest.mark.parametrize("margin", [b"", b"> "])
def test_a_backslash_and_a_blank_about_the_sign_of_a_frame_are_markdowns(margin: bytes) -> None:
    dump = stackan.parse(b"".join(margin + call.replace(b"#", b"\\# ") + b"\n" for call in CALLS))
    assert [frame.function for frame in dump.frames] == ["__lll_lock_wait", "take_seat"]


GOROUTINE = """\
goroutine 18 [semacquire, 7 minutes]:
sync.runtime_Semacquire(0xc00001a0f4)
\t/usr/local/go/src/runtime/sema.go:56 +0x30
sync.(_RWMutex).RLock(0xc00001a0f0)
\t/usr/local/go/src/sync/rwmutex.go:36 +0x84
example.org/depot/shelf.(_Shelf).Count(0xc00001a0e0, 0x1)
\t/src/depot/shelf/shelf.go:90 +0x7c
"""


def test_a_star_that_markdown_took_for_emphasis_is_a_methods_receiver() -> None:
    assert [frame.function for frame in stackan.parse(GOROUTINE.encode()).frames][1:] == [
        "sync.(*RWMutex).RLock",
        "example.org/depot/shelf.(*Shelf).Count",
    ]


def test_a_place_whose_tab_became_one_blank_is_its_frames() -> None:
    clean, narrow = stackan.parse(GOROUTINE.encode()), stackan.parse(GOROUTINE.replace("\t/", " ").encode())
    assert [frame.function for frame in narrow.frames] == [frame.function for frame in clean.frames]
    assert [frame.file_line for frame in narrow.frames] == [56, 36, 90]
