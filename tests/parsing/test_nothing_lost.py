"""Every line of a text is counted once, whatever the text is, and no thread or frame stands in none of its lines."""

from __future__ import annotations

import lzma
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.parsing import parse_all

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
FOLDERS = ("corpus/public", "truth/forms", "truth/odd", "truth/lab", "truth/servers")


def accounted(data: bytes, dumps: list[Dump]) -> None:
    """Each line has one kind; threads and frames follow the order of the lines, and stand where they are said to."""
    lines = dumps[0].original.split(b"\n")
    assert sum(dumps[0].lines.values()) == len(lines) - (lines[-1] == b"")
    assert min(dumps[0].lines.values()) >= 0
    columns = dumps[0].columns
    for column in (columns.thread_line, [frame.line for frame in dumps[0].frames], columns.note_line, columns.unparsed_line):
        assert all(before <= line for before, line in pairwise(column))
        assert all(1 <= line <= len(lines) for line in column)
    for dump in dumps:
        for thread in dump.threads:
            assert thread.lwp is None or b"%d" % thread.lwp in dump.original
        for frame in dump.frames:
            whole = b"".join(lines[frame.line - 1 : frame.line + 12])  # a frame's lines may have been joined
            assert b"%d" % frame.level in whole


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_line_of_every_real_text_is_counted_once(folder: str) -> None:
    if not (SHARED / folder).is_dir():
        pytest.skip(f"no ../shared/{folder} beside the project")
    read = 0
    for path in sorted((SHARED / folder).rglob("*")):
        if path.suffix not in (".txt", ".log", ".xz") or "owners" in path.name:
            continue
        data = path.read_bytes()
        data = lzma.decompress(data) if path.suffix == ".xz" else data
        try:
            dumps = parse_all(data, str(path))
        except InputError:
            continue
        lines = dumps[0].original.split(b"\n")
        assert sum(dumps[0].lines.values()) == len(lines) - (lines[-1] == b""), path
        assert dumps[0].original == data, path
        read += 1
    assert read > 20


FRAME_LINES = [
    b"#0  0x00007f42ab098545 in poll (fds=0x1, nfds=2) at poll.c:29",
    b"#1  0x00007f42ab055482 in lll_mutex_lock_optimized (mutex=0x55b454623180 <accounts_lock>) at ./nptl/pthread_mutex_lock.c:48",
    b"#1  wait (a=1,",
    b"#2  0x0000000000000001 in ?? ()",
    b'#2  0x0000000000000001 in f (s="(") at /usr/include/',
    b"#3  0x0000000000000001 in std::f&lt;int&gt; (a=1)",
    b"#0 0x00007fde87791aca in __wait4()+26 in /lib64/libc.so.6 at wait4.c:30",
    b"#0  0x1 in f () #1  0x2 in g () at x.c:1 #2  0x3 in main ()",
]
OTHER_LINES = [
    b'Thread 2 (Thread 0x7f42a9f586c0 (LWP 17044) "victim"):',
    b"Thread 1 (LWP 17041):",
    b"Thread 1 (LWP 17041): #0  0x1 in f () #1  0x2 in g ()",
    b"TID 17042:",
    b"thread: 0, lwp: 532040, type: 0",
    b"    at x.c:1",
    b"   from /lib/libc.so.6",
    b"        x = 1",
    b"b=2) at x.c:1",
    b"x.c:1",
    b"--Type <RET> for more, q to quit, c to continue without paging--",
    b"---Type <return> to continue, or q <return> to quit---",
    b"(gdb) bt",
    b"(gdb)",
    b"[Switching to thread 2 (Thread 0x7f42a9f586c0 (LWP 17044))]",
    b"[New LWP 17044]",
    b"Continuing.",
    b"  Id   Target Id                                    Frame ",
    b'* 1    Thread 0x7f8f2eea6880 (LWP 17041) "ab" 0x00007f8f2e51a26f in poll (fds=0x55) at poll.c:1',
    b"  2    LWP 17042 (running)",
    b'~"#0  0x1 in f ()\\n#1  0x2 in g ()\\n"',
    b'~"\\nThread 1 (LWP 17041):\\n"',
    b'~"#2  0x3 in "',
    b'=thread-created,id="2"',
    b'&"thread apply all bt\\n"',
    b"No locals.",
    b"prose",
    b"",
    b" ",
]
PREFIXES = [b"", b"", b"", b"", b"log 7: ", b"log 8: ", b"> ", b">> ", b"    ", b"\t", b"| ", b"(gdb) ", b"\x1b[?2004h"]
ENDS = [b"\n", b"\n", b"\n", b"\r\n", b"", b"--Type <RET> for more, q to quit, c to continue without paging--\n", b"\r", b"\n\n", b" \n"]

pieces = st.tuples(*(st.sampled_from(choices) for choices in (PREFIXES, FRAME_LINES + OTHER_LINES, ENDS))).map(b"".join)
texts = st.lists(pieces, min_size=1, max_size=20).map(b"".join)
quoted = st.tuples(st.sampled_from([b"> ", b"    ", b">>> ", b"Nov 21 gdb[7]: "]), texts).map(
    lambda made: b"\n".join(made[0] + line for line in made[1].split(b"\n"))
)


# A block that is taken out, and then the header before it: the block's frames count from the thread before that.
TAKEN_OUT_TWICE = b"".join(
    line + b"\n" for line in (OTHER_LINES[2], OTHER_LINES[1], b'* 1    LWP 17041 "ab" 0x1 in poll (fds=0x55) at poll.c:1', FRAME_LINES[0])
)


@settings(max_examples=1000)
@example(data=TAKEN_OUT_TWICE)
@given(data=st.one_of(texts, quoted, texts.map(lambda text: b"#0  0x1 in f () at x.c:1\n" + text)))
def test_each_line_of_a_text_made_of_odd_pieces_is_counted_once(data: bytes) -> None:
    try:
        dumps = parse_all(data)
    except InputError:
        return
    accounted(data, dumps)
