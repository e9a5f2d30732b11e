"""Goroutine dumps through the parser.

`tests/dumps/go` holds what Go 1.19, 1.22 and 1.27 printed of the programs beside them (`go build -trimpath`): two calls of
`runtime.Stack` in one text where a name says nothing else, SIGQUIT (`mutexes-sigquit`), the same with GOTRACEBACK=crash
(`http-crash`), C code (`cgo`), failures (`panic`, `fatal…`, `asleep…`), a test that failed in a bubble, and a leak profile with
GODEBUG=tracebackancestors=4,tracebacklabels=1 (`leaks`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.normalize import Names
from stackan.normalize.go import canonical
from stackan.parsing import detect, parse_all
from tests.parsing import hostile

DUMPS = Path(__file__).resolve().parents[1] / "dumps" / "go"
CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "public" / "clusterfuzz"
SAMPLES = sorted(path.name for path in DUMPS.glob("*.txt") if path.name != "profile-debug1.txt")


def read(name: str) -> list[Dump]:
    return parse_all((DUMPS / name).read_bytes(), name)


def only(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "goroutines.txt")
    return dump


def words(dump: Dump) -> dict[int | None, str]:
    """{a goroutine's number: its printed state}"""
    return {dump.thread(row).number: told.words.removeprefix("go: ") for row, told in dump.facts.states.items()}


# -- real dumps


@pytest.mark.parametrize("name", SAMPLES)
def test_every_goroutine_and_every_line_of_a_dump_is_read(name: str) -> None:
    text = (DUMPS / name).read_bytes()
    lines = text.splitlines()
    dumps = read(name)
    assert sum(len(dump.threads) for dump in dumps) == sum(line.startswith((b"goroutine ", b"runtime stack:")) for line in lines)
    assert sum(len(dump.frames) for dump in dumps) == frames_in(lines)
    assert sum(dumps[0].lines.values()) == len(lines)
    assert [line for dump in dumps for line in dump.unparsed] == []


def frames_in(lines: list[bytes]) -> int:
    """How many lines name a function that a place follows, but for creators and ancestors."""
    frames, ancestors = 0, False
    for line, following in itertools.pairwise(lines):
        ancestors = line.startswith(b"[originating from ") or (ancestors and line != b"")
        frames += not ancestors and not line.startswith((b"created by ", b"\t")) and (b".go:" in following or b".s:" in following)
    return frames


def test_a_frame_is_two_lines_with_its_place_on_the_second() -> None:
    dump = read("mutexes.txt")[0]
    frame = dump.frames[3]
    assert (frame.function, frame.arguments, frame.file, frame.file_line, frame.line) == (
        "sync.(*Mutex).lockSlow",
        "0x96e058",
        "sync/mutex.go",
        171,
        10,
    )
    inlined = dump.frames[4]
    assert (inlined.function, inlined.arguments, inlined.pc) == ("sync.(*Mutex).Lock", "...", None)


def test_program_counters_are_read_where_the_run_time_prints_them() -> None:
    (dump,) = read("mutexes-sigquit.txt")
    waiter = next(thread for thread in dump.threads if thread.number == 22)
    frame = dump.frame(waiter.first)
    assert frame.function == "runtime.gopark"
    assert frame.pc is not None
    assert frame.file == "runtime/proc.go"


def test_a_text_is_split_where_a_goroutine_comes_back() -> None:
    first, second = read("mutexes.txt")
    assert [thread.number for thread in first.threads] == [thread.number for thread in second.threads] == [1, 19, 20]
    assert words(second) == {1: "takes the dump", 19: "sync.Mutex.Lock", 20: "sync.Mutex.Lock"}


def test_threads_of_a_crash_that_print_themselves_later_are_of_the_same_dump() -> None:
    (dump,) = read("http-crash.txt")
    numbers = [thread.number for thread in dump.threads]
    assert numbers.count(0) == 5  # each system thread's own
    assert 24 in numbers
    assert dump.facts.ended


def test_a_goroutine_whose_own_thread_prints_it_again_begins_no_snapshot() -> None:
    (dump,) = read("fatal-twice-1.19.txt")
    assert [(thread.number, thread.frames) for thread in dump.threads] == [(9, 1), (1, 1), (6, 0), (7, 1), (8, 1), (6, 1)]


def test_a_state_is_read_without_what_is_added_to_it() -> None:
    kinds = words(read("kinds.txt")[0])
    assert kinds[8] == "chan receive (nil chan)"
    assert kinds[15] == "chan receive"  # …, locked to thread
    assert set(words(read("bubble.txt")[0]).values()) == {"running", "chan receive"}  # … (durable), synctest bubble 1
    leaks = read("leaks.txt")[0]
    assert words(leaks) == {
        1: "takes the dump",
        19: "sleep",
        20: "sync.Mutex.Lock (leaked)",
        21: "chan receive (leaked)",
        22: "sync.Mutex.Lock",
        23: "chan receive (leaked)",
    }


def test_creators_and_ancestors_are_no_frames() -> None:
    leaks = read("leaks.txt")[0]
    last = leaks.threads[-1]
    assert [leaks.frame(row).function for row in range(last.first, last.first + last.frames)] == ["main.child"]
    assert leaks.lines["locals"] > 10


def test_elided_frames_are_no_frames() -> None:
    (deep,) = (thread for thread in read("kinds.txt")[0].threads if thread.number == 24)
    assert deep.frames == 100


def test_the_run_times_own_finding_is_kept() -> None:
    assert [read(name)[0].facts.deadlock for name in ("asleep.txt", "asleep-channels.txt", "asleep-goexit.txt", "panic.txt")] == [
        1,
        1,
        1,
        0,
    ]


@pytest.mark.parametrize("between", ["started again\n", "SIGQUIT: quit\nPC=0x48e261 m=0 sigcode=0\n"])
def test_a_finding_without_goroutines_is_not_taken_for_that_of_a_later_run(between: str) -> None:
    later = "\ngoroutine 1 [select]:\nmain.main()\n\t/srv/main.go:44 +0x2a5\n"
    assert only("fatal error: all goroutines are asleep - deadlock!\n" + later).facts.deadlock == 1
    assert only("fatal error: all goroutines are asleep - deadlock!\n" + between + later).facts.deadlock == 0


@pytest.mark.parametrize("name", SAMPLES)
def test_the_format_is_recognized_with_its_reason(name: str) -> None:
    found = detect((DUMPS / name).read_bytes())
    assert found is not None
    assert (found.format, found.reason) == ("go", "lines `goroutine n [state]:` head the threads")


def test_published_panics_are_read() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the published dumps do not lie in ../shared/corpus")
    counted = {path.name: parse_all(path.read_bytes(), path.name) for path in sorted(CORPUS.glob("golang_*"))}
    assert [(len(dumps), len(dumps[0].threads), len(dumps[0].frames)) for dumps in counted.values()] == [(1, 1, 4), (1, 1, 11)]


# -- logs, copies, other run-times: written after src/runtime/traceback.go, the margins after systemd, Docker and rsyslog


@pytest.mark.parametrize(
    "margin",
    [
        "Nov 26 03:20:0{} host app[123]: ",
        "2026-11-26T03:20:07.0{}4Z stderr F ",
        "app_1  | ",
        "I1126 03:20:0{}.123456       1 main.go:17] ",
    ],
)
def test_what_a_log_writes_before_each_line_is_cut(margin: str) -> None:
    lines = (DUMPS / "mutexes.txt").read_text().splitlines()
    logged = "".join(f"{margin.format(number % 10)}{line}".rstrip() + "\n" for number, line in enumerate(lines))
    plain, found = read("mutexes.txt"), parse_all(f"server started\n{logged}".encode(), "app.log")
    assert [len(dump.frames) for dump in found] == [len(dump.frames) for dump in plain]
    assert [frame.function for frame in found[1].frames] == [frame.function for frame in plain[1].frames]
    assert found[0].frames[3].arguments == "0x96e058"
    assert found[0].unparsed == [(1, "server started")]


def test_tabs_may_have_become_blanks() -> None:
    dump = only("goroutine 5 [select]:\nmain.f(0x1)\n  /srv/my app/main.go:7 +0x1d\n")
    assert (dump.frames[0].file, dump.frames[0].file_line) == ("/srv/my app/main.go", 7)
    dump = only("goroutine 5 [select]:\nmain.f(0x1)\n#011/srv/main.go:7 +0x1d\n")
    assert dump.frames[0].file == "/srv/main.go"


def test_frames_of_c_code_have_a_name_or_only_an_address() -> None:
    dump = only(
        "goroutine 1 [syscall]:\nnap\n\t/srv/app/nap.c:7 pc=0x4012f3\nnon-Go function\n\tpc=0x4012f4\n"
        "non-Go function at pc=4012f5\nmain.main()\n\t/srv/app/main.go:9 +0xf\n"
    )
    assert [(frame.function, frame.pc, frame.file) for frame in dump.frames] == [
        ("nap", 0x4012F3, "/srv/app/nap.c"),
        ("non-Go function", 0x4012F4, None),
        ("", 0x4012F5, None),
        ("main.main", None, "/srv/app/main.go"),
    ]
    assert Names(dump).stack(dump.threads[0].node) == ("nap", "??", "??", "main.main")


def test_a_goroutine_whose_stack_is_not_available_is_kept() -> None:
    dump = only(
        "goroutine 6 [running]:\n\tgoroutine running on other thread; stack unavailable\ncreated by main.main\n\t/srv/main.go:44 +0x2a5\n"
    )
    assert [(thread.number, thread.frames) for thread in dump.threads] == [(6, 0)]
    assert dump.unparsed == []


def test_a_line_of_another_program_is_no_frame() -> None:
    dump = only("goroutine 6 [select]:\nrequest failed (will retry)\nmain.main()\n\t/srv/main.go:44 +0x2a5\n")
    assert [frame.function for frame in dump.frames] == ["main.main"]
    assert dump.unparsed == [(2, "request failed (will retry)")]


def test_a_frame_at_which_the_text_breaks_off_counts() -> None:
    assert [frame.function for frame in only("goroutine 6 [select]:\nmain.f(0x1, {0x2, 0x3})").frames] == ["main.f"]


@pytest.mark.parametrize(
    "text", ["goroutine 5 ended\n", "the goroutine 5 [busy]: was slow\n", "goroutine x [select]:\n", "goroutine 5 [select\n"]
)
def test_words_about_goroutines_are_no_dump(text: str) -> None:
    with pytest.raises(InputError):
        parse_all(text.encode(), "app.log")


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("main.(*Cache[...]).Get", "main.(*Cache).Get"),
        ("main.Map[go.shape.[]uint8,go.shape.int]", "main.Map"),
        ("internal/sync.(*Mutex).lockSlow", "sync.(*Mutex).lockSlow"),
        ("gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml.v3.Unmarshal"),
        ("main.main.func4.1", "main.main.func4.1"),
        ("", "??"),
    ],
)
def test_equal_functions_have_equal_names(printed: str, name: str) -> None:
    assert canonical(printed) == name


# -- hostile input


@pytest.mark.parametrize("name", ["mutexes-sigquit.txt", "kinds.txt", "leaks.txt", "fatal-twice-1.19.txt", "cgo.txt"])
def test_broken_dumps_are_read_as_far_as_they_go(name: str) -> None:
    text = (DUMPS / name).read_bytes()
    for broken in hostile.mutations(text[:6000], 300):
        hostile.check(broken)


@pytest.mark.parametrize(
    "line",
    [
        b"goroutine 1 [",
        b"goroutine 1 [select]:\n",
        b"x goroutine 1 [select]:\n",
        b"main.f((((((",
        b"main.f()\n",
        b"created by ",
        b"panic: \n",
        b"-----\n",
        b" +0x +0x",
        b"]" * 50,
        b"main.f()\n\t/x.go:1 +0x1\n",
    ],
)
def test_time_grows_with_the_text_only(in_proportion: Callable[..., None], line: bytes) -> None:
    in_proportion(lambda size: b"goroutine 7 [select]:\n" + line * (size // len(line)), parse_all)
