"""What py-spy, pystack and faulthandler print, through the parser.

The dumps are real: of the programs that stand beside them, by Debian's Python 3.11.2, py-spy 0.4.3 and pystack 1.7.2.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.parsing import parse_all
from tests.parsing import hostile

DUMPS = Path(__file__).parents[1] / "dumps" / "python"
FILES = sorted(path for path in DUMPS.iterdir() if path.suffix != ".py")


def parsed(name: str) -> list[Dump]:
    return parse_all((DUMPS / name).read_bytes(), name)


def only(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "dump.txt")
    return dump


def thread_named(dump: Dump, name: str) -> list[tuple[str, str | None, int | None]]:
    """(function, file, line) of a thread's frames."""
    (thread,) = (thread for thread in dump.threads if thread.name == name)
    frames = [dump.frame(thread.first + level) for level in range(thread.frames)]
    return [(frame.function, frame.file or frame.library, frame.file_line) for frame in frames]


@pytest.mark.parametrize(
    ("file", "format", "sizes", "frames"),
    [
        ("places.py-spy.txt", "py-spy", [29], 162),
        ("places.locals.py-spy.txt", "py-spy", [29], 162),
        ("places.native.py-spy.txt", "py-spy", [29], 290),
        ("places.py-spy.json", "py-spy-json", [29], 162),
        ("places.pystack.txt", "pystack", [29], 511),
        ("places.faulthandler.txt", "faulthandler", [29], 162),
        ("faults.faulthandler.txt", "faulthandler", [2, 1, 2, 2], 115),
        ("crunch.subprocesses.py-spy.txt", "py-spy", [4, 1, 1], 53),
    ],
)
def test_each_thread_and_frame_is_read(file: str, format: str, sizes: list[int], frames: int) -> None:
    dumps = parsed(file)
    assert {dump.format for dump in dumps} == {format}
    assert [len(dump.threads) for dump in dumps] == sizes
    assert sum(len(dump.frames) for dump in dumps) == frames


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_each_line_of_a_real_dump_is_known(file: Path) -> None:
    for dump in parsed(file.name):
        assert [text for _, text in dump.unparsed] in ([], ["a line of the log, in between"])


# -- py-spy


def test_a_thread_of_py_spy_has_its_lwp_and_name() -> None:
    dump = parsed("exhausted-1.py-spy.txt")[0]
    assert dump.facts.pid == 15305
    assert dump.facts.command == "/usr/bin/python3.11 ledger.py exhausted"
    assert [(thread.lwp, thread.pthread, thread.name, thread.line) for thread in dump.threads][:2] == [
        (15305, None, "MainThread", 4),
        (15307, None, "worker_0", 7),
    ]


def test_a_frame_of_py_spy_has_its_function_file_and_line() -> None:
    assert thread_named(parsed("exhausted-1.py-spy.txt")[0], "worker_0")[:3] == [
        ("Condition.wait", "threading.py", 320),
        ("Future.result", "concurrent/futures/_base.py", 451),
        ("report", "ledger.py", 36),
    ]


def test_native_frames_stand_among_pythons() -> None:
    frames = thread_named(parsed("places.native.py-spy.txt")[0], "lock")
    assert frames[2] == ("PyThread_acquire_lock_timed", "python3.11", None)
    assert frames[3][:2] == ("take", "places.py")


def test_an_address_in_place_of_a_name_is_the_program_counter() -> None:
    dump = only('Thread 7 (idle): "worker_0"\n    0x7f29a60a3f16 (libc.so.6)\n    take (places.py:8)\n')
    assert [(frame.function, frame.pc, frame.library) for frame in dump.frames] == [("", 0x7F29A60A3F16, "libc.so.6"), ("take", None, None)]


