"""What gdb, gstack and pstack print, through the parser: headers, frames, locals, noise, refusals.

Every expectation is written by hand from the text beside it.
"""

from __future__ import annotations

import pytest

import stackan
from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.model.rows import Frame, Thread
from stackan.parsing import parse_all

FRAME = "#0  0x00007f8af771a26f in poll () from /lib/libc.so.6"


def only(text: str | bytes) -> Dump:
    """The single snapshot of a text."""
    data = text.encode() if isinstance(text, str) else text
    (dump,) = parse_all(data, "snap.txt")
    return dump


def header(line: str) -> Thread:
    """The thread that a header line opens."""
    (thread,) = only(f"{line}\n{FRAME}\n").threads
    return thread


def frame(text: str) -> Frame:
    """The frame that stands in a thread of its own."""
    (found,) = only(f"Thread 1 (LWP 7):\n{text}\n").frames
    return found


def refusal(data: bytes) -> str:
    """The words in which a text is refused."""
    with pytest.raises(InputError) as caught:
        parse_all(data, "snap.txt")
    return str(caught.value)


def is_one_sentence(words: str) -> bool:
    return "\n" not in words and words.startswith("snap.txt: ") and words == words.strip()


# -- headers


@pytest.mark.parametrize(
    ("line", "number", "lwp", "pthread", "name"),
    [
        ('Thread 25 (Thread 0x772bb852b6c0 (LWP 17870) "mariadbd"):', 25, 17870, "0x772bb852b6c0", "mariadbd"),
        ("Thread 4 (Thread 0x7f2bdd923700 (LWP 17871)):", 4, 17871, "0x7f2bdd923700", None),
        ('Thread 3 (LWP 16391 "victim"):', 3, 16391, None, "victim"),
        ("Thread 3 (LWP 16391):", 3, 16391, None, None),
        ("Thread 1 (process 123):", 1, 123, None, None),
        ("Thread 7 (Thread 4711):", 7, 4711, None, None),
        ("Thread 2 (Thread 1026 (LWP 4712)):", 2, 4712, None, None),  # LinuxThreads
        ("Thread 2 (Thread 0x41401940 (LWP 4712)):", 2, 4712, "0x41401940", None),
        ('Thread 2 (Thread 0x7f00 (LWP 8) ""):', 2, 8, "0x7f00", ""),
        ('Thread 2 (Thread 0x7f00 (LWP 8) "io "fast" pool"):', 2, 8, "0x7f00", 'io "fast" pool'),
        ('Thread 2 (Thread 0x7f00 (LWP 8) "conn (LWP 7)"):', 2, 8, "0x7f00", "conn (LWP 7)"),
        ('Thread 2 (Thread 0x7f00 (LWP 8) "a):b"):', 2, 8, "0x7f00", "a):b"),
        ('Thread 2 (Thread 0x7f00 (LWP 8) "потік"):', 2, 8, "0x7f00", "потік"),
        ('Thread 2 (Thread 0x7f00 (LWP 8) "cut by a line end', 2, 8, "0x7f00", None),
        ("Thread 1 (Thread 0x7fffffffffffffff (LWP 1)):", 1, 1, "0x7fffffffffffffff", None),
    ],
)
def test_a_header_names_its_thread(line: str, number: int, lwp: int, pthread: str | None, name: str | None) -> None:
    thread = header(line)
    assert (thread.number, thread.lwp, thread.pthread, thread.name) == (number, lwp, pthread, name)
    assert (thread.line, thread.frames) == (1, 1)


@pytest.mark.parametrize(
    "line",
    [
        "Thread 3",
        "Thread (LWP 9):",
        "Thread 3 LWP 9:",
        "Thread x (LWP 9):",
        "Thread 3 (LWP ):",
        "Thread 3 (somebody):",
        "Threads 3 (LWP 9):",
    ],
)
def test_a_line_that_only_starts_like_a_header_is_none(line: str) -> None:
    dump = only(f"Thread 1 (LWP 7):\n\n{line}\n{FRAME}\n")
    assert [thread.lwp for thread in dump.threads] == [7]
    assert dump.unparsed == [(3, line)]


def test_a_thread_without_frames_counts() -> None:
    dump = only(f"Thread 2 (LWP 8):\n\nThread 1 (LWP 7):\n{FRAME}\n")
    assert [(thread.lwp, thread.frames, thread.node) for thread in dump.threads] == [(8, 0, -1), (7, 1, 0)]


# -- frames


def test_a_frame_is_split_into_its_parts() -> None:
    found = frame("#5  0x0000557fb8ef6910 in lock_wait (thr=thr@entry=0x772bb00173c0) at storage/innobase/lock/lock0lock.cc:2189")
    assert found == Frame(
        row=0,
        level=5,
        pc=0x557FB8EF6910,
        function="lock_wait",
        file="storage/innobase/lock/lock0lock.cc",
        file_line=2189,
        library=None,
        arguments="thr=thr@entry=0x772bb00173c0",
        line=2,
    )


def test_a_frame_of_a_library_names_the_library() -> None:
    found = frame("#12 0x00007f82934d44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6")
    assert (found.level, found.pc, found.function, found.arguments) == (12, 0x7F82934D44A3, "??", "")
    assert (found.file, found.file_line, found.library) == (None, None, "/lib/x86_64-linux-gnu/libstdc++.so.6")


