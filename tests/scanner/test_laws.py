"""What holds for every input, made from good and broken pieces of dumps: the scanners agree, and their columns fit together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackan import _reference
from stackan._reference import _Scanner
from stackan.model.columns import EU_STACK, FRAME, GDB, NOISE, THREAD, UNKNOWN, UNPARSED, Columns
from stackan.model.debugger_phrases import LOCALS_LINES, NOISE_BEHIND_TAB, NOISE_INSIDE, NOISE_PREFIXES
from stackan.model.dump import Dump
from stackan.model.printed import Facts

# -- a grammar of dumps; its pieces come from short lists, so that frames resemble each other, and almost do

NUMBERS = [b"0", b"1", b"2", b"07", b"12", b"4711", b"123456789", b"1234567890", b"12345678901", b"9" * 25, b"", b"x"]
IDS = [b"-1213443968", b"-", b"-0", b"1048.0x454", b"1.0x", b"1.0x123456789", b"1.0xffffffff", b"1.2", b"1.", b".2", b"1.12345678901"]
ADDRESSES = [
    b"0x0",
    b"0x77",
    b"0x000055d9ddd3ef8d",
    b"0x000055D9ddd3EF8E",
    b"0xffffffffffffffff",
    b"0x" + b"1" * 17,
    b"0x",
    b"0xg",
    b"0x12g",
    b"",
]
FUNCTIONS = [
    b"f",
    b"??",
    b"lock_wait",
    b"<signal handler called>",
    b"operator()",
    b"ns::operator<<",
    b"A::operator->",
    b"operator new(unsigned long)",
    b"cooperator",
    b"std::vector<int, std::less<(a > b)> >::at",
    b"void (anonymous namespace)::g<int>",
    b"std::function<void (int)>::operator()",
    b"{lambda(int)#1}::operator() (int) const",
    b"decltype (x) h",
    b"f [clone .cold]",
    b"f(int",
    b"f>)",
    b"f<(",
    b"",
]
ARGUMENTS = [
    b"()",
    b"(a=1)",
    b"(a=2, b=0x5 <cv+40>)",
    b"(f=0x1 <go(int)>, c=40 '(')",
    b'(s="a) at x.c:1")',
    b'(s="\\")", t="(")',
    b'(s="cut',
    b"(c=39 '\\'')",
    b"(c='\\",
    b"(a=1",
    b"(a=(1)",
    b"(a=1))",
    b"(anonymous namespace)",
    b"(anonymous namespace)::x (a=1)",
    b'(\\")',
    b"(...)",
    b"",
]
LOCATIONS = [
    b" at f.c:1",
    b" at f.c:2",
    b" from /lib/x.so",
    b" from /lib/x y.so (deleted)",
    b" at a (b) at c.c:1",
    b" at",
    b"at f.c:1",
    b" - /lib/x.so",
    b" - 1 - [vdso]",
    b" - 1",
    b"",
]
BLANKS = [b" ", b"  ", b"", b"\t", b"     ", b" \r"]
STARTS = [
    b"Thread ",
    b"TID ",
    b"#",
    b"* ",
    b"  ",
    b"    ",
    b"        ",
    b"\t",
    b"[New ",
    b"0x1 in ",
    b"29\t",
    b"  Id ",
    b"  [",
    b"--",
    b"T",
]
ENDS = [b"\n", b"\n", b"\n", b"\n", b"\r\n", b"\r\r\n", b"\n\n", b"\n\r\n", b" \n", b"", b"\x00", b"\n    "]


def joined(*parts: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.tuples(*parts).map(b"".join)


def one(choices: list[bytes]) -> st.SearchStrategy[bytes]:
    return st.sampled_from(choices)


def maybe(choices: list[bytes]) -> st.SearchStrategy[bytes]:
    return st.sampled_from([*choices, b""])


frames = joined(
    st.just(b"#"),
    one(NUMBERS),
    one(BLANKS),
    one(ADDRESSES),
    maybe([b" in ", b" in", b" in\n    ", b" in  ", b" ", b" - 1"]),
    one(FUNCTIONS),
    one(BLANKS),
    one(ARGUMENTS),
    one(LOCATIONS),
)
plain_frames = joined(
    st.just(b"#1  "),
    maybe([b"0x000055d9ddd3ef8d in ", b"0x000055d9ddd3ef8d in\n    "]),
    one(FUNCTIONS),
    st.just(b" "),
    one(ARGUMENTS),
    one(LOCATIONS),
)
continuations = joined(
    one([b"    ", b"  ", b"   ", b"     ", b"       ", b"        ", b"    \t", b"\t   "]),
    one([b"at f.c:1", b"./x.c:57:12", b"(a=1) at y.c:2", b"from /lib/x.so", b")"]),
)
headers = joined(
    one([b"Thread ", b"Thread  "]),
    one(NUMBERS + IDS),
    one([b" (", b" ", b"("]),
    maybe([b"Thread ", b"thread "]),
    one(ADDRESSES + NUMBERS + IDS),
    maybe([b" (", b" "]),
    maybe([b"LWP ", b"process ", b"LWP process "]),
    one(NUMBERS),
    one([b"))", b')) "na"me"', b') "', b' "x" "', b""]),
    one([b"):", b":", b""]),
)
eu_headers = joined(st.just(b"TID "), one(NUMBERS), one([b":", b" ", b""]))
others = joined(
    maybe(STARTS),
    one([*NOISE_PREFIXES, *NOISE_INSIDE, *LOCALS_LINES, *ADDRESSES, *NUMBERS, *FUNCTIONS]),
    maybe([b"Thread ", b" LWP 1", b" in f", b"-0x1", b"\t", b" "]),
    maybe(ARGUMENTS),
    maybe(LOCATIONS),
)
noise = one(
    [
        *NOISE_PREFIXES,
        *NOISE_INSIDE,
        *(b"\t" + word for word in NOISE_BEHIND_TAB),
        *LOCALS_LINES,
        b"        x = 1",
        b"\tx = 1",
        b"x = 1",
        b"",
        b" ",
    ]
)
lines = st.one_of(plain_frames, frames, continuations, headers, eu_headers, others, noise, st.binary(max_size=12))
dumps = st.lists(st.tuples(lines, one(ENDS)).map(b"".join), max_size=24).map(b"".join)


@st.composite
def damaged_dumps(draw: st.DrawFn) -> bytes:
    """A dump that was cut, or has a piece of itself or some bytes in a wrong place."""
    dump = draw(dumps)
    cut, start, size = (draw(st.integers(0, len(dump))) for _ in range(3))
    piece = draw(
        st.one_of(st.just(dump[start : start + size]), st.binary(min_size=1, max_size=3), one([b"(", b'"', b"\\", b"\n", b"\xff", b" "]))
    )
    return dump[:cut] + piece + dump[cut + draw(st.integers(0, 3)) :]


# -- the laws


@settings(max_examples=800)
@given(data=st.one_of(dumps, damaged_dumps()))
def test_the_scanners_agree_on_dumps_made_of_good_and_broken_pieces(agree, data):
    agree(data)


@settings(max_examples=300)
@given(data=st.lists(plain_frames, min_size=2, max_size=8).map(lambda frames: b"\n".join(frames * 2)))
def test_the_scanners_agree_on_frames_that_resemble_each_other(agree, data):
    agree(data)


@settings(max_examples=250)
@given(data=st.binary(max_size=600))
def test_the_scanners_agree_on_random_bytes(agree, data):
    agree(data)


@settings(max_examples=250)
@given(data=st.text(alphabet="#01 ()<>'\"\\\n\tx-o", max_size=120).map(str.encode))
def test_the_scanners_agree_on_random_text_of_telling_characters(agree, data):
    agree(b"#0 " + data)


@settings(max_examples=250)
@given(data=st.one_of(dumps, damaged_dumps()), dialect=st.sampled_from([GDB, EU_STACK]))
def test_columns_fit_together_and_into_the_buffer(scan, data, dialect):
    columns = scan(data, dialect)
    check_lines(columns, data)
    check_threads(columns, data)
    check_frames(columns, data, dialect)
    check_stacks(columns)


@settings(max_examples=400)
@given(data=st.one_of(dumps, damaged_dumps()), dialect=st.sampled_from([GDB, EU_STACK]), piece=st.integers(1, 90))
def test_pieces_of_a_text_are_counted_like_the_whole(native, data, dialect, piece):
    from stackan._fast import Tally

    tally, starts = Tally(dialect), list[int]()
    for start in range(0, len(data), piece):
        part = data[start : start + piece]
        tally.space(piece)[: len(part)] = part
        tally.take(len(part))
        starts += tally.unparsed()[0]
    tally.end()
    starts += tally.unparsed()[0]
    columns = _reference.scan(data, dialect)
    counts = tally.snapshots()
    assert list(tally.lines_by_kind) == list(columns.lines_by_kind)
    assert [sum(each[part] for each in counts) for part in (0, 1)] == [len(columns.thread_lwp), len(columns.frame_call)]
    if len(counts) == 1:
        assert counts[0][2] == len(set(columns.thread_node) - {UNKNOWN})
    assert starts == list(columns.unparsed_start)


class Witness(_Scanner):
    """Notes what the columns leave out: the line of each frame, and where its text starts and ends."""

    def __init__(self, data: bytes, dialect: int) -> None:
        super().__init__(data, dialect)
        self.lines: list[int] = []
        self.texts: list[tuple[int, int]] = []

    def add_frame(self, line: int, start: int, stop: int, following: int) -> None:
        self.lines.append(line)
        super().add_frame(line, start, stop, following)

    def close_frame(self) -> None:
        if self.frame_open:
            self.texts.append((self.frame_start, self.frame_stop))
        super().close_frame()


def check_lines(columns: Columns, data: bytes) -> None:
    """Every line has one kind, and rows are as many as lines of their kind."""
    lines = data.split(b"\n")
    if not lines[-1]:
        del lines[-1]
    assert sum(columns.lines_by_kind) == len(lines)
    assert columns.lines_by_kind[FRAME] == len(columns.frame_call)
    assert columns.lines_by_kind[NOISE] == len(columns.note_line)
    assert columns.lines_by_kind[UNPARSED] == len(columns.unparsed_line)
    headers = [row for row, start in enumerate(columns.thread_start) if data[start : start + 1] == b"T"]
    assert columns.lines_by_kind[THREAD] == len(headers)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for group in ("thread", "note", "unparsed"):
        numbers, offsets = getattr(columns, f"{group}_line"), getattr(columns, f"{group}_start")
        assert list(numbers) == sorted(set(numbers))
        assert [starts[number - 1] for number in numbers] == list(offsets)


def check_threads(columns: Columns, data: bytes) -> None:
    """Threads follow each other, and share the frames out among them."""
    stop = frame = 0
    for row, start in enumerate(columns.thread_start):
        assert stop <= start < columns.thread_stop[row] <= len(data)
        stop = columns.thread_stop[row]
        assert columns.thread_first[row] == frame
        frame += columns.thread_frames[row]
        name, size = columns.thread_name_start[row], columns.thread_name_size[row]
        if name == UNKNOWN:
            assert size == 0
        else:
            assert data[name - 1 : name] == data[name + size : name + size + 1] == b'"'
            assert start < name <= name + size < stop and b"\n" not in data[start : name + size]
    assert frame == len(columns.frame_call)


def check_frames(columns: Columns, data: bytes, dialect: int) -> None:
    """A frame's text holds its level, its function, and the arguments; gdb's ends with the location.

    What a dump derives of its frames (their lines, levels, ends) is what the plain scanner has seen on its way.
    """
    assert len({len(getattr(columns, name)) for name in Columns.__slots__ if name.startswith("frame_")}) == 1
    dump = Dump(data, columns, source="-", format="gdb", facts=Facts(None, None, (), ()))
    seen = Witness(data, dialect)
    seen.run()
    assert [dump.frame_line(row) for row in range(len(dump.frames))] == [frame.line for frame in dump.frames] == seen.lines
    for row, call in enumerate(columns.frame_call):
        site = columns.call_site[call]
        start, stop = dump.frame_start(row), dump.frame_stop(row)
        assert (start, stop) == seen.texts[row]
        thread = dump.thread_of(row)
        assert columns.thread_start[thread] <= start < stop <= columns.thread_stop[thread]
        assert dump.frame_at(start) == dump.frame_at(stop - 1) == row
        text = data[start:stop]
        level = text[1:10].split()[0]
        assert text[:1] == b"#" and int(level) == dump.level(row) == dump.frame(row).level
        function, location = columns.site_function[site], columns.site_location[site]
        assert function in text
        if dialect == GDB:
            assert text.rstrip(b" \t\r\n").endswith(location)
        if not columns.site_has_pc[site]:
            assert columns.call_pc[call] == dump.pc(row) == 0
        args, size = columns.frame_args_start[row], columns.frame_args_size[row]
        if args == UNKNOWN:
            assert size == 0
        else:
            assert 0 < args <= args + size <= len(text) and text[args - 1 : args] == b"("
            assert dump.arguments(row) == text[args : args + size]


def check_stacks(columns: Columns) -> None:
    """A thread's node leads from its innermost frame to its outermost; no site and no node is there twice."""
    sites = list(zip(columns.site_function, columns.site_location, columns.site_has_pc))
    assert len(set(sites)) == len(sites) and set(range(len(sites))) == set(columns.call_site)
    calls = list(zip(columns.call_pc, columns.call_site))
    assert len(set(calls)) == len(calls) and set(range(len(calls))) == set(columns.frame_call)
    nodes = list(zip(columns.node_site, columns.node_parent))
    assert len(set(nodes)) == len(nodes)
    assert all(parent < node for node, parent in enumerate(columns.node_parent))
    for row, node in enumerate(columns.thread_node):
        first = columns.thread_first[row]
        for call in columns.frame_call[first : first + columns.thread_frames[row]]:
            assert columns.node_site[node] == columns.call_site[call]
            node = columns.node_parent[node]
        assert node == UNKNOWN


