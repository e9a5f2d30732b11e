"""Both scanners give the same columns: on real dumps, on every cut of one, and where tables and caches fill up."""

from __future__ import annotations

import lzma
import mmap
import pathlib
import threading
from array import array

import pytest

from stackan import _reference
from stackan.model.columns import EU_STACK, FRAME, GDB, NOISE, THREAD, UNPARSED, Columns

SMALL = rb"""[New LWP 17803]
  Id   Target Id                                 Frame
* 1    Thread 0x7f8af7637740 (LWP 17540) "ab_ba" 0x00007f8af7709545 in nanosleep (req=0x7ffd) at sleep.c:48
futex_wait (private=0, expected=2, futex_word=0x7fed714aa0 <debit>) at ../sysdeps/nptl/futex-internal.h:146
146     ../sysdeps/nptl/futex-internal.h: No such file or directory.

Thread 3 (Thread 0x772bb852b6c0 (LWP 17870) "io (wait) "x""):
#0  0x00007f82934d44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#1  futex_wait (private=0, expected=2, word=0x5567 <debit>)
    at ../sysdeps/nptl/futex-internal.h:146
        __ret = -512
No locals.
        s = "Thread 9 (LWP 4):"
#2  0x0000557fb8ef6910 in ns::(anonymous namespace)::operator() (this=0x1, s="a) at b (", c=40 '(') at lock0lock.cc:2189
#3  0x0000557fb8ef6911 in std::function<void (int)>::operator()(int) const (f=0x1 <go(int)>) from /lib/libx.so (deleted)
#4  0x0000557fb8ef6911 in
    lock_wait (thr=0x1)
    at lock0lock.cc:2190
#4  <signal handler called>
#5  0x00007f82934d44a3 in ?? ()
warning: Backtrace stopped
Backtrace stopped: previous frame inner to this frame (corrupt stack?)

Thread 2 (LWP 17871):
#0  0x00007f82934d44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
#1  futex_wait (private=1, expected=3, word=0x5567 <go(int)>)
    at ../sysdeps/nptl/futex-internal.h:146
#2  0x0000557fb8ef6910 in ns::(anonymous namespace)::operator() (this=0x2, s="\") at", c=41 ')') at lock0lock.cc:2189
#0  0x00007f8af76c6482 __pthread_mutex_lock@GLIBC_2.2.5 - /usr/lib/libc.so.6
    ./nptl/pthread_mutex_lock.c:93:5
#1  0x000055d9ddd3ef8d - 1     worker(int) - /usr/sbin/mariadbd
    src/worker.cc:12
[Inferior 1 (process 17540) detached]
0x00007f8af763a000-0x00007f8af780f000 libc.so.6
  [0123456789abcdef0123456789abcdef01234567]
TID 17540:
#0  0x00007f8af76c012b     futex_wait - /usr/lib/libc.so.6
#1  0x000055d9ddd3ef8d - 1 - [vdso]
an end that means nothing
"""


def dumps_of(folder: pathlib.Path) -> list[tuple[pathlib.Path, bytes]]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [(path, lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()) for path in files]


@pytest.mark.parametrize("folder", ["truth/lab", "truth/servers", "truth/forms", "truth/odd", "corpus/public"])
def test_they_agree_on_every_file_of_the_shared_dumps(shared, agree, folder):
    if not (shared / folder).is_dir():
        pytest.skip(f"no ../shared/{folder} beside the project")
    frames = 0
    for path, data in dumps_of(shared / folder):
        try:
            frames += agree(data).lines_by_kind[FRAME]
        except pytest.fail.Exception as difference:
            pytest.fail(f"{path}: {difference}")
    assert frames > 100


def test_they_agree_on_every_beginning_of_a_dump(agree):
    for size in range(len(SMALL) + 1):
        agree(SMALL[:size])


def test_they_agree_on_every_ending_of_a_dump(agree):
    for start in range(len(SMALL)):
        agree(SMALL[start:])


