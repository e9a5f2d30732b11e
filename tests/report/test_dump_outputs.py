"""What is written from columns is, byte for byte, what the plain way writes from threads and frames; so is a file in pieces."""

from __future__ import annotations

import io
import json
import pathlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import stackan
from stackan import backend, overview
from stackan.cli.parse import write_dumps, write_folded, write_ndjson
from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.model.folding import stacks_of
from stackan.parsing import parse_all
from stackan.reading import Limits
from stackan.report.dump_json import DumpWriter
from stackan.report.json_lines import layout

ROOT = pathlib.Path(__file__).parents[2]
DUMPS = sorted(
    path for folder in ("tests/dumps", "examples") for path in (ROOT / folder).rglob("*") if path.suffix in (".txt", ".xz", ".json")
)
needs_native = pytest.mark.skipif(backend.name() != "native", reason="only the native scanner writes from columns")


@pytest.fixture
def plainly(monkeypatch):
    """Turns the native writers off."""

    def turn(off: bool) -> None:
        monkeypatch.undo()
        if off:
            monkeypatch.setattr(backend, "thread_writer", lambda: None)
            monkeypatch.setattr(backend, "folder", lambda: None)

    return turn


def written(dumps: list[Dump], format: str) -> str:
    stream = io.StringIO()
    write_dumps(dumps, format, stream)
    return stream.getvalue()


