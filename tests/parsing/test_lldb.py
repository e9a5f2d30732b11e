"""What lldb prints, through the parser.

`bank.txt` and `bank-stripped.txt` are what lldb 14 printed of one C++ program (g++ -g -O0; -O2, stripped) with `thread list` and `bt all`;
only its folder is renamed.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from zlib import crc32

import pytest

from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.model.rows import Frame
from stackan.normalize import Names, canonical
from stackan.parsing import parse_all
from tests.parsing import hostile

DATA = pathlib.Path(__file__).parents[1] / "dumps" / "lldb"

BT_ALL = """\
* thread #1, name = 'bank', stop reason = signal SIGSTOP
  * frame #0: 0x00007fea32ca3f16 libc.so.6`__libc_pause at pause.c:29:10
    frame #1: 0x00005647a9a0b281 bank`_start + 33
  thread #2, name = 'audit', stop reason = signal SIGSTOP
    frame #0: 0x00007fea32ca412b libc.so.6`__GI___lll_lock_wait(futex=0x00005647a9a121a0, private=0) at lowlevellock.c:49:7
    frame #1: 0x00007fea32d278ec libc.so.6`__clone3 at clone3.S:81
"""
THREAD_LIST = """\
(lldb) thread list
Process 700 stopped
* thread #1: tid = 700, 0x00007fea32ca3f16 libc.so.6`__libc_pause at pause.c:29:10, name = 'bank', stop reason = signal SIGSTOP
  thread #2: tid = 0x2be, 0x00007fea32ca412b libc.so.6`__GI___lll_lock_wait(futex=0x00005647a9a121a0, private=0), name = 'audit'
"""
NOTICE = """\
Process 700 stopped
* thread #1, name = 'bank', stop reason = signal SIGSTOP
    frame #0: 0x00007fea32ca3f16 libc.so.6`__libc_pause at pause.c:29:10
  thread #2, name = 'audit', stop reason = signal SIGSTOP
    frame #0: 0x00007fea32ca412b libc.so.6`__GI___lll_lock_wait at futex-internal.h:146:13