def test_they_agree_wherever_the_dump_stands_in_the_blocks_of_64_bytes(agree):
    for blanks in range(130):
        agree(b"\n" * blanks + SMALL)


def test_they_agree_when_every_byte_is_replaced_in_turn(agree):
    for at in range(len(SMALL)):
        agree(SMALL[:at] + b"\n )(\"'"[at % 6 : at % 6 + 1] + SMALL[at + 1 :])


def test_the_small_dump_holds_every_kind_of_line(agree):
    columns = agree(SMALL * 2)
    assert all(columns.lines_by_kind)
    assert columns.thread_lwp[:4] == array("q", [17870, 17871, -1, 17540])
    assert columns.site_function[2] == b"ns::(anonymous namespace)::operator()"
    assert columns.site_location[2] == b"at lock0lock.cc:2189"
    assert columns.node_site[columns.thread_node[0]] == columns.call_site[columns.frame_call[0]]


# -- where tables, caches and columns fill up; numbers are chosen to pass their first sizes


def frame(level: int, function: str, args: str = "a=1", location: str = "at f.c:1", pc: int | None = 0x401000) -> str:
    return f"#{level:<2d} {'' if pc is None else f'{pc:#018x} in '}{function} ({args}) {location}\n"


def test_they_agree_when_more_frame_texts_alternate_than_are_remembered(agree):
    lines = [frame(level % 50, f"function_{level * 7 % 1000}", f"a={level}", pc=0x400000 + level % 90) for level in range(5000)]
    assert len(agree("".join(lines).encode()).site_function) == 1000


def test_they_agree_when_every_frame_is_new(agree):
    lines = [frame(number % 20, f"f{number}", location=f"at {number}.c:{number}", pc=number) for number in range(20_000)]
    columns = agree("".join(lines).encode())
    assert len(columns.site_function) == len(columns.node_site) == 20_000


def test_they_agree_when_one_stack_has_many_callees_and_all_stacks_repeat(agree):
    lines = [frame(0, f"leaf{number % 1000}") + frame(1, "root") + frame(2, f"start{number % 7}") for number in range(12_000)]
    columns = agree("".join(lines).encode())
    assert len(set(columns.thread_node)) == 7000
    assert len(columns.node_site) == 7000 + 7 + 7


def test_they_agree_when_a_stack_ends_where_another_goes_on(agree):
    """A few of the short stacks look for their node where the long ones are remembered."""
    agree("".join(f"#0 f{number}\n#1 main\n#2 start\n#0 f{number}\n#1 main\n" for number in range(4000)).encode())


def test_they_agree_on_one_very_deep_stack(agree):
    columns = agree("".join(frame(level, f"f{level % 3}") for level in range(50_000)).encode())
    assert len(columns.node_site) == 50_000


def test_they_agree_when_samples_of_the_buffer_show_no_row_that_is_in_it(agree):
    """Room for rows is guessed from the first kilobyte of each 64th part: here that holds blank lines only."""
    threads = "".join(f"Thread {number} (LWP {number}):\n" + frame(0, "f") + "[New LWP 1]\nwhat?\n" for number in range(250))
    columns = agree((b"\n" * 1024 + threads.encode().ljust(24_000, b"\n")) * 64)
    assert [columns.lines_by_kind[kind] for kind in (THREAD, FRAME, NOISE, UNPARSED)] == [16_000] * 4


def test_the_form_of_an_earlier_frame_is_not_taken_for_one_that_only_looks_alike(agree):
    """All of these share a beginning and an end, and a few of them are split elsewhere."""
    args = [
        "a=1",
        "a=2",
        "anonymous namespace",
        "anonymous namespace) (b=1",
        "anonymous namespace)::g (b=1",
        "a=1) at x.c:1 (b=2",
        "a=1) (b=2",
        "a=(1), b=2",
        's=")"',
        's="\\")", t="("',
        's="',
        "c=39 '\\''",
        "c=39 '''",
        "a=1)",
        "(a=1",
        "",
    ]
    for first in args:
        for second in args:
            for function in ("a_long_name", "an_odd (') name"):  # so long that both have one hash
                agree("".join(frame(level, function, arg) for level, arg in enumerate((first, second))).encode())
            other = frame(3, "other")  # the form that followed it is tried first
            agree((other + frame(4, "f", first) + other + frame(4, "f", second)).encode())
            agree((other + frame(4, "f", first, "", None) + other + frame(4, "f", second, "", None)).encode())