@pytest.mark.parametrize(
    ("frame", "function", "where"),
    [
        ("f (/srv/a (b)/x.py:3)", "f", ("/srv/a (b)/x.py", 3)),
        ("ledger::post(int, char const*) (libledger.so)", "ledger::post(int, char const*)", ("libledger.so", None)),
        ("<lambda> (x.py:3)", "<lambda>", ("x.py", 3)),
        ("f (x.py)", "f", ("x.py", None)),
        ("spin (<string>:5)", "spin", ("<string>", 5)),
    ],
)
def test_a_frame_with_odd_names_is_read(frame: str, function: str, where: tuple[str, int | None]) -> None:
    (found,) = only(f"Thread 7 (idle)\n    {frame}\n").frames
    assert (found.function, found.file or found.library, found.file_line) == (function, *where)


@pytest.mark.parametrize(
    ("header", "lwp", "pthread", "name"),
    [
        ('Thread 7 (active+gil): "a"', 7, None, "a"),
        ("Thread 7 (idle)", 7, None, None),
        ('Thread 0x7F3C1D22F740 (active): "a b"', None, "0x7f3c1d22f740", "a b"),
        ('Thread 7 (idle): "say \\"x\\" (idle): "', 7, None, 'say \\"x\\" (idle): '),
    ],
)
def test_a_header_of_py_spy_is_read(header: str, lwp: int | None, pthread: str | None, name: str | None) -> None:
    (thread,) = only(f"{header}\n    f (x.py:3)\n").threads
    assert (thread.lwp, thread.pthread, thread.name) == (lwp, pthread, name)


def test_a_thread_without_frames_is_kept() -> None:
    assert [(thread.lwp, thread.frames) for thread in only("Thread 7 (idle)\nThread 8 (active)\n    f (x.py:3)\n").threads] == [
        (7, 0),
        (8, 1),
    ]


def test_a_command_line_may_hold_ends_of_lines() -> None:
    dump = only("Process 7: python3 -c \nimport x\nThread 1\nx.f()\nPython v3.11.2 (/usr/bin/python3)\n\nThread 7 (idle)\n    f (x.py:3)\n")
    assert (dump.facts.pid, len(dump.threads), dump.lines["unparsed"]) == (7, 1, 0)


def test_the_processes_of_one_text_stay_apart() -> None:
    assert [(dump.facts.pid, len(dump.threads)) for dump in parsed("crunch.subprocesses.py-spy.txt")] == [
        (16447, 4),
        (16449, 1),
        (16450, 1),
    ]


def test_a_thread_that_comes_again_begins_the_next_snapshot() -> None:
    text = "Thread 7 (idle)\n    f (x.py:3)\nThread 8 (idle)\n    f (x.py:3)\n"
    assert [len(dump.threads) for dump in parse_all((text + text).encode(), "twice.txt")] == [2, 2]


def test_a_log_may_stand_before_the_dump() -> None:
    log = "".join(f"Thread {n} handled request {n} (process 7) in 3 ms\n" for n in range(300))
    dump = parse_all(log.encode() + (DUMPS / "exhausted-1.py-spy.txt").read_bytes(), "log.txt")[0]
    assert (dump.format, len(dump.threads), dump.lines["unparsed"]) == ("py-spy", 10, 300)


def test_json_says_what_the_text_says() -> None:
    text, json = parsed("places.py-spy.txt")[0], parsed("places.py-spy.json")[0]
    assert json.facts.pid == text.facts.pid

    def shown(dump: Dump) -> dict[tuple[int | None, str | None], list[tuple[str, str | None, int | None]]]:
        still = [thread for thread in dump.threads if thread.name != "spin"]
        return {(thread.lwp, thread.name): thread_named(dump, thread.name or "") for thread in still}

    assert shown(json) == shown(text)


# -- pystack


def test_frames_that_stand_outermost_first_are_read_innermost_first() -> None:
    dump = parsed("exhausted-1.pystack.txt")[0]
    thread = next(thread for thread in dump.threads if thread.lwp == 15307)
    frames = [dump.frame(thread.first + level) for level in range(thread.frames)]
    assert [(frame.level, frame.function, frame.file, frame.file_line) for frame in frames][:2] == [
        (0, "wait", "/usr/lib/python3.11/threading.py", 320),
        (1, "result", "/usr/lib/python3.11/concurrent/futures/_base.py", 451),
    ]
    assert [frame.line for frame in frames] == sorted((frame.line for frame in frames), reverse=True)
    assert frames[-1].function == "_bootstrap"
    for frame in frames:
        assert dump.line_text(frame.line).endswith(f" in {frame.function}")


