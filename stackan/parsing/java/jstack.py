"""The JVM's thread dump: jstack, `jcmd PID Thread.print`, SIGQUIT, and `jhsdb jstack`.

    2026-11-21 06:22:11
    Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6-Debian-1deb12u1 mixed mode, sharing):

    "worker-2" #17 prio=5 os_prio=0 cpu=1.13ms elapsed=18.20s tid=0x00007fdd4800b550 nid=0x3ea2 waiting for monitor entry  […]
       java.lang.Thread.State: BLOCKED (on object monitor)
        at Srv.two(Srv.java:8)
        - waiting to lock <0x00000000fd24fc48> (a java.lang.Object)
        - locked <0x00000000fd24fc58> (a java.lang.Object)
        at java.lang.Thread.run(java.base@17.0.15/Thread.java:840)

       Locked ownable synchronizers:
        - <0x00000000fd221bd8> (a java.util.concurrent.ThreadPoolExecutor$Worker)

Written by HotSpot's javaThread.cpp (headers), vframe.cpp (frames and monitors) and threadService.cpp (deadlocks).  `jhsdb jstack`
writes frames as ` - Srv.two(java.lang.Object) @bci=12, line=8 (Interpreted frame)`; up to JDK 8 its headers are
`Thread 15815: (state = BLOCKED)`.
"""

from __future__ import annotations

from stackan import backend
from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts
from stackan.model.runtime_phrases import AROUND, DEADLOCK, DEADLOCK_ENDS, INSIDE_DEADLOCKS, MORE_OF_HEADER
from stackan.parsing.builder import Builder
from stackan.parsing.java.lines import ATTACHING, CORE, read_header, read_hsdb_frame, read_length, read_opening
from stackan.parsing.java.locks import Deadlocks, read_lock, read_owner
from stackan.parsing.java.named_objects import take_waiting
from stackan.parsing.java.snapshots import find_starts
from stackan.parsing.java.thread import JavaThread, are_an_excerpt, give_to_owners, read_frame, read_number
from stackan.parsing.parsed import ParsedText

DUMP = b"Full thread dump "
_STATE = b"java.lang.Thread.State: "
_MOUNTED = b"Mounted virtual thread #"  # the stack of the virtual thread that the thread before it carries


def read(data: bytes) -> ParsedText:
    """Read one or several dumps; the text around them, such as a server's log, is unparsed."""
    if backend.name() == "native":
        from stackan.parsing.java.scanned import read_jstack

        return read_jstack(data)
    return read_plainly(data)


def read_plainly(data: bytes) -> ParsedText:
    """The same line by line, which says what each line is; the native scanner agrees with it."""
    return _Reader(data).read()


