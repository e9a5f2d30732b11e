"""The threads of a process as /proc shows them: what each does, read without stopping it.

/proc/17543/task/17544/syscall    202 0x55d178 0x80 0x2 0x0 0x0 0x0 0x7f8af73c8d10 0x7f8af76c012b
                                  number, six arguments, stack pointer, program counter; `running`; `-1 SP PC` outside of a call
"""

from __future__ import annotations

import os
import re
import signal

from stackan.model.records import NamedTuple

RESTART = 219  # restart_syscall: a stop has interrupted a wait with a time limit; the arguments are those of that wait
_SWITCHES = re.compile(rb"^(?:non)?voluntary_ctxt_switches:\s+(\d+)", re.MULTILINE)
_PARENT = re.compile(rb"^PPid:\s+(\d+)", re.MULTILINE)
_TRACER = re.compile(rb"^TracerPid:\s+(\d+)", re.MULTILINE)
_PENDING = re.compile(rb"^(?:SigPnd|ShdPnd):\s+([0-9a-f]{1,16})", re.MULTILINE)
_INNERMOST_ID = re.compile(rb"^NSpid:.*\s(\d+)\s*$", re.MULTILINE)


class Call(NamedTuple):
    """The system call in which a thread is."""

    number: int  # -1 outside of any
    arguments: tuple[int, ...]
    stack_pointer: int
    program_counter: int


class Look(NamedTuple):
    """What a thread does not change while it stands."""

    syscall: bytes
    switches: tuple[int, ...]  # voluntary, others


class ThreadState(NamedTuple):
    """One look at a thread."""

    pid: int
    tid: int
    name: str
    state: str  # R, S, D, T, t, Z …
    syscall: str  # as /proc prints it
    switches: tuple[int, ...]  # voluntary, others
    inner_tid: int  # its id in its own process's namespace, which is what a lock records

    @property
    def call(self) -> Call | None:
        """None while it runs."""
        return read_call(self.syscall)

    def stood_until(self, later: ThreadState | None) -> bool:
        """Whether it has executed nothing until a later look: it is in the same call, and never got a CPU meanwhile."""
        return later is not None and self.syscall != "running" and (self.syscall, self.switches) == (later.syscall, later.switches)


def thread_ids(pid: int) -> list[int]:
    """The threads of a process, by their ids; none where it is gone."""
    try:
        return sorted(map(int, os.listdir(f"/proc/{pid}/task")))
    except (FileNotFoundError, ProcessLookupError):
        return []


def glance(pid: int, tid: int) -> Look:
    """Raises ProcessLookupError where the thread is gone, PermissionError where its system call may not be read."""
    syscall, status = (read_file(f"/proc/{pid}/task/{tid}/{name}") for name in ("syscall", "status"))
    if syscall is None or status is None:
        raise ProcessLookupError
    return Look(syscall, _switches_in(status))


def look_at(pid: int, tid: int) -> ThreadState | None:
    """The thread as it is now; None where it is gone.  Raises PermissionError where its system call may not be read."""
    folder = f"/proc/{pid}/task/{tid}"
    syscall, status, stat = (read_file(f"{folder}/{name}") for name in ("syscall", "status", "stat"))
    if syscall is None or status is None or stat is None:
        return None
    name = stat.partition(b"(")[2].rpartition(b")")[0]
    return ThreadState(
        pid,
        tid,
        name.decode("utf-8", "replace"),
        state_in(stat) or "?",
        syscall.decode("ascii", "replace").strip(),
        _switches_in(status),
        inner_id(status) or tid,
    )


def inner_id(status: bytes) -> int | None:
    """The id of a thread in its own pid namespace, by its `status`; None where the kernel does not tell."""
    found = _INNERMOST_ID.search(status)
    return int(found[1]) if found is not None else None


def state_in(stat: bytes) -> str:
    """The state in a `stat` of /proc: R, S, D, T, t, Z …; empty where it is cut off."""
    fields = stat.rpartition(b")")[2].split(None, 1)
    return fields[0].decode("ascii", "replace") if fields else ""


def start_of(pid: int) -> int | None:
    """When a process began, in the kernel's ticks: with its id it names a process, as ids are given again; None where it is gone."""
    fields = (read_file(f"/proc/{pid}/stat") or b"").rpartition(b")")[2].split()
    return int(fields[19]) if len(fields) > 19 else None


def parent_in(status: bytes) -> int:
    """The process that has started this one; 0 where it is gone."""
    found = _PARENT.search(status)
    return int(found[1]) if found is not None else 0


def tracer_in(status: bytes) -> int:
    """The process that traces this one; 0: nobody."""
    found = _TRACER.search(status)
    return int(found[1]) if found is not None else 0


def will_stop(status: bytes) -> bool:
    """Whether a SIGSTOP waits for a thread, which stops as soon as it comes out of the kernel."""
    return any(int(mask, 16) >> (signal.SIGSTOP - 1) & 1 for mask in _PENDING.findall(status))


def _switches_in(status: bytes) -> tuple[int, ...]:
    return tuple(map(int, _SWITCHES.findall(status)))


def read_file(path: str) -> bytes | None:
    """A file of /proc; None where its process is gone.  Raises PermissionError."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None


def read_call(text: str) -> Call | None:
    """The system call of a line of /proc/PID/task/TID/syscall."""
    words = text.split()
    if len(words) == 9:
        numbers = [int(word, 16) for word in words[1:]]
        return Call(int(words[0]), tuple(numbers[:6]), numbers[6], numbers[7])
    if len(words) == 3 and words[0] == "-1":
        return Call(-1, (), int(words[1], 16), int(words[2], 16))
    return None