def test_an_inlined_frame_has_no_program_counter() -> None:
    found = frame("#0  futex_wait (private=0, expected=2, futex_word=0x5567ca2791c0 <debit>) at ../sysdeps/nptl/futex-internal.h:146")
    assert (found.pc, found.function) == (None, "futex_wait")
    assert found.arguments == "private=0, expected=2, futex_word=0x5567ca2791c0 <debit>"
    assert (found.file, found.file_line) == ("../sysdeps/nptl/futex-internal.h", 146)


def test_an_inlined_frame_is_another_site_than_the_same_function_called() -> None:
    dump = only("Thread 2 (LWP 8):\n#0  0x01 in f () at f.c:3\n\nThread 1 (LWP 7):\n#0  f () at f.c:3\n")
    assert [each.pc for each in dump.frames] == [1, None]
    assert len(dump.stacks) == 2


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("#4  <signal handler called>", "<signal handler called>"),
        ("#4  0x00007f2be7f1a26f in main", "main"),
        ("#4  0x0000000000000000 in ?? ()", "??"),
        ("#4", ""),
        ("#4  0x00007f2be7f1a26f", ""),
    ],
)
def test_a_frame_may_lack_most_of_its_parts(text: str, function: str) -> None:
    found = frame(text)
    assert (found.level, found.function, found.arguments) == (4, function, "")
    assert (found.file, found.file_line, found.library) == (None, None, None)


def test_a_program_counter_of_zero_is_a_program_counter() -> None:
    assert frame("#4  0x0000000000000000 in ?? ()").pc == 0


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        # C++ as demangled: parameters in the name, then the arguments
        ("mysqld_main(int, char**)", ""),
        ("MDL_context::acquire_lock(MDL_request*, double)", ""),
        ("std::vector<int, std::allocator<int> >::at(unsigned long) const", "this=0x7f, __n=3"),
        ("rpc_call(char const*) [clone .constprop.0]", ""),
        # template arguments with parentheses and blanks
        ("std::__invoke<void (*)(int), int>", "__fn=@0x55: 0x44 <f(int)>"),
        ("std::function<int (std::string const&)>::operator()", "this=0x7ffd"),
        ("std::packaged_task<int ()>::operator()", "this=0x7f3d08000bc0"),
        ("A<(Kind)1>::f", "this=0x1"),
        ("A<(1 > 0)>::f", "this=0x1"),
        # operators, whose signs open and close nothing
        ("F::operator()", "this=0x1, x=5"),
        ("F::operator()<int, void (*)(int)>", "this=0x1"),
        ("std::operator<< <std::char_traits<char> >", '__out=..., __s=0x55 "x"'),
        ("operator<", "a=1, b=2"),
        ("F::operator->", "this=0x1"),
        ("F::operator->*", "this=0x1"),
        ("F::operator>>=", "this=0x1"),
        ("F::operator[]", "this=0x1, n=2"),
        ("F::operator,", "this=0x1"),
        ("operator new", "sz=32"),
        ("operator new[](unsigned long)", ""),
        ("operator delete(void*, unsigned long)", ""),
        ("F::operator bool", "this=0x1"),
        ("F::operator std::vector<int, std::allocator<int> >() const", "this=0x1"),
        ('operator"" _km', "x=3"),
        ("my_operator", "x=3"),
        # lambdas, in gdb's words and in the demangler's
        ("main()::<lambda()>::operator()(void) const", "__closure=0x7ffe"),
        ("serve::{lambda(int)#1}::operator()(int) const", "__closure=0x7ffe, n=4"),
        ("ThreadPool::submit<main::{lambda()#1}>(main::{lambda()#1})::{lambda()#1}::operator()() const", "__closure=0x1"),
        # anonymous namespaces and return types
        ("(anonymous namespace)::work", "n=1"),
        ("(anonymous namespace)::work(int)", ""),
        ("pool::(anonymous namespace)::work", "n=1"),
        ("void (anonymous namespace)::run<int>", "n=1"),
        ("void std::__invoke_impl<void, void (*)(int), int>", "__f=@0x55: 0x44"),
        ("std::unique_ptr<A, std::default_delete<A> > make<A>", "x=1"),
        # Rust
        ("<alloc::boxed::Box<F,A> as core::ops::function::FnOnce<Args>>::call_once", "self=..."),
        ("<F as alloc::boxed::FnBox<A>>::call_box", ""),
        ("std::sys::unix::thread::Thread::new::thread_start", ""),
        ("core::ops::function::FnOnce::call_once{{vtable.shim}}", ""),
        ("pool::main::{{closure}}", "job=7"),
    ],
)
def test_a_function_keeps_all_of_its_name_and_none_of_its_arguments(function: str, arguments: str) -> None:
    for where, file, line, library in (
        (" at src/my dir/f.cc:12", "src/my dir/f.cc", 12, None),
        (" from /opt/lib/libx.so.1", None, None, "/opt/lib/libx.so.1"),
        ("", None, None, None),
    ):
        for address, pc in (("0x000055d1 in ", 0x55D1), ("", None)):
            found = frame(f"#3  {address}{function} ({arguments}){where}")
            assert (found.pc, found.function, found.arguments) == (pc, function, arguments)
            assert (found.file, found.file_line, found.library) == (file, line, library)


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "x=x@entry=5",
        "arg=<optimized out>",
        "req=..., timeout=-1",
        "s=..., r=@0x7ffe1: {a = 1, b = {c = 2, d = {3, 4}}}",
        'msg=0x55d1 "a ) b", n=1',
        'msg=0x55d1 "say \\"(\\"", n=1',
        "c=40 '(', d=41 ')'",
        "c=39 '\\'', d=41 ')'",
        'dir=0x55 "/tmp/x (old) at y:3", n=2',
        'lib=0x55 "a) from /lib/b.so", n=2',
        "fn=0x55d1 <serve(int, char const*)>",
        "s='z' <repeats 200 times>...",
        'i=0x7f "it\'s"',
        "a=1, b=(void (*)(int)) 0x55d1 <f>",
        "futex_word=0x5587d1784180 <locks+8>, expected=2",
    ],
)
def test_arguments_are_kept_as_they_are_printed(arguments: str) -> None:
    found = frame(f"#1  0x000055d1 in handler ({arguments}) at handler.c:7")
    assert (found.function, found.arguments, found.file, found.file_line) == ("handler", arguments, "handler.c", 7)