@needs_native
@pytest.mark.parametrize("path", DUMPS, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_dump_is_written_as_the_plain_way_writes_it(path, plainly):
    try:
        dumps = stackan.load(path).dumps
    except InputError as error:
        assert "\n" not in str(error)
        return
    for format in ("json", "ndjson", "folded"):
        natively = written(dumps, format)
        plainly(True)
        assert natively == written(dumps, format)
        plainly(False)


def test_a_document_is_laid_out_as_all_documents_are(example):
    """Its threads are written apart; the oracle is the layout of the whole."""
    texts = [path.read_bytes() for path in sorted(example.glob("snap*.txt"))]
    texts.append(b"Thread 1 (LWP 1):\n#0  main () at a.c:1\nwhat is this?\n")
    for text in texts:
        (dump,) = parse_all(text)
        document = "".join(part.decode("ascii") for part in DumpWriter().document(dump))
        assert document == "".join(layout(json.loads(document), opened=2)) + "\n"
        assert len(json.loads(document)["threads"]) == len(dump.threads)


ODD = st.binary(max_size=40).map(lambda each: each.replace(b"\n", b"\r"))


@needs_native
@given(st.lists(st.tuples(ODD, ODD, ODD), max_size=5))
@example([("é€😀".encode(), "😀".encode(), "a😀b\U0010ffff".encode())])
def test_any_bytes_in_names_and_arguments_are_written_alike(parts):
    text = b"Thread 7 (Thread 0x7f01 (LWP 11)):\n#0  0x01 in start () from /lib/x.so\n" + b"".join(
        b'Thread %d (Thread 0x7f%d (LWP %d) "%b"):\n#0  0x%x in f%b (a=%b\n    b=%b) at %b.c:7\n#1  main ()\n\n'
        % (number, number, number + 12, name, number, function, value, value, function)
        for number, (name, function, value) in enumerate(parts)
    )
    dumps = parse_all(text)
    each = [json.loads(line) for line in written(dumps, "ndjson").splitlines()]
    plain = [b'\n{"source": "-", ' + json.dumps(thread).encode()[1:] for dump in dumps for thread in json_threads(dump)]
    assert [json.dumps(thread) for thread in each] == [line.decode().strip() for line in plain]


def shared(size: int) -> bytes:
    """Many threads with one stack, whose frames are far from each other."""
    threads = size // 8
    lwps = b", ".join(b"%d" % (1000 + number) for number in range(threads))
    return b"%d tids: %b\n  0x55d1c2a0f1b4  main\n%b  0x55d1c2a0f1b4  start\n" % (threads, lwps, b"?\n" * threads)


@needs_native
def test_the_lines_of_a_stack_that_many_threads_share_are_counted_once(in_proportion):
    (dump,) = parse_all(shared(800))
    lines = [[frame["line"] for frame in json.loads(line)["frames"]] for line in written([dump], "ndjson").splitlines()]
    assert lines == [[2, 103]] * 100
    in_proportion(shared, lambda text: written(parse_all(text), "ndjson"), 40_000)


def json_threads(dump: Dump):
    """The threads as the library gives them, without any writer."""
    for thread in dump.threads:
        frames = [
            {**{key: value for key, value in frame._asdict().items() if key != "row"}, "pc": None if frame.pc is None else hex(frame.pc)}
            for frame in dump.frames_of(thread.row)
        ]
        yield {
            "number": thread.number,
            "lwp": thread.lwp,
            "pthread": thread.pthread,
            "name": thread.name,
            "line": thread.line,
            "frames": frames,
        }


FRAMES = '#0  0x0000{:012x} in wait_{} (arg={}) at lock/lock{}.cc:21\n        local = "é"\n#1  0x00007f01 in main ()\n'
MANY = "[New LWP 1]\n" + "".join(
    f'Thread {number} (Thread 0x7f{number:x} (LWP {100 + number}) "worker-{number % 3}"):\n'
    + FRAMES.format(number, number % 5, number, number)
    + FRAMES[3:].format(number, number % 5, number, number).replace("#1", "#2") * (number % 7 == 0)
    + "\n"
    for number in range(300, 0, -1)
)


@needs_native
@pytest.mark.parametrize("portion", [64, 1000, 20_000, 1 << 20])
def test_a_file_in_pieces_gives_the_lines_of_the_whole(tmp_path, monkeypatch, portion):
    monkeypatch.setattr(overview, "_PORTION_BYTES", portion)
    path = tmp_path / "dump.txt"
    path.write_text(MANY)
    whole = stackan.load(path).dumps
    pieces, stream = overview.find_threads(path, Limits()), io.StringIO()
    assert pieces is not None
    write_ndjson(pieces, stream)
    assert stream.getvalue() == written(whole, "ndjson")
    stacks, stream = overview.find_stacks(path, Limits()), io.StringIO()
    assert stacks is not None
    write_folded([stacks], stream)
    assert stream.getvalue() == written(whole, "folded")
    assert stream.getvalue().count("\n") > 5


@needs_native
@pytest.mark.parametrize("path", [path for path in DUMPS if path.suffix == ".txt"], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_real_file_in_pieces_gives_the_lines_of_the_whole_or_is_left_to_it(path, monkeypatch):
    monkeypatch.setattr(overview, "_PORTION_BYTES", 3000)
    pieces, stacks = overview.find_threads(path, Limits()), overview.find_stacks(path, Limits())
    assert (pieces is None) == (stacks is None)
    if pieces is None:
        return
    whole = stackan.load(path).dumps
    stream = io.StringIO()
    write_ndjson(pieces, stream)
    assert stream.getvalue() == written(whole, "ndjson")
    stream = io.StringIO()
    write_folded([stacks], stream)
    assert stream.getvalue() == written(whole, "folded")


@needs_native
def test_a_file_that_changes_between_the_two_readings_is_an_error(tmp_path):
    path = tmp_path / "dump.txt"
    path.write_text(MANY)
    pieces = overview.find_threads(path, Limits())
    path.write_text(MANY[: len(MANY) // 2])
    with pytest.raises(InputError, match="was changed while it was read"):
        list(pieces)


@needs_native
def test_a_list_that_is_numbered_down_is_counted_wherever_its_libraries_lie(tmp_path):
    """As `split` does: one list is of one process."""
    frame = "#0  0x00007f{}0b84d670 in wait () from /lib/libc.so.6\n"
    path = tmp_path / "dump.txt"
    for threads, counted in ((4, True), (3, True), (2, False)):
        path.write_text("".join(f"Thread {n} (LWP {n}):\n{frame.format('5d'[n % 2] + '0')}\n" for n in range(threads, 0, -1)))
        assert (overview.find_stacks(path, Limits()) is not None) == counted
        assert len(stackan.load(path).dumps) == (1 if counted else 2)
    path.write_text("".join(f"Thread {n} (LWP {n}):\n{frame.format('5d'[n % 2] + '0')}\n" for n in (9, 8, 6, 5)))
    assert overview.find_stacks(path, Limits()) is None


def test_the_stacks_of_one_text_are_named_once(example):
    """Snapshots that share their columns share the names, too."""
    two = parse_all((example / "snap1.txt").read_bytes() + (example / "snap2.txt").read_bytes())
    assert len(two) == 2
    stream = io.StringIO()
    write_folded(map(stacks_of, two), stream)
    assert stream.getvalue() == "".join(written([dump], "folded") for dump in two)
