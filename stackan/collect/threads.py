"""The threads of a process as /proc shows them: what each does, read without stopping it.

/proc/17543/task/17544/syscall    202 0x55d178 0x80 0x2 0x0 0x0 0x0 0x7f8af73c8d10 0x7f8af76c012b
                                  number, six arguments, stack pointer, program counter; `running`; `-1 SP PC` outside of a call
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

RESTART = 219  # restart_syscall: a stop has interrupted a wait with a time limit; the arguments are those of that wait
_SWITCHES = re.compile(rb"^(?:non)?voluntary_ctxt_switches:\s+(\d+)", re.MULTILINE)
_INNERMOST_ID = re.compile(rb"^NSpid:.*\s(\d+)\s*$", re.MULTILINE)


class Call(NamedTuple):
    """The system call in which a thread is."""

    number: int  # -1 outside of any
    arguments: tuple[int, ...]
    stack_pointer: int
    program_counter: int


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


def look_at(pid: int, tid: int) -> ThreadState | None:
    """The thread as it is now; None where it is gone.  Raises PermissionError where its system call may not be read."""
    folder = f"/proc/{pid}/task/{tid}"
    syscall, status, stat = (read_file(f"{folder}/{name}") for name in ("syscall", "status", "stat"))
    if syscall is None or status is None or stat is None:
        return None
    name, _, fields = stat.partition(b"(")[2].rpartition(b")")
    inner = _INNERMOST_ID.search(status)
    return ThreadState(
        pid,
        tid,
        name.decode("utf-8", "replace"),
        fields.split()[0].decode("ascii", "replace") if fields.split() else "?",
        syscall.decode("ascii", "replace").strip(),
        tuple(map(int, _SWITCHES.findall(status))),
        int(inner[1]) if inner is not None else tid,
    )


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