def test_a_wrapped_frame_is_one_frame() -> None:
    found = frame(
        "#0  0x00007f08fee16545 in __GI___clock_nanosleep (clock_id=clock_id@entry=0, \n"
        "    flags=flags@entry=0, req=0x7ffdbff10010, rem=0x7ffdbff10010)\n"
        "    at ../sysdeps/unix/sysv/linux/clock_nanosleep.c:48"
    )
    assert (found.pc, found.function) == (0x7F08FEE16545, "__GI___clock_nanosleep")
    assert found.arguments.split() == ["clock_id=clock_id@entry=0,", "flags=flags@entry=0,", "req=0x7ffdbff10010,", "rem=0x7ffdbff10010"]
    assert (found.file, found.file_line) == ("../sysdeps/unix/sysv/linux/clock_nanosleep.c", 48)


def test_a_wrapped_frame_counts_one_frame_line_and_its_continuations() -> None:
    dump = only(f"Thread 1 (LWP 7):\n#0  0x01 in f (a=1,\n    b=2)\n    at f.c:3\n#1  0x02 in main ()\n\nThread 2 (LWP 8):\n{FRAME}\n")
    assert dump.lines == {"threads": 2, "frames": 3, "continuations": 2, "locals": 0, "noise": 0, "blank": 1, "unparsed": 0}
    assert [(each.function, each.line) for each in dump.frames] == [("f", 2), ("main", 5), ("poll", 8)]


def test_a_library_on_a_wrapped_line_is_the_frames() -> None:
    found = frame("#2  0x00007f00 in QEventLoop::exec(QFlags<QEventLoop::ProcessEventsFlag>) ()\n    from /usr/lib64/libQtCore.so.4")
    assert (found.function, found.library) == ("QEventLoop::exec(QFlags<QEventLoop::ProcessEventsFlag>)", "/usr/lib64/libQtCore.so.4")


def test_equal_stacks_are_one_stack_whatever_their_addresses_and_arguments() -> None:
    dump = only(
        "Thread 3 (LWP 9):\n#0  0x01 in f (a=1) at f.c:3\n#1  0x02 in main () at m.c:1\n\n"
        "Thread 2 (LWP 8):\n#0  0x11 in f (a=2) at f.c:3\n#1  0x12 in main () at m.c:1\n\n"
        "Thread 1 (LWP 7):\n#0  0x02 in main () at m.c:1\n"
    )
    first, second, third = dump.threads
    assert first.node == second.node != third.node
    assert list(dump.stacks) == [("main",), ("f", "main")]


# -- locals


LOCALS = """\
Thread 2 (LWP 8):
#0  0x01 in f (a=1) at f.c:3
        ret = -512
        text = "Thread 9 (LWP 9):"
        shared = std::shared_ptr<State> (use count 2, weak count 1) = {
          get() = 0x55d1
}
        frames = {
        }
No locals.
#1  0x02 in main ()
No symbol table info available.

Thread 1 (LWP 7):
#0  0x03 in g ()
No locals.
"""


def test_locals_belong_to_their_frame_and_are_no_frames() -> None:
    dump = only(LOCALS)
    assert [each.function for each in dump.frames] == ["f", "main", "g"]
    assert dump.lines == {"threads": 2, "frames": 3, "continuations": 0, "locals": 10, "noise": 0, "blank": 1, "unparsed": 0}
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(8, 2), (7, 1)]


def test_a_locals_line_at_column_zero_belongs_to_the_locals() -> None:
    text = (
        "Thread 1 (LWP 7):\n#0  0x01 in f ()\n        p = \n"
        "std::shared_ptr<State> (use count 2, weak count 0) = {\n          get() = 0x55d1}\n#1  0x02 in main ()\n"
    )
    dump = only(text)
    assert dump.lines["locals"] == 3
    assert dump.unparsed == []
    at = dump.data.index(b"use count")
    assert dump.frame_at(at) == 0


def test_a_warning_among_the_locals_ends_no_thread() -> None:
    dump = only(
        "Thread 1 (LWP 7):\n#0  0x01 in f ()\n        a = 1\nwarning: RTTI symbol not found for class 'X'\n"
        "        b = 2\n#1  0x02 in main ()\nNo locals.\n"
    )
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(7, 2)]
    assert (dump.lines["noise"], dump.lines["locals"]) == (1, 3)


def test_a_tab_before_a_local_makes_it_no_less_a_local() -> None:
    assert only("Thread 1 (LWP 7):\n#0  0x01 in f ()\n\ta = 1\n").lines["locals"] == 1


# -- what stands around threads


PREAMBLE = """\
[New LWP 17803]
[New LWP 17804]
[Thread debugging using libthread_db enabled]
Using host libthread_db library "/lib/x86_64-linux-gnu/libthread_db.so.1".
0x00007f2be7f1a26f in __GI___poll (fds=0x55, nfds=4, timeout=-1) at ../sysdeps/unix/sysv/linux/poll.c:29
29\t../sysdeps/unix/sysv/linux/poll.c: No such file or directory.
"""
TABLE = """\
  Id   Target Id                                    Frame
* 1    Thread 0x7f8af7637740 (LWP 17803) "ab_ba.O2" 0x00007f8af7709545 in __GI___clock_nanosleep (clock_id=0)
  2    Thread 0x7f8af6d2f6c0 (LWP 17804) "transfer" futex_wait (private=0, expected=2)
"""