def test_equal_stacks_of_pystack_are_one_stack() -> None:
    assert len(parsed("exhausted-1.pystack.txt")[0].stacks) == len(parsed("exhausted-1.py-spy.txt")[0].stacks)


def test_a_native_frame_of_pystack_has_its_library() -> None:
    dump = parsed("places.pystack.txt")[0]
    frame = next(frame for frame in dump.frames if frame.function == "accept4")
    assert (frame.library, frame.file_line) == ("/usr/lib/x86_64-linux-gnu/libc.so.6", 31)
    assert next(frame for frame in dump.frames if not frame.function).library == "/usr/bin/python3.11"


def test_a_thread_of_pystack_without_frames_is_kept() -> None:
    text = (
        "The frame stack for thread 8 is empty\nTraceback for thread 7 (x) y) [Has the GIL,Garbage collecting] (most recent call last):\n"
    )
    dump = only(text + '    (Python) File "/srv/x.py", line 3, in f\n        g()\n\n')
    assert [(thread.lwp, thread.name, thread.frames) for thread in dump.threads] == [(8, None, 0), (7, "x) y", 1)]
    assert dump.lines["unparsed"] == 0


def test_subinterpreters_of_pystack_are_read() -> None:
    thread = '  Traceback for thread 7 (x) [] (most recent call last):\n      (Python) File "/srv/x.py", line 3, in f\n          g()\n  \n'
    dump = only(f"Interpreter-0 (main)\n{thread}")
    assert [(frame.function, frame.file_line) for frame in dump.frames] == [("f", 3)]


def test_what_pystack_says_of_a_core_is_known() -> None:
    head = "Core file information:\nstate: t zombie: True niceness: 0\npid: 3210 ppid: 3208 sid: 5757\nuid: 0 gid: 0 pgrp: 3208\n"
    tail = "executable: python3.11 arguments: /usr/bin/python3.11\n\nThe process died due receiving signal SIGSTOP\n"
    thread = 'Traceback for thread 3210 [] (most recent call last):\n    (Python) File "/srv/x.py", line 3, in f\n'
    dump = only(f"\n{head}{tail}{thread}")
    assert (dump.facts.pid, dump.lines["unparsed"], len(dump.frames)) == (3210, 0, 1)


# -- faulthandler


def test_a_thread_of_faulthandler_has_its_pthread_id() -> None:
    dump = parsed("faults.faulthandler.txt")[0]
    assert [(thread.lwp, thread.pthread, thread.line) for thread in dump.threads] == [
        (None, "0x7f24ff2036c0", 2),
        (None, "0x7f24ff4c2040", 8),
    ]
    assert (dump.frames[0].function, dump.frames[0].file, dump.frames[0].file_line) == ("take", "/srv/ledger/faults.py", 17)


def test_a_cut_stack_of_faulthandler_is_known_as_cut() -> None:
    assert [dump.facts.limited for dump in parsed("faults.faulthandler.txt")] == [False, False, True, False]


def test_names_of_threads_since_python_3_14_are_read() -> None:
    (thread,) = only('Current thread 0x00007f24ff4c2040 [worker 1] (most recent call first):\n  File "x.py", line 3 in f\n').threads
    assert (thread.name, thread.pthread) == ("worker 1", "0x7f24ff4c2040")


def test_a_traceback_behind_a_thread_adds_no_frames() -> None:
    text = 'Thread 0x00007f24ff4c2040 (most recent call first):\n  File "x.py", line 3 in f\n'
    dump = only(text + 'Traceback (most recent call last):\n  File "y.py", line 3, in g\n    h()\n')
    assert [frame.function for frame in dump.frames] == ["f"]
    assert dump.lines["unparsed"] == 3


