"""The traces of Android's run-time: `/data/anr/traces.txt`, written when an application does not respond, and on SIGQUIT.

    ----- pid 200 at 2020-01-27 20:09:52 -----
    Cmd line: com.example.shop
    DALVIK THREADS (3):
    "main" prio=5 tid=1 Blocked
      | group="main" sCount=1 dsCount=0 obj=0x74f6d8f8 self=0x7f9f8a8a00
      | sysTid=200 nice=0 cgrp=default sched=0/0 handle=0x7fa3d2fa98
      | state=S schedstat=( 611234511 95112213 1211 ) utm=60 stm=16 core=2 HZ=100
      | stack=0x7fd5f1b000-0x7fd5f1d000 stackSize=8MB
      | held mutexes=
      kernel: __switch_to+0x90/0xc4
      native: #00 pc 000000000004a1b8  /system/lib64/libc.so (syscall+28)
      at com.example.shop.Cart.total(Cart.java:20)
      - waiting to lock <0x0d2b8b6f> (a java.lang.Object) held by thread 12
      - locked <0x0a11b8b0> (a com.example.shop.Cart)
    ----- end 200 -----

Up to Android 4.4 the states are `MONITOR`, `WAIT`, …, and a lock's line ends in `held by tid=12 (Thread-3)`.  The native frames of a
thread are those of its innermost calls.  Objects are named by their identity hashes.  Native processes, of which debuggerd writes
`"Binder_3" sysTid=651`, may be in the same file.  (AOSP art/runtime/thread.cc, monitor.cc, signal_catcher.cc)
"""

from __future__ import annotations

import re

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts, Lock
from stackan.model.records import NamedTuple
from stackan.parsing.android import tombstone
from stackan.parsing.builder import Builder
from stackan.parsing.fields import decimal
from stackan.parsing.java.thread import JavaThread, give_to_owners, read_frame
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_HEADER = re.compile(
    rb'"(.{0,256})"(?: daemon)?(?: prio=-?\d{1,3})? (?:tid=(\d{1,9}) ([A-Za-z_]{3,40})|\(not attached\)|sysTid=(\d{1,10})$)'
)
_CPU = re.compile(rb"schedstat=\( ?(\d{1,18}) ")
_TICKS = re.compile(rb"utm=(\d{1,12}) stm=(\d{1,12}) .*HZ=(\d{1,4})\b")
_LOCK = re.compile(rb"- (waiting to lock|waiting on|sleeping on|locked) <(?:0x)?([0-9a-f]{1,16})> \(an? ([^)]*)\)")
_HELD = re.compile(rb"held by (?:thread |tid=|threadid=)(\d{1,9})\b")
_PID = re.compile(rb"----- pid (\d{1,10}) at ")
# ART's states, and Dalvik's, as java.lang.Thread names them; all others are of the virtual machine or of native code.
_STATES = {
    b"Blocked": b"BLOCKED",
    b"MONITOR": b"BLOCKED",
    b"Waiting": b"WAITING",
    b"WAIT": b"WAITING",
    b"TimedWaiting": b"TIMED_WAITING",
    b"TIMED_WAIT": b"TIMED_WAITING",
    b"Sleeping": b"TIMED_WAITING",
    b"SLEEPING": b"TIMED_WAITING",
    b"Terminated": b"TERMINATED",
    b"ZOMBIE": b"TERMINATED",
}
_OF_A_THREAD = (b"| ", b"kernel: ", b"(", b"native: ")
_STATES_OF_THE_VM = (b"WaitingFor", b"WaitingPerforming", b"WaitingIn", b"WaitingWeak", b"VMWAIT")


class Header(NamedTuple):
    """A thread's first line."""

    name: tuple[int, int]
    number: int  # as the run-time counts its threads
    lwp: int  # where the line prints it
    state: bytes


