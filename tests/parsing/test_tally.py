"""A text that is counted while it passes by gives the numbers of the whole parse, wherever its pieces are cut."""

from __future__ import annotations

import gzip
import lzma
import pathlib
import random

import pytest

from stackan import _reference, backend
from stackan.errors import InputError
from stackan.model.columns import EU_STACK, GDB, KINDS
from stackan.model.summary import Summary, summarize
from stackan.overview import summarize as summarize_file
from stackan.parsing import parse_all
from stackan.parsing.tally import open_tally
from stackan.reading import Limits

pytestmark = pytest.mark.skipif(backend.name() != "native", reason="only the native scanner takes pieces")

FRAME = '#{} 0x00007f82934d44{:02x} in wait_for (lock={}, s="a") at lock/lock0lock.cc:2189\n'


def thread(lwp: int, frames: int = 3, text: str = "") -> str:
    body = "".join(FRAME.format(f"{level:<2d}", level, lwp) for level in range(frames))
    return f"Thread {lwp % 100} (Thread 0x7f{lwp:010x} (LWP {lwp})):\n{body}{text}\n"


def count(data: bytes, piece: int) -> list[Summary] | None:
    tally = open_tally(data)
    if tally is None:
        return None
    for start in range(0, len(data), piece):
        part = data[start : start + piece]
        tally.space(piece)[: len(part)] = part
        tally.take(len(part))
    return tally.end("-")


def same(data: bytes, *pieces: int) -> list[Summary]:
    """The summaries of a text, the same by each way."""
    expected = [summarize(dump) for dump in parse_all(data)]
    for piece in pieces:
        assert count(data, piece) == expected, f"pieces of {piece} bytes"
    return expected


SNAPSHOT = "[New LWP 1]\n" + "".join(thread(lwp, lwp % 5 + 1) for lwp in range(1000, 1012))


def test_pieces_of_any_size_give_the_same_numbers():
    text = (
        SNAPSHOT
        + "[New LWP 2]\nwhat is this?\n"
        + thread(1012, 2, "    at wrapped.cc:7\n        local = 1\n")
        + "[Inferior 1 (process 7) detached]\n"
    )
    summaries = same(text.encode(), *range(1, 90), 1000, 5000)
    assert [(each.threads, len(each.unparsed)) for each in summaries] == [(13, 1)]


def test_snapshots_and_their_unparsed_lines_are_told_apart():
    text = "".join(
        SNAPSHOT + "[New LWP 2]\n" + f"odd line {number}\n" * number + thread(1550, 1, "warning: no\ninside?\n") for number in range(30)
    )
    summaries = same(text.encode(), 64, 777, 4096, len(text))
    assert [len(each.unparsed) for each in summaries] == [min(20, number + 1) for number in range(30)]


def test_a_snapshot_begins_where_the_debugger_has_come_to_another_process():
    leave = "[Inferior 1 (process {}) detached]\n"
    text = SNAPSHOT + leave.format(7) + thread(2000) + thread(2001) + leave.format(8) + thread(3000) + leave.format(9)
    assert [each.threads for each in same(text.encode(), 10, 333)] == [12, 2, 1]


def test_a_thread_longer_than_many_pieces_is_one_thread():
    (summary,) = same(("Thread 1 (LWP 7):\n" + "".join(FRAME.format(level, level % 90, level) for level in range(2000))).encode(), 50, 700)
    assert (summary.threads, summary.frames, summary.stacks) == (1, 2000, 1)


def test_a_line_longer_than_many_pieces_is_one_line():
    text = (
        thread(1) + 'Thread 2 (LWP 2):\n#0  0x01 in f (s="' + "x" * 20_000 + '") at x.cc:1\nwarning: no\n' + "y" * 20_000 + "\n" + thread(3)
    )
    (summary,) = same(text.encode(), 100, 4096)
    assert summary.lines["unparsed"] == 1 and summary.unparsed[0][1] == "y" * 120