# -- what is no dump of threads


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("python-traceback", 'Traceback (most recent call last):\n  File "x.py", line 3, in <module>\n    main()\nValueError: x\n'),
        (
            "rust-panic",
            "thread 'main' (4711) panicked at src/main.rs:4:5:\nindex out of bounds\nstack backtrace:\n   0: rust_begin_unwind\n",
        ),
        ("sanitizer", "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x602\n    #0 0x7efeaef2f427 in f x.c:54\n"),
        ("sanitizer", "==2855== ERROR: libFuzzer: timeout after 5 seconds\n#0 0x4c2c5e in f (/x+0x4c2c5e)\n"),
        (
            "sanitizer",
            "==================\nWARNING: ThreadSanitizer: data race (pid=7)\n  Write of size 4 at 0x7b by thread T1:\n    #0 f x.c:3\n",
        ),
        ("ruby-traceback", "x.rb:3:in `f': boom (RuntimeError)\n\tfrom x.rb:7:in `<main>'\n"),
        ("ruby-traceback", "x.rb:3:in 'Object#f': boom (RuntimeError)\n\tfrom x.rb:7:in '<main>'\n"),
        ("java-exception", "java.lang.IllegalStateException: x\n\tat com.example.Ledger.post(Ledger.java:7)\n\t... 3 more\n"),
        ("json-core-backtrace", '{ "signal": 6, "stacktrace": [ { "frames": [ { "address": 1 } ] } ] }\n'),
    ],
)
def test_a_report_of_a_crash_is_named(name: str, text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_all(text.encode(), "crash.txt")
    assert f"this is a {name} text" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_gdbs_dump_is_gdbs_whatever_the_program_printed_before_it() -> None:
    gdb = "Thread 1 (Thread 0x7f0000000700 (LWP 7)):\n#0  0x00007f0000000001 in poll () from libc.so.6\n"
    for before in ("faults.faulthandler.txt", "exhausted-1.py-spy.txt"):
        dump = parse_all((DUMPS / before).read_bytes() + gdb.encode(), "both.txt")[-1]
        assert dump.format == "pstack"


# -- hostile texts


@pytest.mark.parametrize(
    "file", ["places.py-spy.txt", "deadlocked-1.native.py-spy.txt", "exhausted-1.pystack.txt", "faults.faulthandler.txt"]
)
def test_broken_dumps_are_read_as_far_as_they_go(file: str) -> None:
    for text in hostile.mutations((DUMPS / file).read_bytes(), 300):
        hostile.check(text)


def test_broken_json_is_read_as_far_as_it_goes() -> None:
    text = b"\n".join((DUMPS / "places.py-spy.json").read_bytes().split(b"\n")[:160])
    for broken in hostile.mutations(text, 300):
        hostile.check(broken)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Thread 7 (idle)\n", "    f (x.py:3)\n"),
        ("Thread 7 (idle)\n", "    " + "(" * 200 + "\n"),
        ("Thread 7 (idle)\n", "Thread 7 (idle\n"),
        ("Thread 7 (idle)\n", "Thread 7 (idle)\n"),
        ("Thread 7 (idle)\n", "Process 7: x\n"),
        ("", "Thread (idle) 0x\n"),
        ("Traceback for thread 7 [] (most recent call last):\n", "Traceback for thread 7 [] (most recent call last):\n"),
        ("Traceback for thread 7 [] (most recent call last):\n", '    (C) File "x", line 1, in ' + " (" * 90 + "\n"),
        ("Thread 0x7f24ff4c2040 (most recent call first):\n", '  File "x", line 1 in ' + '", line 1 in ' * 20 + "\n"),
        ("Thread 0x7f24ff4c2040 (most recent call first):\n", "Thread 0x7f24ff4c2040 (most recent call first):\n"),
        ('"owns_gil": false,\n"os_thread_id": 1,\n', '"line": 3,\n"name": "f",\n'),
    ],
)
def test_the_worst_lines_take_time_in_proportion(in_proportion: Callable[..., None], head: str, line: str) -> None:
    in_proportion(lambda size: (head + line * (size // len(line))).encode(), parse_all)