def test_the_words_of_the_debugger_are_noise_and_no_threads() -> None:
    others = "Thread 2 (LWP 17804):\n#0  0x01 in futex_wait ()\n"
    dump = only(f"{PREAMBLE}{TABLE}\n{others}Thread 1 (LWP 17803):\n{FRAME}\n[Inferior 1 (process 17803) detached]\n")
    assert dump.format == "gdb"
    assert [thread.lwp for thread in dump.threads] == [17804, 17803]
    assert (len(dump.frames), dump.lines["noise"], dump.unparsed) == (2, 10, [])
    assert dump.facts.pid == 17803


@pytest.mark.parametrize("row", ['* 1    LWP 7 "a" poll ()', "  2    process 7 poll ()", '  12   Thread 0x7f00 (LWP 7) "b" poll ()'])
def test_a_row_of_the_table_of_threads_is_noise_if_the_thread_is_printed(row: str) -> None:
    dump = only(f"{row}\nThread 1 (LWP 7):\n{FRAME}\n")
    assert (dump.lines["noise"], dump.unparsed, len(dump.threads)) == (1, [], 1)


@pytest.mark.parametrize("line", ["  2    somebody poll ()", "  Thread 0x7f00 (LWP 9)", "   2    LWP 8 poll ()", "29 \tsource text"])
def test_what_only_looks_like_the_debuggers_words_is_unparsed(line: str) -> None:
    assert only(f"{line}\nThread 1 (LWP 7):\n{FRAME}\n").unparsed == [(1, line)]


def test_an_inlined_current_frame_is_noise() -> None:
    dump = only(
        "[Thread debugging using libthread_db enabled]\nfutex_wait (private=0, expected=2) at ../sysdeps/nptl/futex-internal.h:146\n"
        f"146\tin ../sysdeps/nptl/futex-internal.h\nThread 1 (LWP 7):\n{FRAME}\n"
    )
    assert (dump.lines["noise"], dump.unparsed, len(dump.frames)) == (3, [], 1)


def test_backtrace_stopped_is_noise_and_its_thread_goes_on() -> None:
    dump = only(
        "Thread 2 (LWP 8):\n#0  0x01 in f ()\nBacktrace stopped: previous frame identical to this frame (corrupt stack?)\n\n"
        "Thread 1 (LWP 7):\n#0  0x01 in f ()\n(More stack frames follow...)\n"
    )
    assert [thread.frames for thread in dump.threads] == [1, 1]
    assert (dump.lines["noise"], dump.unparsed) == (2, [])


def test_a_noise_line_that_cannot_stand_in_a_thread_ends_it() -> None:
    dump = only(f"Thread 1 (LWP 7):\n{FRAME}\n[Inferior 1 (process 7) detached]\n        a = 1\n")
    assert (dump.lines["noise"], dump.lines["locals"]) == (1, 0)
    assert dump.unparsed == [(4, "        a = 1")]


def test_a_threads_text_goes_from_its_header_to_its_last_line() -> None:
    block = f"Thread 2 (LWP 8):\n{FRAME}\n#1  0x01 in f (a=1,\n    b=2)\n        x = 1\n"
    dump = only(f"{PREAMBLE}{block}\nThread 1 (LWP 7):\n{FRAME}\n")
    columns = dump.columns
    assert dump.text(columns.thread_start[0], columns.thread_stop[0]) == block
    assert dump.text(dump.frame_start(1), dump.frame_stop(1)) == "#1  0x01 in f (a=1,\n    b=2)"


def test_the_words_of_the_debugger_tell_its_dump_from_a_wrappers() -> None:
    thread = f"Thread 1 (LWP 7):\n{FRAME}\n"
    assert only(thread).format == "pstack"
    assert only(f"[New LWP 8]\n{thread}").format == "gdb"
    assert only(f"Attaching to process 7\n[New LWP 8]\n{thread}").format == "gdb"
    assert only(f"[Thread debugging using libthread_db enabled]\n{thread}").format == "gdb"


def test_unparsed_lines_are_listed_with_their_number_and_text() -> None:
    dump = only(f"what is this?\r\nThread 1 (LWP 7):\n{FRAME}\n  two blanks\n")
    assert dump.unparsed == [(1, "what is this?"), (4, "  two blanks")]
    assert dump.lines["unparsed"] == 2


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\n \n", "\r\n"])
def test_the_line_kinds_add_up_to_all_lines(end: str) -> None:
    text = f"{PREAMBLE}\n{LOCALS}\nnoise of others\n{FRAME}{end}"
    assert sum(only(text).lines.values()) == len(text.encode().split(b"\n")) - text.endswith("\n")


def test_the_process_and_its_command_are_read_from_a_core() -> None:
    dump = only(
        "[New LWP 17540]\nCore was generated by `/usr/sbin/mariadbd --user=mysql'.\n"
        "Program terminated with signal SIGABRT, Aborted.\nThread 1 (LWP 17540):\n" + FRAME
    )
    assert dump.facts.command == "/usr/sbin/mariadbd --user=mysql"


