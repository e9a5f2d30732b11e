"""System calls that wait for somebody outside of memory: for the other end of a descriptor, for events, a signal, a child, or time.

Numbers are those of x86-64 (asm/unistd_64.h); elsewhere only the number of a call is told.
"""

from __future__ import annotations

import os
import struct

from stackan.collect.memory import Memory
from stackan.collect.owners import layouts
from stackan.collect.owners.waits import Wait
from stackan.collect.threads import Call, parent_in, read_file, thread_ids

CHILD = "waits for a child"
_READS = frozenset((0, 19, 45, 47, 299))  # read, readv, recvfrom, recvmsg, recvmmsg
_WRITES = frozenset((1, 20, 44, 46, 307))  # write, writev, sendto, sendmsg, sendmmsg
_WAIT4, _WAITID, _P_ALL, _P_PID = 61, 247, 0, 1
_ANY = 0xFFFFFFFF  # wait4(-1, …)
_CLONE, _VFORK, _CLONE3, _CLONE_VFORK = 56, 58, 435, 0x4000
_POLL, _PPOLL = 7, 271
_POLLIN, _POLLOUT = 0x1, 0x4
_OUTSIDE = ("anon_inode:", "/dev/pts/", "/dev/tty")  # events, timers, signals; who types
_EVENTS = "waits for events"
_RESTS = {
    **dict.fromkeys((43, 288), "accepts connections"),  # accept, accept4
    **dict.fromkeys((_POLL, _PPOLL, 23, 270, 232, 281, 441), _EVENTS),  # poll and select, epoll_wait and their kin
    **dict.fromkeys((35, 230), "sleeps"),  # nanosleep, clock_nanosleep
    **dict.fromkeys((34, 128, 130), "waits for a signal"),  # pause, rt_sigtimedwait, rt_sigsuspend
    **dict.fromkeys((_WAIT4, _WAITID), CHILD),
}


def words_for(pid: int, call: Call) -> str:
    """What a thread in a call does, where that is no wait for anybody in particular; "" where the call is none of these."""
    if os.uname().machine != "x86_64":
        return ""
    if call.number in _READS and _target(pid, call.arguments[0]).startswith(_OUTSIDE):
        return _EVENTS
    return _RESTS.get(call.number, "")


def find_end(memory: Memory, call: Call) -> Wait | None:
    """The descriptor that a thread reads or writes, or polls alone; None in another call."""
    if call.number in _READS:
        return _wait(memory.pid, call.arguments[0], "read")
    if call.number in _WRITES:
        return _wait(memory.pid, call.arguments[0], "write")
    if call.number in (_POLL, _PPOLL) and call.arguments[1] == 1:
        return _polled(memory, call)
    return None


def find_child(memory: Memory, call: Call) -> Wait | None:
    """The one child whose end a thread waits for; None where any of several will do, or where its namespace has other ids than ours.

    A parent that made its child by vfork(2) waits until that is another program, or has ended.
    """
    child = 0
    if call.number == _WAIT4:
        child = call.arguments[0] & _ANY
    elif call.number == _WAITID and call.arguments[0] == _P_PID:
        child = call.arguments[1]
    if child == _ANY or (call.number == _WAITID and call.arguments[0] == _P_ALL) or _waits_for_exec(memory, call):
        child = _only_child(memory.pid)
    if not 0 < child <= layouts.HIGHEST_TID or parent_in(read_file(f"/proc/{child}/status") or b"") != memory.pid:
        return None
    return Wait("process", 0, how="call", keeper=(child, 0))


def _waits_for_exec(memory: Memory, call: Call) -> bool:
    if call.number == _CLONE3:
        return bool((memory.pointer(call.arguments[0]) or 0) & _CLONE_VFORK)
    return call.number == _VFORK or (call.number == _CLONE and bool(call.arguments[0] & _CLONE_VFORK))


def _only_child(pid: int) -> int:
    """The child of a process that has but one, whichever of its threads has made it; 0 else."""
    made = [read_file(f"/proc/{pid}/task/{tid}/children") or b"" for tid in thread_ids(pid)]
    children = b"".join(made).split()
    return int(children[0]) if len(children) == 1 else 0


def _polled(memory: Memory, call: Call) -> Wait | None:
    """The one descriptor of struct pollfd, if it is for one thing only; with several a thread waits for any of them."""
    data = memory.read(call.arguments[0], 8)
    number, events = struct.unpack_from("<ih", data) if data is not None else (-1, 0)
    mode = {_POLLIN: "read", _POLLOUT: "write"}.get(events & (_POLLIN | _POLLOUT))
    if number < 0 or mode is None:
        return None
    timed = call.arguments[2] & 0xFFFFFFFF != 0xFFFFFFFF if call.number == _POLL else call.arguments[2] != 0
    found = _wait(memory.pid, number, mode)
    return found._replace(timed=timed) if found is not None else None


def _wait(pid: int, descriptor: int, mode: str) -> Wait | None:
    """None of what is no descriptor of a process, or leads to nobody in particular."""
    target = _target(pid, descriptor)
    if not target or target.startswith(_OUTSIDE):
        return None
    kind = target.partition(":[")[0]
    return Wait(kind if kind in ("socket", "pipe") else "file", 0, mode=mode, how="call", descriptor=descriptor & 0xFFFFFFFF)


def _target(pid: int, descriptor: int) -> str:
    """What a descriptor leads to, as the kernel calls it; "" where it is none."""
    try:
        return os.readlink(f"/proc/{pid}/fd/{descriptor & 0xFFFFFFFF}")
    except OSError:
        return ""