@once_each
def read_header(text: bytes) -> Header | None:
    """`"main" daemon prio=5 tid=1 Blocked`, `"Binder_3" prio=10 (not attached)`, `"Binder_3" sysTid=651`"""
    found = _HEADER.match(text) if text.startswith(b'"') else None
    if found is None:
        return None
    number, lwp = (UNKNOWN if digits is None else int(digits) for digits in (found[2], found[4]))
    return Header(found.span(1), number, lwp, found[3] or b"")


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    """One pass over the lines of the traces of one or several processes."""

    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.threads: list[JavaThread] = []
        self.facts: dict[int, Facts] = {}
        self.numbers: set[int] = set()  # of the current process's threads
        self.first = 0  # row of its first thread
        self.pid: int | None = None
        self.command: str | None = None
        self.headed = False

    def read(self) -> ParsedText:
        for text in self.builder.lines():
            body = text.strip()
            if not body:
                self.builder.blank()
                self.builder.close_thread()
            elif header := read_header(text):
                self._thread(text, header)
            elif not (self.builder.open and self._of_thread(body)):
                self._around(body)
        self._end()
        return split_snapshots(self.builder, self.facts)

    def _thread(self, text: bytes, header: Header) -> None:
        if header.number in self.numbers:
            self._end()
        if header.number != UNKNOWN:
            self.numbers.add(header.number)
        self.builder.thread(number=header.number, lwp=header.lwp, name=header.name)
        thread = JavaThread(text[slice(*header.name)], self.builder.line, number=header.number)
        thread.of_vm = header.state.startswith(_STATES_OF_THE_VM)
        thread.of_native_code = not header.state
        if header.state and not thread.of_vm:
            thread.state = _STATES.get(header.state, b"RUNNABLE")
        self.threads.append(thread)

    def _of_thread(self, body: bytes) -> bool:
        builder, thread = self.builder, self.threads[-1]
        if body.startswith(b"at "):
            function, location = read_frame(body[3:])
            function = function.removesuffix(b"!")
            builder.frame(function, location)
            thread.add_frame(function, builder.line)
        elif native := tombstone.read_frame(body.removeprefix(b"native: ")):
            builder.frame(native.function, native.location, pc=native.pc)
            thread.natives += 1
        elif body.startswith(b"- "):
            self._lock(thread, body)
            builder.locals()
        elif body.startswith(_OF_A_THREAD):
            self._ids(thread, body)
            builder.locals()
        else:
            return False
        return True

    def _ids(self, thread: JavaThread, body: bytes) -> None:
        """`| sysTid=200 nice=0 …`, `| state=S schedstat=( 611234511 95112213 1211 ) utm=60 stm=16 core=2 HZ=100`"""
        if body.startswith(b"| sysTid="):
            lwp = decimal(body[9:].partition(b" ")[0])
            self.builder.identify(lwp=UNKNOWN if lwp is None else lwp)
        elif (found := _CPU.search(body)) and int(found[1]):
            thread.ran = int(found[1]) // 1000
        elif (found := _TICKS.search(body)) and int(found[3]):
            thread.ran = (int(found[1]) + int(found[2])) * 1_000_000 // int(found[3])

    def _lock(self, thread: JavaThread, body: bytes) -> None:
        """`- waiting to lock <0x0d2b8b6f> (a java.lang.Object) held by thread 12`"""
        found = _LOCK.match(body)
        if found is None or found[1] == b"sleeping on":  # a thread's own object, on which nobody else waits
            return
        verb = "holds" if found[1] == b"locked" else "awaits"
        frame = max(0, thread.frames + thread.natives - 1)
        thread.add_lock((verb, Lock("monitor", int(found[2], 16), self.builder.line, found[3].decode("utf-8", "replace"), frame)))
        if found[1] == b"waiting to lock" and (holder := _HELD.search(body, found.end())):
            thread.owner = b"", int(holder[1])

    def _around(self, body: bytes) -> None:
        """A line that belongs to no thread."""
        self.builder.close_thread()
        if found := _PID.match(body):
            self._end()
            self.pid, self.headed = int(found[1]), True
        elif body.startswith(b"----- end "):
            self._end()
        elif body.startswith(b"Cmd line: "):
            self.command = body[10:].decode("utf-8", "replace")
        elif body.startswith(b"DALVIK THREADS"):
            self.headed = True
        elif not self.headed:
            return  # somebody else's
        self.builder.noise()

    def _end(self) -> None:
        """The traces of a process are complete."""
        self.builder.close_thread()
        stop = len(self.threads)
        if stop > self.first:
            threads = self.threads[self.first :]
            give_to_owners(threads)
            states = {row: thread.printed_state() for row, thread in enumerate(threads, self.first)}
            self.facts[self.first] = Facts(self.pid, self.command, (), (), excerpt=not self.headed, states=states)
        self.first, self.pid, self.command, self.headed = stop, None, None, False
        self.numbers.clear()
