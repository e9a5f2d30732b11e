"""What eu-stack prints, through the parser: plain, with modules and sources (-m -s), with a module map (-l)."""

from __future__ import annotations

import pytest

from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.model.rows import Frame
from stackan.parsing import parse_all

PLAIN = """\
PID 10416 - process
TID 10416:
#0  0x00007f8f2e51a26f __poll
#1  0x000055d9dd57c94f handle_connections_sockets()
#2  0x000055d9dd57dd98 mysqld_main(int, char**)
#3  0x00007f8f2e445305 __libc_start_main@@GLIBC_2.34
TID 10417:
#0  0x00007f8f2e4a3f16 __futex_abstimed_wait_common
#1  0x00007f8f2e4a68bc pthread_cond_timedwait@@GLIBC_2.3.2
#2  0x000055d9ddd3ef8d
#3  0x00007f8f2e4a71f5 start_thread
"""


def only(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "eu.txt")
    return dump


def frame(text: str) -> Frame:
    (found,) = only(f"PID 7 - process\nTID 7:\n{text}\n").frames
    return found


def test_threads_and_frames_of_a_plain_dump() -> None:
    dump = only(PLAIN)
    assert dump.format == "eu-stack"
    assert dump.facts.pid == 10416
    assert [(thread.number, thread.lwp, thread.pthread, thread.name, thread.line, thread.frames) for thread in dump.threads] == [
        (None, 10416, None, None, 2, 4),
        (None, 10417, None, None, 7, 4),
    ]
    assert dump.lines == {"threads": 2, "frames": 8, "continuations": 0, "locals": 0, "noise": 1, "blank": 0, "unparsed": 0}


def test_functions_are_kept_as_they_are_printed() -> None:
    assert list(only(PLAIN).stacks) == [
        ("__poll", "handle_connections_sockets()", "mysqld_main(int, char**)", "__libc_start_main@@GLIBC_2.34"),
        ("__futex_abstimed_wait_common", "pthread_cond_timedwait@@GLIBC_2.3.2", "", "start_thread"),
    ]


def test_a_plain_frame_has_an_address_and_a_function_only() -> None:
    assert frame("#1  0x00007f8af76c6482 __pthread_mutex_lock@GLIBC_2.2.5") == Frame(
        row=0,
        level=1,
        pc=0x7F8AF76C6482,
        function="__pthread_mutex_lock@GLIBC_2.2.5",
        file=None,
        file_line=None,
        library=None,
        arguments="",
        line=3,
    )


def test_the_module_and_the_source_on_the_next_line_are_the_frames() -> None:
    found = frame(
        "#0  0x00007f8af76c012b     futex_wait - /usr/lib/x86_64-linux-gnu/libc.so.6\n    ../sysdeps/nptl/futex-internal.h:146:13"
    )
    assert (found.pc, found.function, found.library) == (0x7F8AF76C012B, "futex_wait", "/usr/lib/x86_64-linux-gnu/libc.so.6")
    assert (found.file, found.file_line) == ("../sysdeps/nptl/futex-internal.h", 146)


def test_the_mark_of_a_return_address_is_no_part_of_the_name() -> None:
    found = frame("#2  0x000055d9dd57dd98 - 1 mysqld_main(int, char**) - /usr/sbin/mariadbd")
    assert (found.function, found.library) == ("mysqld_main(int, char**)", "/usr/sbin/mariadbd")


def test_a_frame_without_a_name_may_have_a_source() -> None:
    found = frame("#2  0x000055d9ddd3ef8d - 1\n    src/f.cc:12:3")
    assert (found.function, found.library, found.file, found.file_line) == ("", None, "src/f.cc", 12)


@pytest.mark.parametrize(
    ("text", "library"),
    [
        ("#2  0x000055d9ddd3ef8d", None),
        ("#2  0x000055d9ddd3ef8d - 1", None),
        ("#2  0x000055d9ddd3ef8d - 1 - /usr/sbin/mariadbd", "/usr/sbin/mariadbd"),
        ("#2  0x000055d9ddd3ef8d - /usr/sbin/mariadbd", "/usr/sbin/mariadbd"),
        ("#2  0x000055d9ddd3ef8d     - [vdso]", "[vdso]"),
    ],
)
def test_a_frame_may_have_no_name(text: str, library: str | None) -> None:
    found = frame(text)
    assert (found.level, found.pc, found.function, found.library) == (2, 0x55D9DDD3EF8D, "", library)