def test_a_cores_current_frame_is_a_frame_but_no_thread() -> None:
    dump = only(
        "Core was generated by `ab_ba'.\n"
        "#0  0x00007f8af7709545 in __GI___clock_nanosleep (clock_id=clock_id@entry=0) at clock_nanosleep.c:48\n"
        "48\t../sysdeps/unix/sysv/linux/clock_nanosleep.c: No such file or directory.\n"
        "[Current thread is 1 (Thread 0x7f8af7637740 (LWP 17540))]\n\n"
        f"Thread 2 (LWP 17541):\n{FRAME}\n\nThread 1 (LWP 17540):\n{FRAME}\n#1  0x01 in main ()\n"
    )
    assert [thread.lwp for thread in dump.threads] == [17541, 17540]
    assert [each.line for each in dump.frames] == [2, 7, 10, 11]
    assert dump.thread(dump.first_thread).lwp == 17541


def test_frames_without_any_header_are_threads_that_begin_at_level_zero() -> None:
    dump = only("#0  0x01 in f ()\n#1  0x02 in main ()\n#0  0x03 in g ()\n#1  0x04 in h ()\n#2  0x05 in start_thread ()\n")
    assert dump.format == "pstack"
    assert [(thread.number, thread.lwp, thread.name, thread.line, thread.frames) for thread in dump.threads] == [
        (None, None, None, 1, 2),
        (None, None, None, 3, 3),
    ]


def test_a_single_stack_without_a_header_is_a_thread() -> None:
    (thread,) = only("#0  0x01 in f ()\n").threads
    assert (thread.lwp, thread.frames) == (None, 1)


# -- bytes that are not as they should be


def test_windows_line_ends_change_nothing() -> None:
    text = f"{PREAMBLE}\n{LOCALS}Thread 3 (LWP 9):\n#0  0x01 in f (a=1,\n    b=2)\n    at f.c:3\n"
    unix, windows = only(text), only(text.replace("\n", "\r\n"))
    assert windows.lines == unix.lines
    assert windows.unparsed == unix.unparsed
    assert [thread[1:6] for thread in windows.threads] == [thread[1:6] for thread in unix.threads]
    assert [each._replace(arguments=each.arguments.replace("\r", "")) for each in windows.frames] == list(unix.frames)


def test_bytes_that_are_no_utf8_become_replacement_characters() -> None:
    dump = only(b'Thread 1 (LWP 7 "caf\xe9"):\n#0  0x01 in f\xff (s=0x55 "\xfe)") at \xe9.c:3\nwhat\xff?\n')
    assert dump.threads[0].name == "caf\ufffd"
    (found,) = dump.frames
    assert (found.function, found.arguments, found.file, found.file_line) == ("f\ufffd", 's=0x55 "\ufffd)"', "\ufffd.c", 3)
    assert dump.unparsed == [(3, "what\ufffd?")]


def test_colours_are_no_part_of_a_frame() -> None:
    found = frame(
        "#2  \x1b[34m0x00007f42\x1b[m in \x1b[33mlll_mutex_lock_optimized\x1b[m (\x1b[36mmutex\x1b[m=0x55b4 <lock>) "
        "at \x1b[32m./nptl/pthread_mutex_lock.c\x1b[m:48"
    )
    assert (found.pc, found.function, found.arguments) == (0x7F42, "lll_mutex_lock_optimized", "mutex=0x55b4 <lock>")
    assert (found.file, found.file_line) == ("./nptl/pthread_mutex_lock.c", 48)


def test_a_line_of_a_coloured_dump_is_quoted_as_it_stands() -> None:
    line = "#0  \x1b[33mpoll\x1b[m ()"
    dump = only(f"Thread 1 (LWP 7):\r\n{line}\r\n\x1b[?2004hwhat\x1b[0m?\n")
    assert [dump.line_text(number) for number in (1, 2, 3)] == ["Thread 1 (LWP 7):", line, "\x1b[?2004hwhat\x1b[0m?"]
    assert dump.unparsed == [(3, "what?")]
    assert dump.original != dump.data


def test_every_line_of_a_long_coloured_dump_is_found_by_its_number() -> None:
    frames = [f"#{number}  \x1b[33mcall_{number}\x1b[m ({'x=1, ' * (number % 7 * 300)})" for number in range(200)]
    lines = ["Thread 1 (LWP 7):", *frames, "", "the end"]
    dump = only("\n".join(lines))
    assert [dump.line_text(number) for number in range(1, len(lines) + 1)] == lines


@pytest.mark.parametrize(
    ("last", "function", "arguments", "file"),
    [
        ("#1  0x02 in lock_wa", "lock_wa", "", None),
        ("#1  0x02 in lock_wait (thr=thr@entry=0x77, n=", "lock_wait", "thr=thr@entry=0x77, n=", None),
        ('#1  0x02 in query (sql=0x55 "select (1', "query", 'sql=0x55 "select (1', None),
        ("#1  0x02 in lock_wait (thr=0x77) at lock0l", "lock_wait", "thr=0x77", "lock0l"),
    ],
)
def test_a_last_line_that_was_cut_gives_what_stands_there(last: str, function: str, arguments: str, file: str | None) -> None:
    dump = only(f"Thread 1 (LWP 7):\n{FRAME}\n{last}")
    assert dump.threads[0].frames == 2
    found = dump.frames[-1]
    assert (found.function, found.arguments, found.file, found.file_line) == (function, arguments, file, None)


@pytest.mark.parametrize("last", ["Thread", "Thread 1", "Thread 1 (", "Thread 1 (Thread", "Thread 1 (LWP "])
def test_a_header_cut_before_its_ids_opens_no_thread(last: str) -> None:
    dump = only(f"Thread 2 (LWP 7):\n{FRAME}\n\n{last}")
    assert [thread.lwp for thread in dump.threads] == [7]
    assert dump.unparsed == [(4, last)]