class _Reader:
    """One pass over the lines; `self.thread` is the thread that takes them."""

    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.threads: list[JavaThread] = []
        self.deadlocks = Deadlocks()  # what deadlock sections say
        self.carriers: dict[int, JavaThread] = {}  # {row: the virtual thread that is mounted on it}
        self.pids: dict[int, int] = {}  # {row of the first thread behind it: process id}
        self.announced: dict[int, int] = {}  # the same for the number of Java threads
        self.cores: set[int] = set()  # rows of the first threads behind their lines
        self.headed: set[int] = set()  # the same of those behind a line that opens a dump
        self.in_deadlock = self.in_heap = False
        self.numbers: set[int] = set()  # of the current snapshot's threads
        self.starts = [(0, 0)]  # (row of its first thread, its first line) of each snapshot

    def read(self) -> ParsedText:
        for text in self.builder.lines():
            if not text.strip():
                self._blank()
            elif not (self._of_thread(text) or self._of_deadlock(text) or self._heading(text) or self._around(text)):
                self._foreign(text)
        starts = find_starts(self.builder.columns, self.starts)
        ends = [*starts[1:], (len(self.threads), self.builder.line + 1)]
        facts = [self._facts(*start, *stop) for start, stop in zip(starts, ends)]
        return ParsedText(self.builder.columns, tuple(facts), tuple(row for row, _ in starts[1:]))

    def _blank(self) -> None:
        self.builder.blank()
        self.in_heap = False
        if self.builder.open:
            self.threads[-1].complete = True

    def _foreign(self, text: bytes) -> None:
        """A line of somebody else's: it stays unparsed, and so do the frames of an exception's trace in a log."""
        if b"Exception" in text or b"Error" in text:
            self.builder.close_thread()

    # -- lines of threads

    def _heading(self, text: bytes) -> bool:
        """A thread's first line."""
        header = read_header(text)
        if header is None:
            return False
        name, number, lwp, address = header
        # VisualVM's threads are known by their numbers alone.
        if number != UNKNOWN and number in self.numbers and name is not None and not address:
            self._begin(b"")
        self.numbers.add(number)
        thread = JavaThread(text[slice(*name)] if name else b"", self.builder.line, text[name[1] :] if name else text, number)
        self._open(thread, number, lwp, address, name)
        self.in_deadlock = False
        return True

    def _open(self, thread: JavaThread, number: int, lwp: int = UNKNOWN, address: int = 0, name: tuple[int, int] | None = None) -> None:
        self.builder.thread(number=number, lwp=lwp, pthread=address, name=name)
        self.threads.append(thread)

    def _of_thread(self, text: bytes) -> bool:
        """A line below a thread's header; pasting a dump may turn its tabs into blanks."""
        builder = self.builder
        if not builder.open or self.in_deadlock:
            return False
        thread, body = self.threads[-1], text.lstrip()
        if body.startswith(b"at ") and body is not text and not thread.complete:
            function, location = read_frame(body[3:].lstrip())
            builder.frame(function, location)
            thread.add_frame(function, builder.line)
        elif body.startswith(b"- ") and b" @bci=" in body and not thread.complete:
            function, location, arguments = read_hsdb_frame(text)
            builder.frame(function, location, arguments=arguments)
            thread.add_frame(function, builder.line)
        elif body.startswith(b"- ") and body is not text:
            builder.locals()
            thread.add_lock(read_lock(body, builder.line, max(0, thread.frames - 1)))
            thread.owner = thread.owner or read_owner(body)
        elif body.startswith(_STATE):
            builder.continuation()
            thread.state, _, rest = body[len(_STATE) :].partition(b" ")
            thread.state_line = builder.line
            if rest.startswith(b"on "):
                take_waiting(thread, rest, builder.line)
        elif body.startswith(_MOUNTED) and body[len(_MOUNTED) :].isdigit():
            thread.carries = "java: carrier"
            mounted = JavaThread(b"#" + body[len(_MOUNTED) :], builder.line)
            self.carriers[len(self.threads) - 1] = mounted
            self._open(mounted, read_number(body[len(_MOUNTED) :]))
        elif body.startswith(MORE_OF_HEADER):
            builder.continuation()
            thread.compiles = thread.compiles or body.startswith(b"Compiling: ")
            if body.startswith(b"Carrying "):
                thread.carries = "java: carries a virtual thread"
        elif body == b"Locked ownable synchronizers:":
            builder.locals()
        else:
            return False
        return True

    # -- lines around threads

    def _of_deadlock(self, text: bytes) -> bool:
        """A line of the section that lists the deadlocks which the JVM itself has found, and repeats their stacks."""
        if text.startswith(DEADLOCK):
            self.builder.close_thread()
            self.in_deadlock = True
        elif not self.in_deadlock or read_header(text) is not None or text.startswith(DUMP):
            return False
        elif text.startswith(DEADLOCK_ENDS) or (text.startswith(b"Found ") and text.endswith(b" deadlocks.")):
            self.in_deadlock = False
        elif not text.startswith(INSIDE_DEADLOCKS):
            return False
        self.deadlocks.read(text, self.builder.line)
        self.builder.noise()
        return True

    def _around(self, text: bytes) -> bool:
        """A line of the dump that belongs to no thread: none takes lines behind it."""
        if text.startswith((DUMP, ATTACHING, CORE)):
            self._begin(text)
        elif text.endswith(b":") and text[:-1].isdigit() and len(text) < 12:  # jcmd names the process first
            self.pids[len(self.threads)] = int(text[:-1])
        elif text.startswith(b"_java_thread_list=") and b"length=" in text:
            self.announced[len(self.threads)] = read_length(text)
        elif text == b"Heap":
            self.in_heap = True
        elif not (text.startswith((*AROUND, b"0x")) or _is_time(text) or (self.in_heap and text.startswith(b" "))):
            return False
        self.builder.close_thread()
        self.builder.noise()
        return True

    def _begin(self, text: bytes) -> None:
        """The first line of a dump."""
        self.builder.snapshot()
        self.in_deadlock = False
        self.numbers.clear()
        rows = len(self.threads)
        if rows and self.starts[-1][0] != rows:
            self.starts.append((rows, self.builder.line))
        if text:
            self.headed.add(rows)
        is_core, pid = read_opening(text)
        if is_core:
            self.cores.add(rows)
        if pid is not None:
            self.pids[rows] = pid

    def _facts(self, first: int, first_line: int, stop: int, stop_line: int) -> Facts:
        """The facts about the threads of one snapshot."""
        threads = {row: self.threads[row] for row in range(first, stop)}
        for row in self.carriers.keys() & threads.keys():
            if self.carriers[row].keeps_carrier():
                threads[row].pin(self.carriers[row])
        give_to_owners(threads.values())
        by_name: dict[bytes, list[JavaThread]] = {}
        for thread in threads.values():
            by_name.setdefault(thread.name, []).append(thread)
        for name, said in self.deadlocks.between(first_line, stop_line):
            if len(by_name.get(name, ())) == 1:
                by_name[name][0].add_lock(said)
        return Facts(
            pid=self.pids.get(first),
            command=None,
            printed=(),
            refusals=(),
            announced=self.announced.get(first, 0),
            core=first in self.cores,
            excerpt=first not in self.headed and are_an_excerpt(thread.name for thread in threads.values()),
            states={row: thread.printed_state() for row, thread in threads.items()},
        )


def _is_time(text: bytes) -> bool:
    """`2026-11-21 06:22:11`"""
    return len(text) == 19 and text[4:5] == b"-" and text[13:14] == b":" and text[:4].isdigit() and text[17:].isdigit()