@pytest.mark.parametrize(
    "function",
    [
        "std::__invoke<void (*)(int), int>(void (*&&)(int), int&&)",
        "(anonymous namespace)::work(int)",
        "F::operator()(int) const",
        "F::operator-(F const&) const",
        "A<(Kind)1>::f() const - thunk",
        "main::{lambda()#1}::operator()() const",
        "<F as alloc::boxed::FnBox<A>>::call_box",
    ],
)
def test_a_function_is_all_that_stands_before_the_module(function: str) -> None:
    for mark in ("", " - 1"):
        assert frame(f"#3  0x000055d1{mark} {function}").function == function
        found = frame(f"#3  0x000055d1{mark} {function} - /opt/a b/c.so\n    src/f.cc:12:3")
        assert (found.function, found.library, found.file, found.file_line) == (function, "/opt/a b/c.so", "src/f.cc", 12)


def test_the_module_map_is_noise() -> None:
    dump = only(
        "PID 10416 - process module memory map\n"
        "0x000055d9dce40000-0x000055d9de71f000 mariadbd\n"
        "  [439da8d94412de2c7eb3e2c5554bc0f31f438dc3]\n"
        "  /usr/sbin/mariadbd\n"
        "0x00007ffd42d56000-0x00007ffd42d58000 [vdso: 10416]\n"
        "  -\n" + PLAIN
    )
    assert dump.unparsed == []
    assert dump.lines["noise"] == 7
    assert [thread.lwp for thread in dump.threads] == [10416, 10417]


def test_a_complaint_between_frames_is_noise_told_once_and_its_thread_stays() -> None:
    words = "eu-stack: tid 10416: shown max number of frames (4, use -n 0 for unlimited)"
    dump = only(PLAIN.replace("TID 10417:", f"{words}\nTID 10417:"))
    assert [thread.frames for thread in dump.threads] == [4, 4]
    assert dump.lines["noise"] == 2
    assert dump.warnings == [f"the debugger reported: {words}"]


def test_a_thread_that_could_not_be_looked_at_counts_without_frames() -> None:
    dump = only(PLAIN + "TID 10418:\neu-stack: dwfl_thread_getframes tid 10418: No DWARF information found\n")
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(10416, 4), (10417, 4), (10418, 0)]


def test_a_dump_of_one_thread_needs_no_line_of_its_process() -> None:
    dump = only("TID 10416:\n#0  0x00007f8f2e51a26f __poll\n")
    assert (dump.format, dump.facts.pid, len(dump.threads)) == ("eu-stack", None, 1)


def test_a_process_that_is_traced_already_is_refused_in_eu_stacks_own_words() -> None:
    words = "eu-stack: dwfl_thread_getframes tid 7: Operation not permitted"
    with pytest.raises(InputError, match=f"^eu.txt: .*{words}") as caught:
        parse_all(f"PID 7 - process\nTID 7:\n{words}\nTID 8:\n{words.replace('7', '8')}\n".encode(), "eu.txt")
    assert "\n" not in str(caught.value)


def test_a_process_without_a_thread_that_could_be_read_is_refused() -> None:
    with pytest.raises(InputError, match=r"it says: eu-stack: dwfl_linux_proc_attach pid 7: No such process\)"):
        parse_all(b"PID 7 - process\neu-stack: dwfl_linux_proc_attach pid 7: No such process\n", "eu.txt")


def test_two_dumps_in_one_file_are_two_snapshots() -> None:
    first, second = parse_all((PLAIN * 2).encode(), "eu.txt")
    assert [thread.line for thread in first.threads] == [2, 7]
    assert [thread.line for thread in second.threads] == [13, 18]
    assert [len(first.frames), len(second.frames)] == [8, 8]


@pytest.mark.parametrize("line", ["TID :", "TID x:", "TID 7", "TID 12345678901:"])
def test_a_line_that_only_starts_like_a_header_is_none(line: str) -> None:
    dump = only(f"{PLAIN}\n{line}\n")
    assert len(dump.threads) == 2
    assert dump.unparsed == [(13, line)]


def test_a_cut_last_frame_gives_what_stands_there() -> None:
    dump = only(PLAIN[: PLAIN.rindex("00007f8f2e4a71f5 start")])
    assert dump.threads[1].frames == 4
    assert (dump.frames[-1].pc, dump.frames[-1].function) == (None, "0x")