# -- snapshots


def test_two_dumps_in_one_file_are_two_snapshots() -> None:
    one = f"{PREAMBLE}\nThread 2 (LWP 8):\n{FRAME}\n\nThread 1 (LWP 7):\n{FRAME}\n#1  0x02 in main ()\n"
    first, second = parse_all((one + "Sat Nov 21 06:28:34 UTC 2026\n" + one).encode(), "two.txt")
    assert [thread.lwp for thread in first.threads] == [thread.lwp for thread in second.threads] == [8, 7]
    assert [len(first.frames), len(second.frames)] == [3, 3]
    assert [each.line for each in second.frames] == [23, 26, 27]
    assert (first.source, second.source) == ("two.txt", "two.txt")


def test_the_first_of_several_snapshots_is_given_with_a_warning() -> None:
    one = f"Thread 2 (LWP 8):\n{FRAME}\n\nThread 1 (LWP 7):\n{FRAME}\n"
    dump = stackan.parse((one * 3).encode())
    assert [thread.line for thread in dump.threads] == [1, 4]
    assert dump.warnings == ["2 more snapshots follow in this text; stackan.load gives all"]


def test_one_snapshot_is_given_without_a_warning() -> None:
    dump = stackan.parse(f"Thread 1 (LWP 7):\n{FRAME}\n".encode())
    assert (dump.source, dump.format, dump.warnings) == ("-", "pstack", [])


def test_a_block_printed_twice_in_a_row_is_no_second_snapshot() -> None:
    two, one = f"Thread 2 (LWP 8):\n{FRAME}\n\n", f"Thread 1 (LWP 7):\n{FRAME}\n\n"
    dump = only(two * 2 + one * 2)
    assert {thread.lwp for thread in dump.threads} == {8, 7}


def test_all_threads_printed_twice_by_one_attach_are_one_snapshot() -> None:
    threads = f"\nThread 2 (LWP 17804):\n{FRAME}\n\nThread 1 (LWP 17803):\n{FRAME}\n"
    dump = only(PREAMBLE + threads * 2 + "[Inferior 1 (process 17803) detached]\n")
    assert [thread.line for thread in dump.threads] == [8, 11]
    assert len(dump.frames) == 2
    assert ["twice" in words for words in dump.warnings] == [True]


@pytest.mark.parametrize(
    "between",
    [
        "Continuing.\nProgram received signal SIGINT, Interrupt.\n",
        "\nContinuing.\n",
        "Continuing.\n",
    ],
)
def test_equal_threads_with_a_debuggers_word_between_them_are_two_snapshots(between: str) -> None:
    threads = f"\nThread 2 (LWP 17804):\n{FRAME}\n\nThread 1 (LWP 17803):\n{FRAME}\n"
    assert len(parse_all((PREAMBLE + threads + between + threads).encode(), "snap.txt")) == 2


def test_threads_that_moved_are_two_snapshots() -> None:
    threads = f"\nThread 2 (LWP 17804):\n{FRAME}\n\nThread 1 (LWP 17803):\n{FRAME}\n"
    assert len(parse_all((PREAMBLE + threads + threads.replace("poll", "read")).encode(), "snap.txt")) == 2


# -- what gdb says around the threads

PIPED = """\
Attaching to process 26082
[New LWP 26095]
__futex_abstimed_wait_common64 (private=128, cancel=true, abstime=0x0, op=265,\x20
    expected=26095, futex_word=0x7ff61201d990) at ./nptl/futex-internal.c:57
57	./nptl/futex-internal.c: No such file or directory.
(gdb) (gdb) (gdb)\x20
Thread 1 (LWP 26082):
#0  0x000055e9757c960a in main (c=2, v=0x7ffda419b5a8) at pool.cc:20
(gdb) A debugging session is active.

	Inferior 1 [process 26082] will be detached.

Quit anyway? (y or n) [answered Y; input not from terminal]
Detaching from program: /srv/pool, process 26082
[Inferior 1 (process 26082) detached]
"""
DECLINED = """\
warning: File "/opt/python/bin/python3.11-gdb.py" auto-loading has been declined by your `auto-load safe-path' set to "$debugdir".
To enable execution of this file add
	add-auto-load-safe-path /opt/python/bin/python3.11-gdb.py
line to your configuration file "/root/.config/gdb/gdbinit".
To completely disable this security protection add
	set auto-load safe-path /
line to your configuration file "/root/.config/gdb/gdbinit".
For more information about this security protection see the
"Auto-loading safe path" section in the GDB manual.  E.g., run from the shell:
	info "(gdb)Auto-loading safe path"

Thread 1 (LWP 7):
#0  0x000055e9757c960a in main () at py.c:20
"""


@pytest.mark.parametrize("text", [PIPED, DECLINED])
def test_all_words_of_gdb_around_a_thread_are_known(text: str) -> None:
    dump = only(text)
    assert dump.unparsed == []
    assert [frame.function for frame in dump.frames] == ["main"]
    assert dump.lines["noise"] == sum(map(bool, text.split("\n"))) - 2


# -- what is refused, and in which words


@pytest.mark.parametrize(
    "words",
    [
        "ptrace: Operation not permitted.",
        "ptrace: No such process.",
        "warning: process 10416 is already traced by process 10557",
        "Could not attach to process.  If your uid matches the uid of the target",
    ],
)
def test_a_debuggers_refusal_is_told_in_its_own_words(words: str) -> None:
    told = refusal(f"{words}\n".encode())
    assert is_one_sentence(told)
    assert words in told


