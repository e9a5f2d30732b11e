"""Copies of /proc/PID/task/TID/{stack,wchan,syscall,comm}, of one thread or of many.

    ==> /proc/4242/task/4250/stack <==                   tail -n +1 /proc/4242/task/*/stack
    [<0>] futex_wait_queue+0x60/0x90
    [<0>] do_syscall_64+0x5c/0xc0

    /proc/4242/task/4250/stack:[<0>] ep_poll+0x2e5/0x3a0      grep . /proc/4242/task/*/stack
    /proc/4242/task/4250/wchan:futex_wait_queue
    /proc/4242/task/4250/syscall:202 0x55d1c2a0f1b4 0x80 0x2 0x0 0x0 0x0 0x7ffe137cf918 0x7fad03531087

    4250                                                 for t in /proc/4242/task/*; do basename $t; cat $t/stack; done
    [<0>] hrtimer_nanosleep+0xc7/0x1b0

A line before a stack that is no frame heads it: by its path, else by the one number in it.  One file alone says by its name whose it is.
`wchan` is the innermost function alone, and counts where there is no stack; `syscall` is the number of the system call, its six arguments,
the stack pointer and the program counter: of a futex the first argument is the address.  `comm` is the thread's name.
(fs/proc/base.c of the kernel: proc_pid_stack, proc_pid_wchan, proc_pid_syscall, comm_show; Documentation/filesystems/proc.rst)
"""

from __future__ import annotations

import re

from stackan.model.columns import UNKNOWN
from stackan.model.lines import line_stop
from stackan.model.printed import Lock, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.known import once_each
from stackan.parsing.linux.frame import END_OF_STACK, read_frame
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, split_snapshots

_PATH = re.compile(rb"(?<![\w.-])proc/(\d{1,10})(?:/task/(\d{1,10}))?/(stack|wchan|syscall|comm)\b")
_NAMED = re.compile(r"(?:^|/)(?:proc/)?(\d{1,10})/task/(\d{1,10})/(stack|wchan|syscall)(?:\.txt)?$")
_WITH_STACK = re.compile(rb"/task/(\d{1,10})/stack(?: <==\r?\n|:)\[<")
_NUMBERS = re.compile(rb"(?<![\w.:])\d{1,10}(?![\w.])")
_FUNCTION = re.compile(rb"[A-Za-z_][\w.]{1,120}")
_SYSCALL = re.compile(rb"(\d{1,4})((?: 0x[0-9a-f]{1,16}){6}) 0x([0-9a-f]{1,16}) 0x[0-9a-f]{1,16}")
_FUTEX = {202: 0x7F0000000000, 98: 0xFFFF00000000}  # the number on x86-64, and on arm64, whose stacks lie higher
_WORDS = "linux: stack"
STACK, WCHAN, SYSCALL, COMM = b"stack", b"wchan", b"syscall", b"comm"


def read(data: bytes) -> ParsedText:
    return _Reader(data, None).read()


def read_named(data: bytes, source: str) -> ParsedText:
    """Read a text whose own name may be the path in /proc."""
    return _Reader(data, ids_of(source)).read()


def ids_of(source: str) -> tuple[int, int, bytes] | None:
    """(pid, LWP, file) of `t1/proc/4242/task/4250/stack`; None if a name is no such path."""
    found = _NAMED.search(source.replace("!", "/")[-1000:])
    return (int(found[1]), int(found[2]), found[3].encode()) if found is not None else None


