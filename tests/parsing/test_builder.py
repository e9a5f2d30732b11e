"""The native builder of columns is the plain one: the same columns, snapshots and refusals, whatever reader fills them."""

from __future__ import annotations

import importlib
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackan.model.columns import Columns
from stackan.model.formats import FORMATS
from stackan.parsing.builder import Builder, PlainBuilder
from stackan.parsing.known import once_each
from stackan.parsing.parsed import read

DUMPS = pathlib.Path(__file__).parents[1] / "dumps"
NATIVE = [row for row in FORMATS.values() if row.reader]
BYTES = sorted(path for path in DUMPS.rglob("*.*") if path.suffix in (".txt", ".json") and path.stat().st_size < 60_000)


def same(ours: object, theirs: object) -> None:
    for name in Columns.__slots__:
        assert getattr(ours, name) == getattr(theirs, name), name


@pytest.fixture(autouse=True)
def _is_built() -> None:
    if Builder is PlainBuilder:
        pytest.skip("the native scanner is not in use")


@pytest.mark.parametrize("row", NATIVE, ids=lambda row: row.name)
def test_each_reader_fills_both_alike_from_any_of_our_dumps(row, monkeypatch):
    module = importlib.import_module(f"stackan.parsing.{row.family}.{row.reader}")
    if not hasattr(module, "Builder"):
        pytest.skip("its reader has no builder of its own")
    plainly = getattr(module, "read_plainly", lambda data: read(row.name, data, "dump"))
    for path in BYTES:
        data = path.read_bytes()
        monkeypatch.setattr(module, "Builder", Builder)
        native = plainly(data)
        monkeypatch.setattr(module, "Builder", PlainBuilder)
        plain = plainly(data)
        same(native.columns, plain.columns)
        assert (native.facts, native.snapshots, native.counted) == (plain.facts, plain.snapshots, plain.counted), path


def fill(builder: Builder, steps: list[tuple[str, int]]) -> Builder:
    """Take the lines of a text by the steps' words; what a builder refuses, it refuses before it has changed anything."""
    for text, (step, number) in zip(builder.lines(), steps):
        if step == "thread":
            builder.thread(number=number, lwp=number * 3, pthread=number << 60, name=(0, len(text) // 2) if number % 2 else None)
        elif step == "headless":
            builder.thread(headed=False)
            builder.blank()
        elif step == "frame" and builder.open:
            pc = number << 62 if number % 3 else None
            builder.frame(text[:number], b"at %d" % (number % 2), pc=pc, arguments=(number, number + 2) if number > 2 else None)
            if number == 3:
                builder.frame(b"another", further=True)
        elif step in ("locals", "continuation") and builder.open:
            getattr(builder, step)()
        elif step == "noise":
            builder.noise()
        elif step == "snapshot":
            builder.snapshot()
            builder.again(number, "a")
        elif step == "share" and builder.open:
            builder.share([(number, None), (number + 1, (0, 1))])
        elif step == "repeat" and builder.columns.thread_lwp:
            builder.close_thread()
            builder.repeat(number)
        elif step == "rename" and builder.open:
            builder.rename(1, 3)
            builder.identify(number=number, lwp=None if number % 2 else number)
        assert builder.level == (builder.columns.thread_frames[-1] if builder.open else 0)
    return builder


STEPS = (
    "thread",
    "headless",
    "frame",
    "frame",
    "frame",
    "locals",
    "continuation",
    "noise",
    "snapshot",
    "share",
    "repeat",
    "rename",
    "none",
)


@given(
    st.lists(st.sampled_from([b"", b"main", b"a longer line", b"main\r", b"\r\r"]), max_size=40),
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), min_size=40, max_size=40),
    st.booleans(),
)
def test_any_order_of_calls_gives_the_same(lines, steps, outermost_first):
    data = b"\n".join(lines)
    native, plain = fill(Builder(data, outermost_first), steps), fill(PlainBuilder(data, outermost_first), steps)
    same(native.columns, plain.columns)
    for name in ("snapshots", "joined", "is_whole", "line", "start", "is_last", "outermost_first"):
        assert getattr(native, name) == getattr(plain, name), name
    assert native.following() == plain.following()
    assert list(native.ahead()) == list(plain.ahead())


@pytest.mark.parametrize("call", ["locals", "continuation", "rename", "frame", "identify"])
def test_where_no_thread_is_none_takes_a_line(call):
    for kind in (Builder, PlainBuilder):
        builder = kind(b"main\n")
        next(builder.lines())
        with pytest.raises(IndexError):
            getattr(builder, call)(*{"rename": (0, 1), "frame": (b"main",)}.get(call, ()), **({"lwp": 1} if call == "identify" else {}))


def test_a_line_is_of_one_kind():
    for kind in (Builder, PlainBuilder):
        builder = kind(b"main\n")
        next(builder.lines())
        builder.blank()
        with pytest.raises(AssertionError):
            builder.noise()


def test_a_function_of_a_line_is_asked_once_for_each_and_forgets_in_time():
    asked = []
    answer = once_each(lambda text: asked.append(text) or len(text))
    assert [answer(b"%d" % (number % 3)) for number in range(9)] == [1] * 9
    assert len(asked) == 3
    assert answer(b"x" * 300) == answer(b"x" * 300) == 300
    assert len(asked) == 5, "a long line is not kept"
    for number in range(5000):
        answer(b"%d" % number)
    answer(b"4999")
    answer(b"0")
    assert asked.count(b"4999") == 1
    assert asked.count(b"0") == 2, "the table was emptied"