@pytest.mark.parametrize(
    "text",
    [
        SNAPSHOT + SNAPSHOT.partition("\n")[2],  # gdb's log and its output in one file
        thread(1).replace("wait_for", "\x1b[33mwait_for\x1b[m") + SNAPSHOT,
        SNAPSHOT + thread(1001).replace("lock=1001", "lock=\x1b[34m0x7\x1b[m"),
        SNAPSHOT.encode() + thread(1).replace("s=", "s=\x1b[m").encode(),
        "#0  0x00007f8af7709545 in nanosleep () from /lib/libc.so.6\n[Current thread is 1 (LWP 1000)]\n" + SNAPSHOT,
        "[New LWP 4]\nThread 1 (LWP 4):\n",
        SNAPSHOT + thread(1500, 1, "a wrapped line\n"),
        SNAPSHOT + thread(1500).replace("wait_for", "a&lt;b&gt;"),
        SNAPSHOT + "---Type <return> to continue, or q <return> to quit---\n" + thread(1500),
        SNAPSHOT + "(gdb) Thread 9 (LWP 1500):\n",
        "nothing of a dump\n" * 50,
        "",
    ],
)
def test_what_only_the_whole_text_tells_is_left_to_it(text):
    data = text if isinstance(text, bytes) else text.encode()
    assert count(data, 100) is None


def test_two_equal_dumps_with_a_word_of_the_debugger_between_them_are_two_snapshots():
    assert len(same((SNAPSHOT * 2).encode(), 99, 10_000)) == 2


def test_pieces_of_real_dumps_cut_at_random(shared):
    if not (shared / "truth").is_dir():
        pytest.skip("no ../shared/truth beside the project")
    dice, compared = random.Random(5), 0
    for path in sorted((shared / "truth").rglob("*"))[::7]:
        if not path.is_file():
            continue
        data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        try:
            expected = [summarize(dump) for dump in parse_all(data)]
        except InputError:
            assert count(data, dice.randrange(50, 5000)) is None
            continue
        found = count(data, dice.randrange(50, 5000))
        assert found is None or found == expected, path
        compared += found is not None
    assert compared > 20


@pytest.mark.parametrize("dialect", [GDB, EU_STACK])
def test_the_tables_of_a_long_text_hold_what_the_reference_finds(dialect):
    from stackan._fast import Tally

    data = "".join(f"#{level % 9} 0x{level % 701:016x} f{level % 97} - /lib/x{level % 13}.so\n" for level in range(5000)).encode()
    columns, tally = _reference.scan(data, dialect), Tally(dialect)
    for start in range(0, len(data), 1000):
        part = data[start : start + 1000]
        tally.space(1000)[: len(part)] = part
        tally.take(len(part))
    tally.end()
    assert list(tally.lines_by_kind) == list(columns.lines_by_kind)
    (counts,) = tally.snapshots()
    assert counts == (len(columns.thread_lwp), len(columns.frame_call), len(set(columns.thread_node)))
    assert len(KINDS) == len(tally.lines_by_kind)


def test_a_file_is_counted_as_it_is_packed(tmp_path):
    data = (SNAPSHOT * 40 + "[New LWP 2]\nodd\n").encode()
    names = {"a.txt": data, "a.txt.gz": gzip.compress(data), "a.txt.xz": lzma.compress(data)}
    for name, stored in names.items():
        path = tmp_path / name
        path.write_bytes(stored)
        assert summarize_file(path, Limits()) == [summarize(dump)._replace(source=str(path)) for dump in parse_all(data)]


def test_what_cannot_be_read_to_its_end_is_left_to_the_whole_way(tmp_path):
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress((SNAPSHOT * 40).encode())[:-50])
    assert summarize_file(path, Limits()) is None
    assert summarize_file(tmp_path, Limits()) is None
    assert summarize_file(tmp_path / "missing", Limits()) is None
    whole = tmp_path / "whole.txt"
    whole.write_bytes((SNAPSHOT * 40).encode())
    assert summarize_file(whole, Limits.up_to(1000)) is None
    marked = tmp_path / "marked.txt"
    marked.write_bytes(b"\xef\xbb\xbf" + SNAPSHOT.encode())
    assert summarize_file(marked, Limits()) is None


def test_paths_are_shown_as_everywhere(tmp_path):
    path = pathlib.Path(tmp_path / "odd\nname.txt")
    path.write_text(SNAPSHOT)
    (summary,) = summarize_file(path, Limits()) or []
    assert "\n" not in summary.source


def test_numbers_that_begin_anew_and_libraries_that_are_elsewhere_need_the_whole_text():
    """Else the text would be taken for one snapshot."""
    again = thread(1001) + thread(1002) + thread(2001)
    elsewhere = "".join(
        f"Thread {number} (LWP {number}):\n#0  0x00007f{base}b84d670 in wait () from /lib/libc.so.6\n"
        for number, base in ((1, "50"), (2, "dd"))
    )
    for text in (again, elsewhere):
        assert len(parse_all(text.encode())) == 2
        assert count(text.encode(), 64) is None
