"""Small dumps as gdb writes them: threads, frames and locals, with addresses that stay the same from one snapshot to the next."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import stackan
from stackan import wording
from stackan.model.case import Case
from stackan.model.finding import Finding
from stackan.model.track import Track
from stackan.parsing import parse_all
from stackan.report.reasons import reason
from stackan.wording.catalog import ENGLISH, catalog_of
from stackan.wording.nouns import say

LIBSTDCXX = "from /lib/x86_64-linux-gnu/libstdc++.so.6"
LIBC = "from /lib/x86_64-linux-gnu/libc.so.6"


class Frame(NamedTuple):
    """One line `#n`, and the lines of `bt full` below it."""

    function: str
    arguments: str = ""
    where: str = ""
    pc: int | None = None  # None: made from the function's name
    inlined: bool = False  # then gdb prints no address
    locals: tuple[str, ...] = ()


class Thread(NamedTuple):
    lwp: int
    name: str
    frames: tuple[Frame, ...]
    pthread: int | None = None  # None: made from the LWP


def thread(lwp: int, name: str, *frames: Frame | Iterable[Frame], pthread: int | None = None) -> Thread:
    """A thread with these frames, innermost first; a group of frames may stand for one."""
    flat: list[Frame] = []
    for frame in frames:
        if isinstance(frame, Frame):
            flat.append(frame)
        else:
            flat.extend(frame)
    return Thread(lwp, name, tuple(flat), pthread)


def pthread_of(lwp: int) -> int:
    return 0x7F31_0000_06C0 + lwp * 0x1000


def dump(*threads: Thread, full: bool = False, pid: int | None = None, first_number: int = 1) -> bytes:
    """`thread apply all bt` (or `bt full`): the thread created last stands first; its number is the highest."""
    lines = [f"[New LWP {thread.lwp}]" for thread in threads[1:]]
    lines += [
        "[Thread debugging using libthread_db enabled]",
        'Using host libthread_db library "/lib/x86_64-linux-gnu/libthread_db.so.1".',
        "",
    ]
    for number, each in reversed(list(enumerate(threads, first_number))):
        pthread = pthread_of(each.lwp) if each.pthread is None else each.pthread
        lines.append(f'Thread {number} (Thread {pthread:#x} (LWP {each.lwp}) "{each.name}"):')
        lines += frame_lines(each.frames, full)
        lines.append("")
    if pid is not None:
        lines.append(f"[Inferior 1 (process {pid}) detached]")
    return "\n".join(lines).encode()


def eu_stack(*threads: Thread) -> bytes:
    """The same threads as eu-stack prints them: without names, arguments and inlined frames."""
    lines = [f"PID {threads[0].lwp} - process"]
    for each in threads:
        lines.append(f"TID {each.lwp}:")
        shown = [frame for frame in each.frames if not frame.inlined]
        lines += [f"#{level:<2} {program_counter(frame):#018x} {frame.function}" for level, frame in enumerate(shown)]
    return "\n".join(lines).encode() + b"\n"


def program_counter(frame: Frame) -> int:
    return 0x0000_5581_0000_0000 + zlib.crc32(frame.function.encode()) if frame.pc is None else frame.pc


def frame_lines(frames: Iterable[Frame], full: bool = False) -> list[str]:
    lines = []
    for level, frame in enumerate(frames):
        place = "" if frame.inlined else f"{program_counter(frame):#018x} in "
        signal = frame.function.startswith("<")
        lines.append(f"#{level:<2} {place}{frame.function}" + ("" if signal else f" ({frame.arguments}) {frame.where}".rstrip()))
        if full:
            lines += [f"        {line}" for line in frame.locals] or ["No locals."]
    return lines


def case(*texts: bytes, names: Iterable[str] = (), given_order: bool = False) -> Case:
    """A case of snapshots, named snap1.txt, snap2.txt … unless names are given."""
    chosen = list(names) or [f"snap{number}.txt" for number in range(1, len(texts) + 1)]
    return Case([found for text, name in zip(texts, chosen, strict=True) for found in parse_all(text, name)], given_order=given_order)


def analyze(*texts: bytes, names: Iterable[str] = ()) -> stackan.Analysis:
    return stackan.analyze(case(*texts, names=names))


# -- what an analysis says


def lwps(finding: Finding) -> list[int | None]:
    """The threads that a finding names, sorted."""
    return sorted((track.lwp for _, track in finding.threads), key=lambda lwp: lwp or 0)


def told(finding: Finding, name: str) -> list[dict[str, Any]]:
    """The facts of this name that a finding tells anywhere, with their values as the document has them."""
    facts = (*finding.title, *finding.reasons, *finding.doubts, *finding.advice)
    return [{key: value for key, value in reason(each).items() if key != "name"} for each in facts if each.name == name]


def noted(track: Track) -> str:
    """Why a thread counts as stuck, idle or moving, as the document says it."""
    return wording.speech().title(track.note)


def names(finding: Finding) -> list[str]:
    """The names of the reasons that a finding gives, in their order."""
    return [each.name for each in finding.reasons]


def resources(finding: Finding) -> list[str]:
    """What a finding is about, as the document names it."""
    return [say(each, catalog_of(ENGLISH)) for each in finding.resources]


def kinds(analysis: stackan.Analysis) -> list[str]:
    return [finding.kind for finding in analysis.findings]


def progress(analysis: stackan.Analysis, process: int = 0) -> dict[int | str, str]:
    return {track.key: track.progress for track in analysis.processes[process].tracks}


def owners(analysis: stackan.Analysis, lwp: int) -> list[int]:
    """Who owns what a thread waits for, as the document says it."""
    rows = (row for process in analysis.to_dict()["processes"] for row in process["threads"] if row["lwp"] == lwp)
    return [owner["lwp"] for row in rows for wait in row["waits_for"] for owner in wait["owners"]]


def holds(analysis: stackan.Analysis, lwp: int) -> list[str]:
    """The addresses of what a thread holds, as the document says it."""
    rows = (row for process in analysis.to_dict()["processes"] for row in process["threads"] if row["lwp"] == lwp)
    return [hold["address"] for row in rows for hold in row["holds"]]


# -- locals of `bt full`


def lock_guard(address: int) -> str:
    return f"guard = {{_M_device = @{address:#x}}}"


def unique_lock(address: int, owns: bool = True) -> str:
    return f"lock = {{_M_device = {address:#x}, _M_owns = {str(owns).lower()}}}"


def shared_lock(address: int, owns: bool = True) -> str:
    return f"reading = {{_M_pm = {address:#x}, _M_owns = {str(owns).lower()}}}"


# -- frames; each group stands as gdb 13 prints it with glibc 2.36

START = (
    Frame("start_thread", "arg=<optimized out>", "at ./nptl/pthread_create.c:442"),
    Frame("clone3", "", "at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81"),
)


def app(function: str, arguments: str = "", *, line: int = 10, locals: tuple[str, ...] = (), pc: int | None = None) -> Frame:
    return Frame(function, arguments, f"at teller.cc:{line}", pc, locals=locals)


def unnamed(pc: int, library: str = "/opt/teller/bin/tellerd") -> Frame:
    return Frame("??", "", f"from {library}" if library else "", pc)


def mutex(address: int, symbol: str = "") -> tuple[Frame, ...]:
    """Waits for a pthread mutex."""
    it = f"{address:#x} <{symbol}>" if symbol else f"{address:#x}"
    return (
        Frame("futex_wait", f"private=0, expected=2, futex_word={it}", "at ../sysdeps/nptl/futex-internal.h:146", inlined=True),
        Frame("__GI___lll_lock_wait", f"futex=futex@entry={it}, private=0", "at ./nptl/lowlevellock.c:49", inlined=True),
        Frame("lll_mutex_lock_optimized", f"mutex={it}", "at ./nptl/pthread_mutex_lock.c:48"),
        Frame("___pthread_mutex_lock", f"mutex={it}", "at ./nptl/pthread_mutex_lock.c:93", inlined=True),
    )


def guarded_mutex(address: int) -> tuple[Frame, ...]:
    """Waits for a std::mutex in the constructor of a std::lock_guard."""
    return (
        *mutex(address),
        Frame("__gthread_mutex_lock", f"__mutex={address:#x}", "at /usr/include/x86_64-linux-gnu/c++/12/bits/gthr-default.h:749"),
        Frame("std::mutex::lock", f"this={address:#x}", "at /usr/include/c++/12/bits/std_mutex.h:100"),
        Frame("std::lock_guard<std::mutex>::lock_guard", "this=0x7f3100f3cd20, __m=...", "at /usr/include/c++/12/bits/std_mutex.h:229"),
    )


def mutex_without_address() -> tuple[Frame, ...]:
    """The same wait in a stripped C library."""
    return (Frame("??", "", LIBC, 0x7F31_A0C1_2BAA), Frame("pthread_mutex_lock", "", LIBC, 0x7F31_A0C1_8482))


def timed_mutex(address: int) -> tuple[Frame, ...]:
    """Waits for a pthread mutex, until a time."""
    return (
        Frame(
            "__futex_abstimed_wait_common64",
            f"private=0, cancel=false, abstime=0x7f3100e0, op=137, expected=2, futex_word={address:#x}",
            "at ./nptl/futex-internal.c:57",
            inlined=True,
        ),
        Frame(
            "__pthread_mutex_clocklock_common",
            f"mutex={address:#x}, clockid=1, abstime=0x7f3100e0",
            "at ./nptl/pthread_mutex_timedlock.c:228",
        ),
        Frame(
            "___pthread_mutex_clocklock64",
            f"mutex={address:#x}, clockid=1, abstime=0x7f3100e0",
            "at ./nptl/pthread_mutex_clocklock.c:26",
            inlined=True,
        ),
    )


def write_lock(address: int) -> tuple[Frame, ...]:
    """Waits for a std::shared_mutex, exclusively."""
    return (
        Frame(
            "__futex_abstimed_wait_common",
            f"futex_word=futex_word@entry={address + 8:#x}, expected=expected@entry=2, clockid=clockid@entry=0",
            "at ./nptl/futex-internal.c:103",
        ),
        Frame("__pthread_rwlock_wrlock_full64", f"abstime=0x0, clockid=0, rwlock={address:#x}", "at ./nptl/pthread_rwlock_common.c:829"),
        Frame("___pthread_rwlock_wrlock", f"rwlock={address:#x}", "at ./nptl/pthread_rwlock_wrlock.c:26", inlined=True),
        Frame("std::shared_mutex::lock", f"this={address:#x}", "at /usr/include/c++/12/shared_mutex:420"),
    )


def condition(address: int, its_mutex: int) -> tuple[Frame, ...]:
    """Waits on a pthread condition."""
    return (
        Frame(
            "__futex_abstimed_wait_common64",
            f"private=0, cancel=true, abstime=0x0, op=393, expected=0, futex_word={address + 40:#x}",
            "at ./nptl/futex-internal.c:57",
            inlined=True,
        ),
        Frame(
            "__GI___futex_abstimed_wait_cancelable64",
            f"futex_word=futex_word@entry={address + 40:#x}, expected=expected@entry=0",
            "at ./nptl/futex-internal.c:139",
        ),
        Frame(
            "__pthread_cond_wait_common",
            f"abstime=0x0, clockid=0, mutex={its_mutex:#x}, cond={address:#x}",
            "at ./nptl/pthread_cond_wait.c:503",
        ),
        Frame("___pthread_cond_wait", f"cond={address:#x}, mutex={its_mutex:#x}", "at ./nptl/pthread_cond_wait.c:618", inlined=True),
    )


def join(lwp: int, pthread: int | None = None, show: str = "lwp and pthread") -> tuple[Frame, ...]:
    """Waits for the end of a thread: `threadid=` is its pthread id in decimal, `expected=` its LWP."""
    word = (pthread_of(lwp) if pthread is None else pthread) + 0x2D0
    value = lwp if "lwp" in show else "<optimized out>"
    thread_id = word - 0x2D0 if "pthread" in show else "<optimized out>"
    return (
        Frame(
            "__futex_abstimed_wait_common64",
            f"private=128, cancel=true, abstime=0x0, op=265, expected={value}, futex_word={word:#x}",
            "at ./nptl/futex-internal.c:57",
            inlined=True,
        ),
        Frame(
            "__GI___futex_abstimed_wait_cancelable64",
            f"futex_word=futex_word@entry={word:#x}, expected=<optimized out>, clockid=clockid@entry=0",
            "at ./nptl/futex-internal.c:139",
        ),
        Frame(
            "__pthread_clockjoin_ex",
            f"threadid={thread_id}, thread_return=0x0, clockid=0, abstime=0x0, block=<optimized out>",
            "at ./nptl/pthread_join_common.c:102",
        ),
    )


def future() -> tuple[Frame, ...]:
    """Waits in std::future::get, all of it inlined but the library's part."""
    seconds = "std::chrono::duration<long, std::ratio<1l, 1l> >"
    return (
        Frame("syscall", "", "at ../sysdeps/unix/sysv/linux/x86_64/syscall.S:38"),
        Frame(
            f"std::__atomic_futex_unsigned_base::_M_futex_wait_until(unsigned int*, unsigned int, bool, {seconds}, {seconds})",
            "",
            LIBSTDCXX,
        ),
    )