def test_of_a_refusal_with_advice_the_reason_is_told() -> None:
    told = refusal(
        b"Could not attach to process.  If your uid matches the uid of the target\n"
        b"process, check the setting of /proc/sys/kernel/yama/ptrace_scope, or try\n"
        b"again as the root user.  For more details, see /etc/sysctl.d/10-ptrace.conf\n"
        b"ptrace: Operation not permitted.\n"
    )
    assert "(it says: ptrace: Operation not permitted.)" in told


def test_a_refusal_beside_threads_is_a_warning() -> None:
    dump = only(f"Thread 1 (LWP 7):\n{FRAME}\n\nptrace: No such process.\n")
    assert dump.warnings == ["the debugger reported: ptrace: No such process."]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("python-traceback", 'Traceback (most recent call last):\n  File "x.py", line 3, in <module>\n    main()\n'),
        ("rust-panic", "thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds\n"),
        ("macos-microstackshots", "Event:           powerstats\n\nPowerstats for:  server\n"),
    ],
)
def test_a_format_that_is_not_read_is_named(name: str, text: str) -> None:
    told = refusal(text.encode())
    assert is_one_sentence(told)
    assert f"this is a {name} text" in told


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n\n",
        b"\x00\x01\x01\x00" + bytes(range(256)) * 20,
        b"The server did not answer since noon.\nPlease look at thread 7.\n",
        b"#!/bin/sh\n# a script\n#include <stdio.h>\n",
    ],
    ids=["nothing", "blank lines", "no text", "prose", "a script"],
)
def test_what_is_no_dump_is_refused_in_one_sentence(data: bytes) -> None:
    told = refusal(data)
    assert is_one_sentence(told)
    assert "no thread dump" in told


@pytest.mark.parametrize("text", ["Thread 1 (LWP 7):\n", "Thread 2 (LWP 8):\n\nThread 1 (LWP 7):\n\n"])
def test_headers_without_a_single_frame_are_refused(text: str) -> None:
    told = refusal(text.encode())
    assert is_one_sentence(told)
    assert "no thread with a frame" in told


def test_a_frame_wrapped_behind_in_keeps_its_function() -> None:
    found = frame("#27 0x00007f8c in\n    QEventLoop::exec(QFlags<QEventLoop::ProcessEventsFlag>) ()\n    from /usr/lib64/libQtCore.so.4")
    assert found.function == "QEventLoop::exec(QFlags<QEventLoop::ProcessEventsFlag>)"


def test_a_header_cut_inside_its_lwp_gives_no_wrong_lwp() -> None:
    dump = only(f"Thread 2 (LWP 17804):\n{FRAME}\n\nThread 1 (Thread 0x7f00 (LWP 178")
    assert 178 not in [thread.lwp for thread in dump.threads]


@pytest.mark.parametrize(
    ("header", "number", "pthread", "lwp"),
    [
        ("Thread 1 (Thread -1213443968 (LWP 9496)):", 1, "0xb7ac5080", 9496),
        ("Thread 3 (Thread 16384 (LWP 1305)):", 3, None, 1305),
        ("Thread 1 (thread 1048.0x454):", 1, None, 0x454),
        ("Thread 7 (Thread 5484.0x1bf0):", 7, None, 0x1BF0),
        ("Thread 1.2 (Thread 0x7f8af73c96c0 (LWP 17543)):", 2, "0x7f8af73c96c0", 17543),
        ("Thread 2 (LWP 100075 of process 1234):", 2, None, 100075),
        ("Thread 2 (Thread 0x1403 of process 1234):", 2, "0x1403", None),
        ("Thread 1 (process 123):", 1, None, 123),
    ],
)
def test_a_header_of_another_system_or_time_is_read(header: str, number: int, pthread: str | None, lwp: int | None) -> None:
    dump = only(f"{header}\n{FRAME}\n")
    (thread,) = dump.threads
    assert (thread.number, thread.pthread, thread.lwp) == (number, pthread, lwp)
    assert dump.lines["threads"] == 1


@pytest.mark.parametrize(
    "header", ["Thread 1 (thread 1048.0x):", "Thread 1 (Thread -x (LWP 7)):", "Thread 1. (LWP 7):", "Thread 1 (Thread 1.0x123456789):"]
)
def test_a_header_whose_ids_are_broken_is_unparsed(header: str) -> None:
    assert only(f"{header}\n{FRAME}\n").unparsed == [(1, header)]


@pytest.mark.parametrize("blanks", [3, 4, 6, 7])
def test_a_frame_goes_on_behind_three_blanks_to_seven(blanks: int) -> None:
    dump = only(f"Thread 1 (LWP 7):\n#0  0x01 in f ()\n{' ' * blanks}from /lib/x.so\n")
    assert dump.frames[0].library == "/lib/x.so"
    assert dump.lines["continuations"] == 1


def test_locals_that_go_on_with_fewer_blanks_are_locals() -> None:
    dump = only("Thread 1 (LWP 7):\n#0  0x01 in f ()\n        a = {b = 1,\n      c = 2,\n  d = 3}\n#1  0x02 in main ()\n")
    assert (dump.lines["locals"], dump.unparsed, len(dump.frames)) == (3, [], 2)


def test_a_frame_without_arguments_has_its_place() -> None:
    dump = only("Thread 5 (LWP 5):\n#0 0x01 in poll at poll.c:29:10\n#1 0x02 in A<B>::f() at a.h:64:75\n#2 0x03 in _start from /bin/x\n")
    assert [(frame.function, frame.file, frame.file_line, frame.library) for frame in dump.frames] == [
        ("poll", "poll.c", 29, None),
        ("A<B>::f()", "a.h", 64, None),
        ("_start", None, None, "/bin/x"),
    ]
    assert dump.format == "eu-stack"  # as pt-eustack-resolver prints its threads: not stopped at one instant