"""


def dumps(text: str) -> list[Dump]:
    found = parse_all(text.encode(), "lldb.txt")
    assert sum(found[0].lines.values()) == text.count("\n"), "every line is of one kind"
    return found


def only(text: str) -> Dump:
    (dump,) = dumps(text)
    return dump


def threads(dump: Dump) -> list[tuple[int | None, int | None, str | None, int]]:
    return [(thread.number, thread.lwp, thread.name, thread.frames) for thread in dump.threads]


def frame(text: str) -> Frame:
    (found,) = only(f"* thread #1\n  * frame #0: {text}\n").frames
    return found


# -- whole dumps


def test_a_real_dump_of_a_program_with_debug_information() -> None:
    dump = only((DATA / "bank.txt").read_text())
    assert (dump.format, dump.facts.pid, dump.facts.command) == ("lldb", 26273, "/srv/bank/bank")
    assert threads(dump) == [
        (1, 26273, "main thread", 8),
        (2, 26281, "it's 'a'", 18),
        (3, 26282, "main thread", 17),
        (4, 26283, "main thread", 14),
        (5, 26284, "main thread", 18),
        (6, 26285, "main thread", 16),
    ]
    assert dump.lines == {"threads": 6, "frames": 91, "continuations": 0, "locals": 0, "noise": 25, "blank": 0, "unparsed": 3}
    assert {text.partition(" ")[0] for _, text in dump.unparsed} == {"Traceback", "", "ModuleNotFoundError:"}, "of lldb's own Python"


def test_the_functions_of_a_real_dump_are_named_as_gdb_names_them() -> None:
    dump = only((DATA / "bank.txt").read_text())
    assert Names(dump).stack(dump.threads[4].node) == (
        "lll_lock_wait",
        "lll_lock_wait",
        "pthread_mutex_lock",
        "pthread_mutex_lock",
        "gthread_mutex_lock",
        "std::mutex::lock",
        "std::lock_guard::lock_guard",
        "Account::take",
        "(anonymous namespace)::work",
        "operator()",
        "std::__invoke_impl",
        "std::__invoke",
        "std::thread::_Invoker::_M_invoke",
        "std::thread::_Invoker::operator()",
        "std::thread::_State_impl::_M_run",
        "?? libstdc++.so.6",
        "start_thread",
        "clone3",
    )
    assert [Names(dump).stack(thread.node)[4:6] for thread in dump.threads][3] == ("std::condition_variable::wait", "idle_worker")


def test_a_real_dump_of_a_stripped_program() -> None:
    dump = only((DATA / "bank-stripped.txt").read_text())
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [
        (26274, 8),
        (26276, 8),
        (26277, 8),
        (26278, 8),
        (26279, 8),
        (26280, 7),
    ]
    assert Names(dump).stack(dump.threads[1].node)[3:6] == ("pthread_mutex_lock", "?? bank", "?? libstdc++.so.6")
    assert dump.frames[8 + 1].arguments == "futex=0x0000562e1e03b1c0, private=0"


def test_the_kernels_thread_ids_come_from_the_list_of_threads() -> None:
    assert [lwp for _, lwp, _, _ in threads(only(THREAD_LIST + "(lldb) bt all\n" + BT_ALL))] == [700, 0x2BE]
    assert [lwp for _, lwp, _, _ in threads(only(BT_ALL))] == [None, None]


def test_old_versions_print_the_kernels_thread_id_in_the_header() -> None:
    (thread,) = only(
        "* thread #1: tid = 0x1c03, 0x00007fff8a1 libsystem_kernel.dylib`mach_msg_trap + 10, queue = 'com.apple.main-thread', "
        "stop reason = signal SIGSTOP\n  * frame #0: 0x00007fff8a1 libsystem_kernel.dylib`mach_msg_trap + 10\n"
    ).threads
    assert (thread.lwp, thread.name, thread.frames) == (0x1C03, None, 1)


# -- frames


@pytest.mark.parametrize(
    ("text", "function", "arguments", "file", "line", "library"),
    [
        ("0x1a libc.so.6`__clone3 at clone3.S:81", "__clone3", "", "clone3.S", 81, "libc.so.6"),
        ("0x1a bank`_start + 33", "_start", "", None, None, "bank"),
        ("0x1a bank`handle(int, char const*) + 640", "handle(int, char const*)", "", None, None, "bank"),
        ("0x1a bank`init() at a.cc:6:109 [opt]", "init()", "", "a.cc", 6, "bank"),
        ("0x1a bank`f(m=0x55, k=<unavailable>) at a b.c:5:95 [opt] [artificial]", "f", "m=0x55, k=<unavailable>", "a b.c", 5, "bank"),
        ("0x1a bank`f(main=(bank`main at a.c:14:11), argc=1) at b.c:5", "f", "main=(bank`main at a.c:14:11), argc=1", "b.c", 5, "bank"),
        ('0x1a bank`f(why="a\\"(b) at x.c:1") at b.c:5:2', "f", 'why="a\\"(b) at x.c:1"', "b.c", 5, "bank"),
        ("0x1a bank`f((null)=(x = 1), n=3) const at b.c:5:2", "f", "(null)=(x = 1), n=3", "b.c", 5, "bank"),
        ("0x1a srv`run [inlined] measure(tree=0x7f) at m.rs:1:2", "measure", "tree=0x7f", "m.rs", 1, "srv"),
        ("0x1a srv`<A as B<()>>::f::{{closure}} at m.rs:1:2", "<A as B<()>>::f::{{closure}}", "", "m.rs", 1, "srv"),
        ("0x1a AppKit`-[NSApplication(Events) next:to:] + 1304", "-[NSApplication(Events) next:to:]", "", None, None, "AppKit"),
        ("0x1a App`View.load(url=Foundation.URL @ 0x7f) at V.swift:9:3", "View.load", "url=Foundation.URL @ 0x7f", "V.swift", 9, "App"),
        ("0x1a libfoo.so", "", "", None, None, "libfoo.so"),
        ("0x1a", "", "", None, None, None),
    ],
)  # fmt: skip
def test_frames(text: str, function: str, arguments: str, file: str | None, line: int | None, library: str | None) -> None:
    found = frame(text)
    assert found.pc == 0x1A
    assert (found.function, found.arguments, found.file, found.file_line, found.library) == (function, arguments, file, line, library)


@pytest.mark.parametrize(
    ("printed", "name", "arguments"),
    [
        ("void std::__invoke_impl<void, void (*)(int), int>((null)=x @ 0x7f)(int), int&&)", "std::__invoke_impl", "(null)=x @ 0x7f"),
        ("std::packaged_task<int ()>::operator(this=0x56)()", "std::packaged_task::operator()", "this=0x56"),
        ("operator(__closure=0x56, n=3)", "operator()", "__closure=0x56, n=3"),
        ("main(this=0x71)::'lambda0'(int)::operator()(int) const", "main::{lambda(int)#2}::operator()", "this=0x71"),
        ("R<void (&)()>::type std::__invoke<void (__fn=0x56)()>(void (&)())", "std::__invoke", "__fn=0x56"),
        ("void once<void (&)()>(__closure=0x7f)())::'lambda'()::operator()() const", "once::{lambda()#1}::operator()", "__closure=0x7f"),
        ("bool Less::operator(this=0x7f)<A::B, A::B>(A::B, A::B) const", "Less::operator()", "this=0x7f"),
        ("std::operator&(__m=seq_cst, __mod=mask)", "std::operator&", "__m=seq_cst, __mod=mask"),
        ("::__gthread_mutex_lock(__mutex=0x56)", "gthread_mutex_lock", "__mutex=0x56"),
    ],
)  # fmt: skip
def test_a_name_whose_parameters_lldb_has_overwritten_with_the_arguments(printed: str, name: str, arguments: str) -> None:
    found = frame(f"0x1a bank`{printed} at b.cc:5:2")
    assert (canonical(found.function), found.arguments) == (name, arguments)


# -- names


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("* thread #1, name = 'a \"b\" (LWP 7)', stop reason = signal SIGSTOP", 'a "b" (LWP 7)'),
        ("* thread #1, name = 'it's', queue = 'com.apple.main-thread', stop reason = breakpoint 2.1", "it's"),
        ("* thread #1, name = 'pool'", "pool"),
        ("* thread #1, queue = 'com.apple.main-thread', stop reason = breakpoint 2.1", None),
        ("* thread #1, stop reason = signal SIGSTOP", None),
        ("* thread #1", None),
    ],
)
def test_names_of_threads(header: str, name: str | None) -> None:
    assert only(f"{header}\n  * frame #0: 0x1a bank`_start + 33\n").threads[0].name == name


def test_a_name_may_hold_a_line_end() -> None:
    dump = only(NOTICE.replace("audit", "two\nlines") + "(lldb) bt all\n" + BT_ALL.replace("audit", "two\nlines"))
    assert [name for _, _, name, _ in threads(dump)] == ["bank", "two\nlines"]
    assert (dump.lines["continuations"], dump.lines["unparsed"]) == (1, 0)


# -- sessions


def test_the_notice_of_a_stop_is_no_stack_where_stacks_follow() -> None:
    dump = only("(lldb) process attach --pid 700\n" + NOTICE + "(lldb) bt all\n" + BT_ALL)
    assert [frames for _, _, _, frames in threads(dump)] == [2, 2]
    assert (dump.lines["noise"], dump.lines["unparsed"]) == (7, 0)


def test_the_notice_of_a_stop_is_no_stack_where_no_prompt_follows_it() -> None:
    assert [frames for _, _, _, frames in threads(only(NOTICE + BT_ALL))] == [2, 2]


def test_a_notice_alone_is_what_there_is_of_a_stack() -> None:
    dump = only("(lldb) process attach --pid 700\n" + NOTICE + "   767      if (f <= 0.0)\n-> 770         f();\n(lldb) detach\n")
    assert threads(dump) == [(1, None, "bank", 1), (2, None, "audit", 1)]
    assert dump.lines["unparsed"] == 0


def test_a_thread_counts_once_for_each_stop() -> None:
    one = BT_ALL.partition("  thread #2")[0]
    dump = only(f"(lldb) bt\n{one}(lldb) frame select 1\nframe #1: 0x00005647a9a0b281 bank`_start + 33\n(lldb) bt all\n{BT_ALL}")
    assert [(thread.number, thread.line) for thread in dump.threads] == [(1, 8), (2, 11)]
    assert dump.lines["unparsed"] == 0


def test_another_attach_begins_another_snapshot() -> None:
    session = f"(lldb) process attach --pid 700\n{NOTICE}{THREAD_LIST}(lldb) bt all\n{BT_ALL}(lldb) detach\nProcess 700 detached\n"
    first, second = dumps(session + session)
    assert threads(first) == threads(second) == [(1, 700, "bank", 2), (2, 0x2BE, "audit", 2)]
    assert (first.facts.pid, second.facts.pid) == (700, 700)


def test_a_process_that_went_on_is_another_snapshot() -> None:
    first, second = dumps(f"(lldb) bt all\n{BT_ALL}(lldb) c\nProcess 700 resuming\n{NOTICE}(lldb) bt all\n{BT_ALL}")
    assert len(first.frames) == len(second.frames) == 4


def test_dumps_without_any_of_lldbs_words_are_split_where_the_threads_begin_again() -> None:
    first, second = dumps(BT_ALL + BT_ALL)
    assert len(first.threads) == len(second.threads) == 2


def test_a_record_without_a_stack_is_an_error_in_one_sentence() -> None:
    with pytest.raises(InputError, match=r"no thread with a frame was found"):
        parse_all(b"(lldb) process attach --pid 1\nerror: attach failed: Operation not permitted\n", "lldb.txt")


# -- hostile texts


def test_no_broken_dump_loses_a_line_or_raises() -> None:
    for broken in hostile.mutations((DATA / "bank.txt").read_bytes()[:9000], 1000):
        hostile.check(broken)
    for broken in hostile.mutations((NOTICE.replace("audit", "a\nb") + THREAD_LIST + BT_ALL).encode(), 1000):
        hostile.check(broken)


@pytest.mark.parametrize(
    ("before", "piece", "behind"),
    [
        ("", "* thread #1, name = 'x'\n  * frame #0: 0x1 a`b\n", ""),
        ("", "* thread #1, name = 'x\n", ""),
        ("    frame #1: 0x1 a`f(x=", "(", " at a.c:1\n"),
        ("    frame #1: 0x1 a`f(x=", '\\"', " at a.c:1\n"),
        ("    frame #1: 0x1 a`f(x=1)", ")::", " at a.c:1\n"),
        ("    frame #1: 0x1 a`f(x=1)", " at ", ":1\n"),
        ("    frame #1: 0x1 a`f", "'lambda'(", " at a.c:1\n"),
        ("", "thread #", "\n"),
    ],
    ids=lambda words: words[:40],
)
def test_hostile_lines_are_read_in_linear_time(in_proportion: Callable[..., None], before: str, piece: str, behind: str) -> None:
    start = "* thread #1, name = 'x'\n  * frame #0: 0x1 a`b\n" + before
    in_proportion(lambda size: (start + piece * (size // len(piece)) + behind).encode(), hostile.check)


# -- dumps beside the project


def test_names_that_hold_quotes_and_line_ends_in_real_dumps(shared: pathlib.Path) -> None:
    for name, frames in (("odd_O0g", 3069), ("odd_O2", 62)):
        dump = only((shared / "truth" / "odd" / f"{name}.lldb.txt").read_text())
        assert [thread.name for thread in dump.threads][1:5] == ['a "b" (LWP 7)', "worker pool #1", "two\nlines", None]
        assert (len(dump.threads), len(dump.frames), dump.lines["unparsed"]) == (10, frames, 0)


def test_public_sessions(shared: pathlib.Path) -> None:
    public = shared / "corpus" / "public"
    if not public.is_dir():
        pytest.skip("no corpus beside the project")
    rust = only((public / "floem-hang" / "backtrace.txt").read_text())
    assert (len(rust.threads), len(rust.frames), rust.lines["unparsed"]) == (1, 86, 0)
    assert rust.frames[8].function == "taffy::compute::compute_node_layout::perform_computations"
    crash = only((public / "wxtrac" / "ticket-19005.txt").read_bytes().decode().replace("\r\n", "\n") + "\n")
    assert (len(crash.threads), len(crash.frames)) == (1, 1), "`frame select` shows a frame once more"


def bt(*functions: str) -> str:
    frames = ""
    for level, name in enumerate(functions):
        frames += f"  {' ' if level else '*'} frame #{level}: 0x{crc32(name.encode()):016x} bank`{name} + 33\n"
    return f"(lldb) bt\n* thread #1, name = 'bank', stop reason = signal SIGSTOP\n{frames}"


def test_several_backtraces_of_one_thread_are_captures() -> None:
    """What people copy has none of lldb's words about the process that went on between them."""
    texts = bt("wait", "take", "main"), bt("wait", "put", "main"), bt("read", "put", "main")
    found = dumps(THREAD_LIST + "".join(texts))
    assert [threads(dump) for dump in found] == [[(1, 700, "bank", 3)]] * 3
    assert [dump.frame(dump.first_frame + 1).function for dump in found] == ["take", "put", "put"]


def test_one_backtrace_printed_again_is_no_capture_unless_the_process_went_on() -> None:
    once = bt("wait", "take", "main")
    assert len(dumps(once + bt("wait", "take"))) == len(dumps(once * 2)) == 1
    assert len(dumps(once + "(lldb) c\n" + once)) == len(dumps(once + "(lldb) process continue\n" + once)) == 2
