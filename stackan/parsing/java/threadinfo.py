"""Texts that programs write of themselves by java.lang.management: logs of watchdogs, Hadoop's `/stacks`, JConsole.

ThreadInfo.toString, which prints no more than eight frames:

    "worker-1" prio=5 Id=31 BLOCKED on app.Table@4b5d6a01 owned by "worker-2" Id=32
        at app//app.Table.put(Table.java:30)
        -  blocked on app.Table@4b5d6a01
        -  locked app.Log@1f2e3d4c
        ...

        Number of locked synchronizers = 1
        - java.util.concurrent.ThreadPoolExecutor$Worker@2f9ee1ac

The JDK's ThreadMonitor, Dropwizard's ThreadDump, Tomcat's Diagnostics, and what was copied from them:

    "worker-1" Id=31 in BLOCKED on lock=app.Table@4b5d6a01
         owned by worker-2 Id=32
        at app.Table.put(Table.java:30)
          - locked app.Log@1f2e3d4c

    "worker-1" id=31 state=BLOCKED
        - waiting to lock <0x4b5d6a01> (a app.Table)
         owned by worker-2 id=32

    "worker-1" Id=31 cpu=120000000 ns usr=110000000 ns blocked 3 for -1 ms waited 0 for -1 ms
       java.lang.Thread.State: BLOCKED

Hadoop's ReflectionUtils.printThreadInfo, and JConsole's tab of threads:

    Thread 31 (worker-1):                               Name: worker-1
      State: BLOCKED                                    State: BLOCKED on app.Table@4b5d6a01 owned by: worker-2
      Blocked on app.Table@4b5d6a01                     Total blocked: 3  Total waited: 0
      Blocked by 32 (worker-2)
      Stack:                                            Stack trace:
        app.Table.put(Table.java:30)                    app.Table.put(Table.java:30)

The threads are asked one after the other unless the virtual machine stops them all, which none of these texts says.
"""

from __future__ import annotations

import re
from itertools import pairwise

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts, Lock
from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.java.locks import kind_of, read_lock
from stackan.parsing.java.named_objects import read_object, read_owner, take_awaited, take_waiting
from stackan.parsing.java.thread import JavaThread, are_an_excerpt, give_to_owners, read_frame
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_STATES = rb"NEW|RUNNABLE|BLOCKED|WAITING|TIMED_WAITING|TERMINATED"
# A log may write more before the name, but no quote.
_QUOTED = re.compile(rb'\A([^"\n]*")(.*?)"(?: daemon)?(?: prio=\d{1,2})? [Ii]d=(\d{1,18})(?: (?:in |state=)?(%b)\b| cpu=\d)' % _STATES)
_HADOOP = re.compile(rb"Thread (\d{1,18}) \((.*)\):$")
_JCONSOLE = re.compile(rb"State: (%b)\b(.*)$" % _STATES)
_FRAME = re.compile(rb"\A(?:at )?[^\s()]+\.[^\s().]+\([^()]*\)$")
_BLOCKED_BY = re.compile(rb"Blocked by (\d{1,18}) \((.*)\)$")
_COUNTS = (b"Blocked count: ", b"Waited count: ", b"Blocked time: ", b"Waited time: ", b"Total blocked: ", b"Stack:", b"Stack trace:")
_SYNCHRONIZERS = (b"Number of locked synchronizers = ", b"Locked synchronizers: count = ", b"Locked ownable synchronizers:")
_AROUND = (b"Process Thread Dump: ", b"Full Java thread dump", b"Full thread dump ")
_JVM_STATE = b"java.lang.Thread.State: "


class Header(NamedTuple):
    """A thread's first line."""

    name: tuple[int, int]  # range of the name
    number: int  # as Java counts its threads; UNKNOWN where it is not printed
    state: bytes
    rest: bytes  # words behind the state: the lock that it waits for, and whose that is


def read_header(text: bytes, following: bytes = b"") -> Header | None:
    """The header that a line is; JConsole's is one by the line that follows."""
    if b"d=" in text and (found := _QUOTED.match(text)):
        return Header(found.span(2), int(found[3]), found[4] or b"", text[found.end() :] if found[4] else b"")
    if text.startswith(b"Thread ") and following.startswith(b"  State: ") and (found := _HADOOP.match(text)):
        return Header(found.span(2), int(found[1]), b"", b"")
    if text.startswith(b"Name: ") and _JCONSOLE.match(following):
        return Header((6, len(text)), UNKNOWN, b"", b"")
    return None


def _is_no_header(text: bytes) -> bool:
    """Of most lines: whether it is seen at once that no thread begins there."""
    return text.startswith((b"\tat ", b"\t- ", b"    at ")) and b"d=" not in text


