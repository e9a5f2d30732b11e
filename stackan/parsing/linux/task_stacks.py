"""Copies of /proc/PID/task/TID/stack, of one thread or of many.

    ==> /proc/4242/task/4250/stack <==                   tail -n +1 /proc/4242/task/*/stack
    [<0>] futex_wait_queue+0x60/0x90
    [<0>] do_syscall_64+0x5c/0xc0

    /proc/4242/task/4250/stack:[<0>] ep_poll+0x2e5/0x3a0      grep . /proc/4242/task/*/stack

    4250                                                 for t in /proc/4242/task/*; do basename $t; cat $t/stack; done
    [<0>] hrtimer_nanosleep+0xc7/0x1b0

A line before a stack that is no frame heads it: by its path, else by the one number in it.  One file alone says by its name whose it is.
(fs/proc/base.c of the kernel: proc_pid_stack; Documentation/filesystems/proc.rst)
"""

from __future__ import annotations

import re

from stackan.model.columns import UNKNOWN
from stackan.model.dump import Facts, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.linux.frame import END_OF_STACK, read_frame
from stackan.parsing.parsed import ParsedText

_PATH = re.compile(rb"/proc/(\d{1,10})(?:/task/(\d{1,10}))?/stack\b")
_NAMED = re.compile(r"(?:^|/)(?:proc/)?(\d{1,10})/task/(\d{1,10})/stack(?:\.txt)?$")
_NUMBERS = re.compile(rb"(?<![\w.:])\d{1,10}(?![\w.])")
_WORDS = "linux: stack"


def read(data: bytes) -> ParsedText:
    return _Reader(data, None).read()


def read_named(data: bytes, source: str) -> ParsedText:
    """Read a text whose own name may be the path in /proc."""
    return _Reader(data, ids_of(source)).read()


def ids_of(source: str) -> tuple[int, int] | None:
    """(pid, LWP) of `t1/proc/4242/task/4250/stack`; None if a name is no such path."""
    found = _NAMED.search(source.replace("!", "/")[-1000:])
    return (int(found[1]), int(found[2])) if found is not None else None


class _Reader:
    def __init__(self, data: bytes, ids: tuple[int, int] | None) -> None:
        self.builder = Builder(data)
        self.pids: list[int | None] = [ids[0] if ids is not None else None]  # of each snapshot
        self.states: list[dict[int, PrintedState]] = [{}]
        self.seen: set[int] = set()  # LWPs of the newest snapshot
        self.headed = b""  # the path before the frames of the open thread, where each of them has it
        self.lwp = ids[1] if ids is not None else UNKNOWN  # of frames without a head

    def read(self) -> ParsedText:
        builder = self.builder
        for line in builder.lines():
            text = line.strip()
            path, frame = _split(text)
            if not text:
                builder.blank()
            elif frame and (END_OF_STACK.fullmatch(frame) or (read := read_frame(frame)) is not None):
                if path != self.headed or not builder.open:
                    self._open(path)
                if END_OF_STACK.fullmatch(frame):
                    builder.continuation()
                else:
                    assert read is not None
                    builder.frame(read.function, b"from " + read.module if read.module else b"", pc=read.pc)
            elif builder.following().lstrip().startswith(b"[<") and self._head(text):
                continue
            elif _PATH.search(text):
                builder.close_thread()
                builder.noise()  # of a thread that runs: its stack is empty
            else:
                builder.close_thread()
        facts = tuple(Facts(pid, None, (), (), states=states) for pid, states in zip(self.pids, self.states))
        return ParsedText(builder.columns, facts[: len(builder.snapshots) + 1], tuple(builder.snapshots))

    def _head(self, text: bytes) -> bool:
        """Whether a line heads a stack."""
        path, numbers = _PATH.search(text), _NUMBERS.findall(text[:200])
        if path is not None:
            self._thread(int(path[1]), int(path[2] or path[1]))
        elif len(numbers) == 1:
            self._thread(None, int(numbers[0]))
        else:
            return False
        self.headed = b""
        return True

    def _open(self, path: bytes) -> None:
        """A stack without a head of its own begins with the current line."""
        found = _PATH.search(path)
        self.headed = path
        if found is not None:
            self._thread(int(found[1]), int(found[2] or found[1]), headed=False)
        else:
            self._thread(None, self.lwp, headed=False)
            self.lwp = UNKNOWN

    def _thread(self, pid: int | None, lwp: int, headed: bool = True) -> None:
        current = self.pids[-1]
        other = pid is not None and current not in (None, pid)
        if self.builder.columns.thread_lwp and (lwp in self.seen or other):
            self.builder.snapshot()
            self.pids.append(pid)
            self.states.append({})
            self.seen = set()
        elif current is None:
            self.pids[-1] = pid
        if lwp != UNKNOWN:
            self.seen.add(lwp)
        row = self.builder.thread(lwp=lwp, headed=headed)
        self.states[-1][row] = PrintedState(_WORDS, self.builder.line)


def _split(text: bytes) -> tuple[bytes, bytes]:
    """(path, frame) of a line; no path where grep has written none before it."""
    at = text.find(b"[<", 0, 200)
    if at < 0:
        return b"", b""
    return text[:at].rstrip(b": "), text[at:]
