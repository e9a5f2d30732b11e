"""Threads in which a process ends, and a debugger's words for the signal that has ended it.

    #1  0x00bc3da0 in raise () from /lib/libc.so.6
    #2  0x00bc5781 in abort () from /lib/libc.so.6
    #5  0x00c05c10 in free () from /lib/libc.so.6
    #6  0xb6442774 in demo_grow (this=0xb58547bc) at demo.cpp:81

SIGABRT alone tells nothing: people send it to a server that hangs, to get a core.  Then no thread stands in abort().
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from stackan.model.dump import Dump
from stackan.model.finding import Quote
from stackan.model.track import VANISHED, Track

# Functions that do not return: the process ends in them, by their canonical names.
# fmt: off
_ENDS = frozenset((
    "abort", "assert_fail", "assert_fail_base", "assert_perror_fail", "assert_rtn", "abort_message",
    "malloc_printerr", "fortify_fail", "chk_fail", "stack_chk_fail", "cxa_pure_virtual", "cxa_deleted_virtual", "android_log_assert",
    "async_safe_fatal", "std::terminate", "__cxxabiv1::__terminate", "cxxabiv1::__terminate", "__gnu_cxx::__verbose_terminate_handler",
    "rust_panic", "rust_start_panic", "std::process::abort", "core::intrinsics::abort", "std::sys::abort_internal",
    "runtime.throw", "runtime.fatalthrow", "runtime.fatalpanic", "runtime.dieFromSignal",
    "KiUserExceptionDispatcher", "KiUserExceptionDispatch", "UnhandledExceptionFilter", "RtlReportCriticalFailure", "RtlpReportHeapFailure",
    "RtlFailFast2", "RaiseFailFastException", "WerpReportFault", "NtRaiseHardError",
    "VMError::report_and_die", "Py_FatalError", "node::Abort", "handle_fatal_signal", "ExceptionalCondition", "g_assertion_message",
    "g_assertion_message_expr", "qFatal", "qt_assert", "QMessageLogger::fatal", "google::LogMessageFatal::~LogMessageFatal",
    "google_breakpad::ExceptionHandler::SignalHandler", "KCrash::defaultCrashHandler",
))
# What sends a thread its own signal; only as the innermost frames, below which nothing else runs.
_SENDERS = frozenset((
    "raise", "gsignal", "tgkill", "kill", "pthread_kill", "pthread_kill_implementation", "pthread_kill_internal", "kernel_vsyscall",
    "syscall",
))
# Frames of the C library (`__libc_message`), of GLib and of the language between such a function and the program.
_BETWEEN = frozenset((
    "free", "cfree", "int_free", "malloc", "int_malloc", "calloc", "realloc", "int_realloc", "malloc_consolidate", "unlink_chunk",
    "cxa_throw", "cxa_rethrow",
    "gxx_personality_v0", "Unwind_RaiseException",
    "<signal handler called>", "message", "g_log", "g_logv", "g_log_default_handler", "g_log_writer_default",
))
# fmt: on
_ALLOCATOR = frozenset(name for name in _BETWEEN if "free" in name or "alloc" in name)
_OPERATOR = re.compile(r"operator\s(?:new|delete)\b")
_HANDLER = "<signal handler called>"
_FATAL_HANDLER = re.compile(r"(?i)crash|fatal|segv|sigsegv")
_DEEPEST = 64  # frames from the innermost in which the end of a process shows
# A debugger's or the system's words for a fault of the program itself, each on one line with the first of these words.
_MARKS = (b" signal ", b"EXC_BAD_", b"Access violation - code ", b"Fatal Python error: Segm", b"panic: ")
_FAULT = re.compile(
    rb"(?:Program (?:terminated with|received) signal |stop reason = signal |^ *signal )(?:4|7|8|10|11|SIG(?:SEGV|BUS|ILL|FPE))\b"
    rb"|stop reason = EXC_BAD_|Access violation - code c0000005|Fatal Python error: Segmentation fault"
    rb"|^panic: (?!test timed out|deadlock)"  # Go's, which prints all goroutines then; of what hangs, too
)
_LINES = 64  # that are looked at for one of the marks: a log around a dump may speak of signals, too


class Crash(NamedTuple):
    """Where a thread ends its process."""

    track: Track
    at: int  # the innermost frame that says so
    caller: str  # the program's function that has come to this, "" if none has a name
    allocates: bool  # it is inside of the memory allocator


class _Place(NamedTuple):
    """The same of a stack."""

    at: int
    caller: str
    allocates: bool


def crashes_of(tracks: Iterable[Track]) -> list[Crash]:
    """The threads of the newest snapshot in which their process ends."""
    found: list[Crash] = []
    known: dict[int, _Place | None] = {}  # by stack: thousands of threads may have the same one
    for track in tracks:
        if track.progress == VANISHED:
            continue
        key = id(track.place)
        if key not in known:
            known[key] = _end_in(track.place.names[:_DEEPEST])
        if (place := known[key]) is not None:
            found.append(Crash(track, *place))
    return found


def _end_in(names: tuple[str, ...]) -> _Place | None:
    ends = [at for at, name in enumerate(names) if _ends(name)]
    raised = next((at for at, name in enumerate(names) if name not in _SENDERS), len(names))
    if not ends:
        ends = [at for at in range(raised) if names[at] in ("raise", "gsignal")]
    if not ends and _HANDLER in names:
        ends = [at for at, name in enumerate(names[: names.index(_HANDLER)]) if _FATAL_HANDLER.search(name)]
    if not ends:
        return None
    outside = names[ends[-1] + 1 :]
    caller = next(filter(_is_the_programs, outside), "")
    inside = outside[: outside.index(caller)] if caller else outside
    return _Place(ends[0], caller, not _ALLOCATOR.isdisjoint(inside))


def _is_the_programs(name: str) -> bool:
    return not (name.startswith("??") or name in _BETWEEN or name in _SENDERS or _OPERATOR.match(name))


def _ends(name: str) -> bool:
    """Whether a process ends in a function; a module may stand before its name, and an old glibc's own mark."""
    return name in _ENDS or (("!" in name or name[:1] == "*") and name.rpartition("!")[2].removeprefix("*__GI_") in _ENDS)


def faults(dump: Dump) -> Iterator[Quote]:
    """The first line in which a debugger says that the program itself has failed."""
    data, (start, stop) = dump.data, dump.text_range
    for mark in _MARKS:
        at = start
        for _ in range(_LINES):
            at = data.find(mark, at, stop)
            if at < 0:
                break
            begin = data.rfind(b"\n", 0, at) + 1
            end = data.find(b"\n", at, stop)
            at = stop if end < 0 else end
            if _FAULT.search(data[begin : min(at, begin + 400)]):
                line = dump.line_number(begin)
                yield Quote(dump.source, line, dump.line_text(line))