@once_each
def _call(body: bytes) -> tuple[bytes, bytes] | None:
    """(function, location) of a frame; None for any other line."""
    return read_frame(body.removeprefix(b"at ")) if _FRAME.match(body) else None


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    """One pass over the lines; the last of the threads takes them."""

    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.threads: list[JavaThread] = []
        self.headed: set[int] = set()  # rows of the first threads behind a line that opens a dump

    def read(self) -> ParsedText:
        for text in self.builder.lines():
            body = text.strip()
            if not body:
                self.builder.blank()
                if self.builder.open and self.threads[-1].frames:
                    self.threads[-1].complete = True
            elif (_is_no_header(text) or not self._heading(text)) and not (self.builder.open and self._of_thread(text, body)):
                self._around(body)
        reading = split_snapshots(self.builder, {})
        bounds = [0, *reading.snapshots, len(self.threads)]
        return reading._replace(facts=tuple(self._facts(start, stop) for start, stop in pairwise(bounds)))

    def _heading(self, text: bytes) -> bool:
        header = read_header(text, self.builder.following() if text.startswith((b"Thread ", b"Name: ")) else b"")
        if header is None:
            return False
        name = text[slice(*header.name)]
        self.builder.again((name, header.number))
        self.builder.thread(number=header.number, name=header.name)
        thread = JavaThread(name, self.builder.line, number=header.number)
        thread.state = header.state
        self.threads.append(thread)
        take_waiting(thread, header.rest, self.builder.line)
        return True

    def _around(self, body: bytes) -> None:
        """A line that belongs to no thread: that of a log closes the last one."""
        self.builder.close_thread()
        if body.startswith(_AROUND):
            self.builder.snapshot()
            self.headed.add(len(self.threads))
            self.builder.noise()
        elif body.endswith(b" active threads") and body.split(b" ")[0].isdigit():
            self.builder.noise()

    def _of_thread(self, text: bytes, body: bytes) -> bool:
        builder, thread = self.builder, self.threads[-1]
        if body.startswith(b"-"):
            self._lock(b"- " + body[1:].strip())
            builder.locals()
        elif not thread.complete and (call := _call(body)) is not None:
            function, location = call
            builder.frame(function, location)
            thread.add_frame(function.rpartition(b"/")[2] if b"$$Lambda" not in function else function, builder.line)
        elif body == b"...":
            thread.cut = True
            builder.locals()
        elif body.startswith(_JVM_STATE):
            self._said(body[len(_JVM_STATE) :])
        elif body.startswith(b"State: "):
            self._said(body[7:])
        elif body.startswith((b"Waiting on ", b"Blocked on ")):
            take_awaited(thread, body[11:], builder.line)
            builder.locals()
        elif found := _BLOCKED_BY.match(body):
            thread.owner = found[2], int(found[1])
            builder.locals()
        elif text != body and (owner := read_owner(body)):
            thread.owner = owner
            builder.locals()
        elif body.startswith((*_COUNTS, *_SYNCHRONIZERS)):
            builder.locals()
        else:
            return False
        return True

    def _said(self, words: bytes) -> None:
        """`BLOCKED`, `BLOCKED (on object monitor)`, `BLOCKED on app.Table@4b5d6a01 owned by: worker-2`"""
        thread = self.threads[-1]
        thread.state, _, rest = words.partition(b" ")
        thread.state_line = self.builder.line
        take_waiting(thread, rest, self.builder.line)
        self.builder.continuation()

    def _lock(self, body: bytes) -> None:
        """`- locked app.Table@4b5d6a01`, `- waiting on <0x4b5d6a01> (a app.Table)`, a synchronizer `- app.Gate@2f9ee1ac`"""
        thread, depth = self.threads[-1], max(0, self.threads[-1].frames - 1)
        if b"<" in body:
            thread.add_lock(read_lock(body, self.builder.line, depth))
        elif body.startswith((b"- blocked on ", b"- waiting on ")):
            take_awaited(thread, body[13:], self.builder.line)
        else:
            monitor = body.startswith(b"- locked ")
            address, what = read_object(body[9 if monitor else 2 :])
            if address is not None:
                lock = Lock("monitor" if monitor else kind_of(what), address, self.builder.line, what, depth if monitor else 0)
                thread.add_lock(("holds", lock))

    def _facts(self, start: int, stop: int) -> Facts:
        threads = self.threads[start:stop]
        give_to_owners(threads)
        return Facts(
            pid=None,
            command=None,
            printed=(),
            refusals=(),
            excerpt=start not in self.headed and are_an_excerpt(thread.name for thread in threads),
            states={row: thread.printed_state() for row, thread in enumerate(threads, start)},
        )