DIGITS = "000055d9ddd3ef8d"
NEIGHBOURS = [*range(0x2E, 0x3B), *range(0x40, 0x48), *range(0x60, 0x68), 0x10, 0x19, 0x7F]  # of the digits, in ASCII


@pytest.mark.parametrize(
    "digits",
    [
        "",
        "0",
        "g",
        "FfFf",
        DIGITS[:-1],
        DIGITS,
        DIGITS + "0",
        DIGITS + "G",
        DIGITS.upper(),
        *(DIGITS[:8] + chr(byte) + DIGITS[9:] for byte in NEIGHBOURS),
    ],
)
def test_they_agree_on_what_an_address_is(agree, digits):
    for behind in ("", " ", " in f () at x.c:1", "in f ()", " f - /lib/x.so", "\t"):
        columns = agree(f"#0  0x{digits}{behind}\n".encode())
        if behind.startswith(" ") and len(digits) == 16 and set(digits.lower()) <= set("0123456789abcdef"):
            assert columns.call_pc[columns.frame_call[0]] == int(digits, 16)


# -- buffers


@pytest.mark.parametrize(
    "kind", [bytes, bytearray, memoryview, lambda data: array("B", data), lambda data: array("Q", data + b"\n" * (-len(data) % 8))]
)
def test_the_native_scanner_takes_every_buffer_in_one_piece(native, kind):
    data = SMALL + b"\n" * (-len(SMALL) % 8)
    expected, columns = native(data, GDB), native(kind(data), GDB)
    assert all(getattr(columns, name) == getattr(expected, name) for name in Columns.__slots__)


def test_the_native_scanner_takes_a_piece_of_a_mapped_file(native, tmp_path):
    path = tmp_path / "dump.txt"
    path.write_bytes(b"#9  before\n" + SMALL + b"#9  behind\n")
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
        with view[11:-11] as piece:
            columns = native(piece, EU_STACK)
        assert len(native(mapped, EU_STACK).frame_call) == len(columns.frame_call) + 2
    expected = native(SMALL, EU_STACK)
    assert all(getattr(columns, name) == getattr(expected, name) for name in Columns.__slots__)


def test_the_native_scanner_refuses_what_is_no_buffer(native):
    with pytest.raises(BufferError):
        native(memoryview(SMALL)[::2], GDB)
    with pytest.raises(TypeError):
        native(SMALL.decode("latin-1"), GDB)


def test_an_empty_buffer_gives_empty_columns(scan):
    columns = scan(b"", GDB)
    assert not any(len(getattr(columns, name)) for name in Columns.__slots__ if name != "lines_by_kind")
    assert not any(columns.lines_by_kind)


def test_a_column_outlives_the_others(native):
    starts = native(SMALL * 100, GDB).frame_start
    native(SMALL * 100, GDB)
    assert list(starts) == list(_reference.scan(SMALL * 100, GDB).frame_start)


def test_scans_in_several_threads_do_not_disturb_each_other(native):
    texts = ["".join(frame(level % 9, f"f{level * step % 501}") for level in range(20_000)).encode() for step in (1, 2, 3, 4)]
    alone, together = [native(text, GDB) for text in texts], {}

    def work(number: int) -> None:
        for _ in range(5):
            together[number] = native(texts[number], GDB)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for number, expected in enumerate(alone):
        assert all(getattr(together[number], name) == getattr(expected, name) for name in Columns.__slots__)