def test_no_word_of_the_tables_is_empty_for_it_would_match_every_line():
    assert all(NOISE_PREFIXES) and all(NOISE_INSIDE) and all(NOISE_BEHIND_TAB) and all(LOCALS_LINES)


@pytest.mark.parametrize("word", [*NOISE_PREFIXES, *LOCALS_LINES])
def test_every_word_of_the_debuggers_is_known(agree, word):
    inside = agree(b"#0  f (a=1) at x.c:1\n" + word + b"\n")
    assert inside.lines_by_kind[UNPARSED] == 0
    assert agree(b"#0  f (a=1) at x.c:1\n" + word[:-1] + b"\n" + word + b" more\n").thread_line[0] == 1


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"f (a=1, b=2, ", NOISE),  # gdb breaks the current frame's line between its arguments
        (b"f (a=1,", NOISE),
        (b"f (a=1, b", UNPARSED),
        (b"f (see there, ", UNPARSED),
        (b"f, a=1, ", UNPARSED),
        (b"\tInferior 1 [process 26082] will be detached.", NOISE),
        (b" \tInferior 1 [process 26082] will be detached.", UNPARSED),
        (b"\tSuperior 1", UNPARSED),
        (b"\tInferio", UNPARSED),
    ],
)
def test_outside_of_threads_a_line_is_noise_only_where_it_is_certain(agree, line, kind):
    assert agree(line + b"\n").lines_by_kind[kind] == 1
    assert agree(line).lines_by_kind[kind] == 1
    assert agree(b"Thread 1 (LWP 7):\n#0  f (a=1) at x.c:1\n(gdb) \n\n" + line + b"\n").lines_by_kind[kind] == 1 + (kind == NOISE)