def receive(descriptor: int) -> tuple[Frame, ...]:
    return (Frame("__libc_recv", f"fd={descriptor}, buf=0x7f3100b0, len=64, flags=0", "at ../sysdeps/unix/sysv/linux/recv.c:23"),)


def poll_events() -> tuple[Frame, ...]:
    return (Frame("epoll_wait", "epfd=4, events=0x7f3100c0, maxevents=8, timeout=-1", "at ../sysdeps/unix/sysv/linux/epoll_wait.c:30"),)


def sleep() -> tuple[Frame, ...]:
    return (
        Frame(
            "__GI___clock_nanosleep",
            "clock_id=clock_id@entry=0, flags=flags@entry=0, req=0x7ffe33f0, rem=0x7ffe33f0",
            "at ../sysdeps/unix/sysv/linux/clock_nanosleep.c:48",
        ),
        Frame("__GI___nanosleep", "req=<optimized out>, rem=<optimized out>", "at ../sysdeps/unix/sysv/linux/nanosleep.c:25"),
    )


def spin() -> tuple[Frame, ...]:
    return (Frame("__pthread_spin_lock", "", "at ../sysdeps/x86_64/nptl/pthread_spin_lock.S:31", inlined=True),)


def interrupted_malloc(arena: int) -> tuple[Frame, ...]:
    """A signal handler that allocates while the interrupted code holds the arena's lock."""
    return (
        Frame("__lll_lock_wait_private", f"futex=futex@entry={arena:#x}", "at ./nptl/lowlevellock.c:34"),
        Frame("__GI___libc_malloc", "bytes=1024", "at ./malloc/malloc.c:3327"),
        app("report_signal", "number=15"),
        Frame("<signal handler called>"),
        Frame("_int_malloc", f"av=av@entry={arena:#x}, bytes=bytes@entry=64", "at ./malloc/malloc.c:3980"),
        Frame("__GI___libc_malloc", "bytes=64", "at ./malloc/malloc.c:3329"),
    )


def run_by(loop: str = "ThreadPool::worker_loop") -> tuple[Frame, ...]:
    """What stands below a task of a pool: std::packaged_task, the pool's loop, the thread's start."""
    return (
        Frame("std::_Function_handler<void (), std::__future_base::_Task_setter<int> >::_M_invoke(std::_Any_data const&)"),
        Frame("std::__future_base::_State_baseV2::_M_do_set(std::function<void ()>*, bool*)"),
        Frame(
            "__pthread_once_slow", "once_control=0x5581fbeaf48, init_routine=0x7f31160d3200 <__once_proxy>", "at ./nptl/pthread_once.c:116"
        ),
        Frame("std::__future_base::_Task_state<main::{lambda()#1}, std::allocator<int>, int ()>::_M_run()"),
        Frame("std::function<void ()>::operator()() const", "this=0x7f3100d8", "at /usr/include/c++/12/bits/std_function.h:591"),
        Frame(f"{loop}()"),
        *START,
    )


def parked(loop: str = "ThreadPool::worker_loop") -> tuple[Frame, ...]:
    """A worker that waits for a task."""
    return (*condition(0x7FFE_67E4_9490, 0x7FFE_67E4_9468), Frame(f"{loop}()"), *START)