class _Reader:
    def __init__(self, data: bytes, ids: tuple[int, int, bytes] | None) -> None:
        self.data = data
        self.builder = Builder(data)
        self.states: dict[int, PrintedState] = {}
        self.facts = {0: NOTHING_SAID._replace(pid=ids[0] if ids is not None else None, states=self.states)}
        self.awaited: dict[int, Lock] = {}  # by LWP: what system calls wait for, of threads whose stacks come further on
        self.names: dict[int, tuple[int, int]] = {}  # by LWP: where the newest name stands, and its size
        self.first = 0  # row of the newest snapshot's first thread
        self.rows: dict[int, int] = {}  # of the newest snapshot, by LWP
        self.seen: set[tuple[int, bytes]] = set()  # (LWP, file) of the newest snapshot
        self.with_stacks = {int(found) for found in _WITH_STACK.findall(data)}  # LWPs whose stacks are anywhere in the text
        self.headed = b""  # the path before the frames of the open thread, where each of them has it
        self.lwp = ids[1] if ids is not None else UNKNOWN  # of what has no head
        self.file = ids[2] if ids is not None else STACK  # whose content the next line is
        self.pid = ids[0] if ids is not None else None  # that its head names

    def read(self) -> ParsedText:
        builder = self.builder
        for line in builder.lines():
            text = line.strip()
            path, content = _split(text)
            if not text:
                builder.blank()
            elif path and self._single(path, content):
                continue
            elif content and (END_OF_STACK.fullmatch(content) or read_frame(content) is not None):
                self._stack(path, content)
            elif self._head(text) or self._content(text):
                continue
            else:
                self._other(text)
        return split_snapshots(builder, self.facts)

    def _other(self, text: bytes) -> None:
        """A line of something else, such as another file's head: what follows it is no content of the last one."""
        self.builder.close_thread()
        if text.startswith(b"==> "):
            self.lwp = UNKNOWN

    def _single(self, path: bytes, content: bytes) -> bool:
        """A line that has the path of a wchan, a system call or a name before it."""
        found = _PATH.search(path)
        if found is None or found[3] == STACK:
            return False
        self.pid, self.lwp, self.file = int(found[1]), int(found[2] or found[1]), found[3]
        return self._content(content)

    def _stack(self, path: bytes, frame: bytes) -> None:
        """The next frame of a stack."""
        builder = self.builder
        if path != self.headed or not builder.open:
            found = _PATH.search(path)
            self.headed = path
            if found is not None:
                self._thread(int(found[1]), int(found[2] or found[1]), STACK, headed=False)
            else:
                self._thread(self.pid, self.lwp, STACK, headed=False)
                self.lwp = UNKNOWN
        read = read_frame(frame)
        if read is None:
            builder.continuation()
        else:
            builder.frame(read.function, b"from " + read.module if read.module else b"", pc=read.pc)

    def _head(self, text: bytes) -> bool:
        """Whether a line heads a stack, or the content of another file."""
        path, numbers = _PATH.search(text), _NUMBERS.findall(text[:200])
        following = self.builder.following().lstrip()
        if path is not None:
            self.pid, self.lwp, self.file = int(path[1]), int(path[2] or path[1]), path[3]
        elif len(numbers) == 1 and following.startswith(b"[<"):
            self.pid, self.lwp, self.file = None, int(numbers[0]), STACK
        else:
            return False
        self.headed = b""
        if self.file == STACK and following.startswith(b"[<"):
            self._thread(self.pid, self.lwp, STACK)
        else:
            self.builder.close_thread()
            self.builder.noise()  # of a thread that runs the stack is empty
        return True

    def _content(self, text: bytes) -> bool:
        """Whether a line is the content of a wchan, of a system call or of a name whose path is known."""
        if self.file == STACK or self.lwp == UNKNOWN:
            return False
        if self.file == COMM:
            return self._name(text)
        function = _FUNCTION.fullmatch(text) if self.file == WCHAN else None
        call = _SYSCALL.fullmatch(text) if self.file == SYSCALL else None
        if function is None and call is None and text not in (b"0", b"running") and not text.startswith(b"-1 "):
            return False
        row, again, has_stack = self.rows.get(self.lwp), (self.lwp, self.file) in self.seen, self.lwp in self.with_stacks
        if has_stack and (again or self.file == WCHAN):
            row = None  # its stack, which says more, begins the next snapshot
        elif again or (function is not None and row is None):
            self._thread(self.pid, self.lwp, self.file, headed=False)
            row = self.rows[self.lwp]
        else:
            self.seen.add((self.lwp, self.file))
        if function is not None and not has_stack and self.builder.open:
            self.builder.frame(function[0])
        else:
            self.builder.noise()
        address = _futex(call) if call is not None else None
        if address is not None:
            awaited = Lock("futex", address, self.builder.line)
            if row is not None:
                self.states[row] = self.states[row]._replace(awaits=awaited)
            else:
                self.awaited[self.lwp] = awaited
        self.builder.close_thread()
        self.lwp = UNKNOWN  # the file has but one line
        return True

    def _name(self, text: bytes) -> bool:
        """The line is a thread's name, which comes before its stack where files are in the order of their names."""
        start = self.builder.start
        self.names[self.lwp] = self.data.rfind(text, start, line_stop(self.data, start)), len(text)
        row = self.rows.get(self.lwp)
        if row is not None and self.builder.columns.thread_name_start[row] == UNKNOWN:
            self._call(row)
        self.builder.noise()
        self.builder.close_thread()
        self.lwp = UNKNOWN
        return True

    def _call(self, row: int) -> None:
        columns = self.builder.columns
        columns.thread_name_start[row], columns.thread_name_size[row] = self.names[columns.thread_lwp[row]]

    def _thread(self, pid: int | None, lwp: int, file: bytes, headed: bool = True) -> None:
        current = self.facts[self.first].pid
        other = pid is not None and current not in (None, pid)
        if self.builder.columns.thread_lwp and ((lwp, file) in self.seen or lwp in self.rows or other):
            self.builder.snapshot()
            self.first = len(self.builder.columns.thread_lwp)
            self.rows, self.seen = {}, set()
            current = None
        if current is None:
            self.facts[self.first] = self.facts[0]._replace(pid=pid)
        row = self.builder.thread(lwp=lwp, headed=headed)
        if lwp in self.names:
            self._call(row)
        if lwp != UNKNOWN:
            self.rows[lwp] = row
            self.seen.add((lwp, file))
        self.states[row] = PrintedState(_WORDS, self.builder.line, self.awaited.pop(lwp, None))


def _futex(call: re.Match[bytes]) -> int | None:
    """The address of the futex that a system call waits on; None if it is another call."""
    stack = _FUTEX.get(int(call[1]))
    if stack is None or int(call[3], 16) < stack:
        return None
    return int(call[2].split()[0], 16) or None


@once_each
def _split(text: bytes) -> tuple[bytes, bytes]:
    """(path, content) of a line; no path where grep has written none before it."""
    at = text.find(b"[<", 0, 200)
    if at >= 0:
        return text[:at].rstrip(b": "), text[at:]
    path, colon, content = text[:400].partition(b":")
    return (path, content.strip()) if colon and _PATH.search(path) else (b"", b"")