def test_lines_that_go_on_with_noise_are_noise() -> None:
    dump = only(
        "This GDB supports auto-downloading debuginfo from the following URLs:\n  <http://127.0.0.1:9/>\n"
        "  Id   Target Id                                    Frame \n"
        '* 1    Thread 0x7f8f2eea6880 (LWP 7) "x" 0x00007f8f2e51a26f in poll (fds=0x1)\n    at poll.c:29\n'
        "0x00007f8f2e51a26f in poll (fds=0x1,\n    nfds=2) at poll.c:29\n"
        f"Thread 1 (LWP 7):\n{FRAME}\n"
    )
    assert (dump.unparsed, dump.lines["noise"], len(dump.frames)) == ([], 7, 1)


def test_a_table_of_threads_alone_gives_each_thread_and_its_innermost_frame() -> None:
    dump = only(
        "[New LWP 8]\n  Id   Target Id                                    Frame \n"
        '* 1    Thread 0x7f8f2eea6880 (LWP 7) "a b" 0x00007f8f2e51a26f in poll (fds=0x1) at poll.c:29\n'
        "  2    Thread 0x7f8f2eea36c0 (LWP 8) futex_wait (private=0,\n    expected=2) at futex-internal.h:146\n"
        '  3    LWP 9 "c" (running)\n'
    )
    assert [(thread.number, thread.lwp, thread.name, thread.frames, thread.line) for thread in dump.threads] == [
        (1, 7, "a b", 1, 3),
        (2, 8, None, 1, 4),
        (3, 9, "c", 0, 6),
    ]
    assert [(frame.function, frame.file_line, frame.line) for frame in dump.frames] == [("poll", 29, 3), ("futex_wait", 146, 4)]
    assert {kind: number for kind, number in dump.lines.items() if number} == {"threads": 3, "continuations": 1, "noise": 2}


def test_the_machine_interfaces_console_is_read() -> None:
    lines = [
        '=thread-group-added,id="i1"',
        '~"Attaching to process 7\\n"',
        "(gdb) ",
        '&"thread apply all bt\\n"',
        '~"\\nThread 2 (Thread 0x7f8f2eea36c0 (LWP 8) \\"x\\"):\\n"',
        '~"#0  0x0000000000000001 in f (s=0x55 \\"a\\\\nb\\") at f.c:1\\n#1  0x0000000000000002 in "',
        '~"g () at g.c:2\\n"',
        '~"\\nThread 1 (LWP 7):\\n"',
        '~"#0  0x0000000000000003 in main ()\\n"',
        "^done",
        "(gdb) ",
    ]
    dump = only("\n".join(lines) + "\n")
    assert [(thread.lwp, thread.name, thread.frames, thread.line) for thread in dump.threads] == [(8, "x", 2, 5), (7, None, 1, 8)]
    assert [(frame.function, frame.arguments, frame.line) for frame in dump.frames] == [
        ("f", 's=0x55 "a\\nb"', 6),
        ("g", "", 6),
        ("main", "", 9),
    ]
    assert dump.line_text(6) == lines[5]
    assert (dump.facts.pid, dump.unparsed) == (7, [])
    assert sum(dump.lines.values()) == len(lines)


def test_peadars_pstack_is_read() -> None:
    dump = only(
        "attaching to live process\nprocess: /proc/532040/mem\nthread: 0, lwp: 532040, type: 0\n"
        "#0  0x00007fde87791aca in __wait4()+26 in /lib64/libc.so.6 at wait4.c:30\n"
        "#1  0x000055fe8fd610bd in waitchld.constprop.0!()+188 in /usr/bin/bash\n"
        "thread: 0x7fde87791700, lwp: 532041, type: 0\n#0  0x0000000000000001 in std::f<int (int)>(int a=1)+3 in /usr/bin/x\n"
    )
    assert [(thread.lwp, thread.pthread, thread.frames) for thread in dump.threads] == [(532040, None, 2), (532041, "0x7fde87791700", 1)]
    assert [(frame.function, frame.file, frame.file_line, frame.library) for frame in dump.frames] == [
        ("__wait4", "wait4.c", 30, "/lib64/libc.so.6"),
        ("waitchld.constprop.0", None, None, "/usr/bin/bash"),
        ("std::f<int (int)>", None, None, "/usr/bin/x"),
    ]
    assert dump.frames[2].arguments == "int a=1"
    assert dump.line_text(dump.frames[1].line).startswith("#1  0x000055fe8fd610bd in waitchld.constprop.0!()+188")


def test_a_process_of_many_threads_is_known_behind_all_that_gdb_announces() -> None:
    announced = b"".join(b"[New LWP %d]\n" % lwp for lwp in range(100_000, 200_000))
    listed = b"".join(
        b'  %-4d Thread 0x7f31000006c0 (LWP %d) "worker" 0x00007f31 in wait ()\n' % (at + 2, 100_000 + at) for at in range(20_000)
    )
    thread = b'Thread 1 (Thread 0x7f31000006c0 (LWP 99999) "main"):\n#0  0x00007f31a0c12baa in wait ()\n#1  0x0000558100001000 in main ()\n'
    rows = stackan.parse(announced + listed + b"\n" + thread).threads
    assert [(row.lwp, row.frames) for row in (rows[0], rows[-1])] == [(100_000, 1), (99_999, 2)]
