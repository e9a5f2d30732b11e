"""The javacore of OpenJ9 and IBM's virtual machines, written on SIGQUIT, by `jcmd PID Dump.java`, and when memory runs out.

    1TIDATETIME    Date: 2026/03/02 at 11:00:00:120
    1CIPROCESSID   Process ID: 4100 (0x1004)
    3LKMONOBJECT       app/Table@0x00000000F0A01230: Flat locked by "worker-2" (J9VMThread:0x0000000000712500), entry count 1
    3LKWAITER                "worker-1" (J9VMThread:0x0000000000712100)
    3XMTHREADINFO      "worker-1" J9VMThread:0x0000000000712100, omrthread_t:0x…, java/lang/Thread:0x…, state:B, prio=5
    3XMJAVALTHREAD            (java/lang/Thread getId:0x1F, isDaemon:false)
    3XMTHREADINFO1            (native thread ID:0x1010, native priority:0x5, native policy:UNKNOWN, vmstate:B, vm thread flags:0x00000201)
    3XMCPUTIME               CPU usage total: 0.120000000 secs, user: 0.1 secs, system: 0.02 secs, current category="Application"
    3XMTHREADBLOCK     Blocked on: app/Table@0x00000000F0A01230 Owned by: "worker-2" (J9VMThread:0x…, java/lang/Thread:0x…)
    4XESTACKTRACE                at app/Table.put(Table.java:30(Compiled Code))
    5XESTACKTRACE                   (entered lock: app/Log@0x00000000F0A01250, entry count: 1)
    4XENATIVESTACK               __poll+0x4f (0x00007F6E7D0B5C3F [libc.so.6+0x11bc3f])

Each line begins with a tag.  The section LOCKS comes before the threads, with its own search for deadlocks.  The thread that wrote the
dump, or the one that failed, is printed once more as `1XMCURTHDINFO`, before all others.  (OpenJ9, runtime/rasdump/javadump.cpp)
"""

from __future__ import annotations

import re

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts, Lock
from stackan.parsing.builder import Builder
from stackan.parsing.fields import decimal, hexadecimal
from stackan.parsing.java.locks import kind_of
from stackan.parsing.java.thread import JavaThread, are_an_excerpt
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_TAG = re.compile(rb"(NULL|[0-9][A-Z][A-Z0-9]{2,24})(?:[ \t]+|$)")
_THREAD = re.compile(rb'"(.{0,256})" (?:\(TID:|J9VMThread:)(?:0x)?([0-9A-Fa-f]{1,16})\b')
_STATE = re.compile(rb"\bstate:([A-Z]{1,2})\b")
_NATIVE_ID = re.compile(rb"native (?:thread )?ID:(0x)?([0-9A-Fa-f]{1,16})\b")
_JAVA_ID = re.compile(rb"getId:0x([0-9A-Fa-f]{1,15})\b")
_CPU = re.compile(rb"CPU usage total: (\d{1,9})\.(\d{1,9}) secs")
_OBJECT = re.compile(rb"\A([^\s@]+)@(?:0x)?([0-9A-Fa-f]{1,16})")
_OWNER = re.compile(rb'(?:[Ll]ocked by|[Oo]wned by:|owner) "(.{0,256})" \((?:J9VMThread:)?(?:0x)?([0-9A-Fa-f]{1,16})\b')
_NATIVE = re.compile(rb"\A(.*?)(?:\+0x[0-9A-Fa-f]{1,16})? ?\((?:0x)?([0-9A-Fa-f]{1,16}) \[([^\]+]*)")
_NAMED = re.compile(rb'"(.{0,256})" \((?:J9VMThread:)?(?:0x)?([0-9A-Fa-f]{1,16})\b')
# The states of the virtual machine, as java.lang.Thread names them.  `CW` is any wait for a condition, a sleep among them.
_STATES = {b"R": b"RUNNABLE", b"B": b"BLOCKED", b"P": b"WAITING", b"CW": b"WAITING", b"Z": b"TERMINATED", b"S": b"WAITING"}
_OF_A_THREAD = (b"3XM", b"4XE", b"5XE")


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    """One pass over the lines of one or several javacores."""

    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.threads: list[JavaThread] = []
        self.vm_threads: dict[int, JavaThread] = {}  # {address: thread} of the current javacore
        self.owners: list[tuple[int, Lock]] = []  # (address of the owner, lock) as all lines of the current one name them
        self.named: list[tuple[JavaThread, int, bytes]] = []  # (who waits, address and name of the owner) of the current one
        self.facts: dict[int, Facts] = {}
        self.pid: int | None = None
        self.first = 0  # row of the current javacore's first thread
        self.headed = False  # a section has begun
        self.repeated = False  # the thread in these lines was there before
        self.wanted: re.Match[bytes] | None = None  # the object that the thread before waits for, in the section on deadlocks

    def read(self) -> ParsedText:
        for text in self.builder.lines():
            tag, rest = _split(text)
            if not text.strip():
                self.builder.blank()
            elif tag:
                self._take(tag, rest, text)
        self._end()
        return split_snapshots(self.builder, self.facts)

    def _take(self, tag: bytes, rest: bytes, text: bytes) -> None:
        if tag == b"0SECTION" and rest.startswith(b"TITLE"):
            self._end()
            self.headed = True
            self.builder.noise()
        elif tag == b"3XMTHREADINFO":
            self._thread(rest, text)
        elif tag.startswith(_OF_A_THREAD) and (self.builder.open or self.repeated):
            self._of_thread(tag, rest)
        else:
            self._around(tag, rest)
            self.builder.noise()

    def _around(self, tag: bytes, rest: bytes) -> None:
        if tag != b"NULL" or rest:
            self.builder.close_thread()
        if tag == b"1CIPROCESSID":
            self.pid = decimal(rest.partition(b": ")[2].partition(b" ")[0])
        elif tag == b"3LKMONOBJECT":
            self._lock_of(_OWNER.search(rest), _OBJECT.match(rest))
        elif tag == b"4LKDEADLOCKOBJ":
            self.wanted = _OBJECT.match(rest)
        elif tag == b"2LKDEADLOCKTHR":
            self._lock_of(_NAMED.search(rest), self.wanted)
            self.wanted = None

    def _lock_of(self, owner: re.Match[bytes] | None, object: re.Match[bytes] | None) -> None:
        lock = self._lock(object)
        if owner is not None and lock is not None:
            self.owners.append((int(owner[2], 16), lock))

    def _lock(self, object: re.Match[bytes] | None, frame: int = 0) -> Lock | None:
        """`app/Table@0x00000000F0A01230`"""
        if object is None:
            return None
        what = object[1].decode("utf-8", "replace").replace("/", ".")
        kind = kind_of(what) if what.startswith("java.util.concurrent.locks.") else "monitor"
        return Lock(kind, int(object[2], 16), self.builder.line, what, frame)

    # -- threads

    def _thread(self, rest: bytes, text: bytes) -> None:
        found = _THREAD.match(rest)
        address = int(found[2], 16) if found else 0
        self.repeated = address != 0 and address in self.vm_threads
        if self.repeated:
            self.builder.close_thread()
            self.builder.noise()
            return
        name = (text.find(b'"') + 1, text.find(b'"') + 1 + len(found[1])) if found else None
        self.builder.thread(name=name, pthread=address)
        if native := _NATIVE_ID.search(rest, found.end() if found else 0):  # up to Java 6 in this line
            self.builder.identify(lwp=_read_lwp(native))
        thread = JavaThread(found[1] if found else b"", self.builder.line)
        state = _STATE.search(rest, found.end() if found else 0)
        thread.state = _STATES.get(state[1], b"") if state and found else b""
        self.threads.append(thread)
        if address:
            self.vm_threads[address] = thread

    def _of_thread(self, tag: bytes, rest: bytes) -> None:
        if self.repeated:
            self.builder.noise()
        elif tag == b"4XESTACKTRACE" and rest.startswith(b"at "):
            self._frame(rest[3:])
        elif tag == b"4XENATIVESTACK" and not self.threads[-1].frames:
            self._native_frame(rest)
        else:
            self._facts_of(tag, rest)
            self.builder.locals()

    def _frame(self, rest: bytes) -> None:
        """`app/Table.put(Table.java:30(Compiled Code))`"""
        function, _, place = rest.partition(b"(")
        file = place.removesuffix(b")").partition(b"(")[0]
        function = function.replace(b"/", b".")
        self.builder.frame(function, b"at " + file if b"." in file else b"")
        self.threads[-1].add_frame(function, self.builder.line)

    def _native_frame(self, rest: bytes) -> None:
        """`__poll+0x4f (0x00007F6E7D0B5C3F [libc.so.6+0x11bc3f])`"""
        found = _NATIVE.match(rest)
        if found is None:
            return self.builder.locals()
        function = found[1].strip()
        self.builder.frame(b"" if function.startswith(b"(") else function, b"from " + found[3] if found[3] else b"", pc=int(found[2], 16))

    def _facts_of(self, tag: bytes, rest: bytes) -> None:
        thread = self.threads[-1]
        if tag == b"3XMTHREADINFO1" and (found := _NATIVE_ID.search(rest)):
            self.builder.identify(lwp=_read_lwp(found))
        elif tag == b"3XMJAVALTHREAD" and (found := _JAVA_ID.search(rest)):
            self.builder.identify(number=int(found[1], 16))
        elif tag == b"3XMCPUTIME" and (found := _CPU.search(rest)):
            thread.ran = int(found[1]) * 1_000_000 + int(found[2].ljust(6, b"0")[:6])
        elif tag == b"3XMTHREADBLOCK":
            self._blocked(thread, rest)
        elif tag == b"5XESTACKTRACE" and b"entered lock: " in rest:
            lock = self._lock(_OBJECT.match(rest.partition(b"entered lock: ")[2]), max(0, thread.frames - 1))
            if lock is not None:
                thread.add_held(lock)

    def _blocked(self, thread: JavaThread, rest: bytes) -> None:
        """`Blocked on: …`, `Waiting on: …`, `Parked on: app/Table@0x… Owned by: "worker-2" (J9VMThread:0x…)`"""
        how, _, what = rest.partition(b" on: ")
        lock = self._lock(_OBJECT.match(what))
        if lock is None:
            return
        if b"ClassInitializationLock" in what:
            lock = lock._replace(kind="once")
            thread.state = b"BLOCKED"
        elif how == b"Blocked":
            thread.state = b"BLOCKED"
        elif how == b"Parked":
            lock = lock._replace(kind=kind_of(lock.what))
        thread.awaits = lock
        owner = _OWNER.search(what)
        if owner is not None and how != b"Waiting":
            self.named.append((thread, int(owner[2], 16), owner[1]))
            self._lock_of(owner, _OBJECT.match(what))

    # -- a javacore's end

    def _end(self) -> None:
        """Take in whose the locks are, and what the javacore says of its process."""
        self.builder.close_thread()
        for address, lock in self.owners:
            owner = self.vm_threads.get(address)
            if owner is not None and not (owner.waits and owner.awaits is not None and owner.awaits.address == lock.address):
                owner.add_held(lock)
        for thread, address, name in self.named:
            if address not in self.vm_threads and thread.awaits is not None:
                thread.awaits = thread.awaits._replace(owner=name.decode("utf-8", "replace"))
        stop = len(self.threads)
        if stop > self.first:
            states = {row: self.threads[row].printed_state() for row in range(self.first, stop)}
            excerpt = not self.headed and are_an_excerpt(thread.name for thread in self.threads[self.first :])
            self.facts[self.first] = Facts(self.pid, None, (), (), excerpt=excerpt, states=states)
        self.first, self.pid, self.wanted = stop, None, None
        self.repeated = self.headed = False
        self.vm_threads.clear()
        self.owners.clear()
        self.named.clear()


def _read_lwp(found: re.Match[bytes]) -> int:
    """`0x1010`"""
    lwp = hexadecimal(found[2]) if found[1] else decimal(found[2])
    return lwp if lwp is not None and lwp < 1 << 31 else UNKNOWN


@once_each
def _split(text: bytes) -> tuple[bytes, bytes]:
    """(tag, rest) of a line; no tag where it is none of a javacore's."""
    found = _TAG.match(text)
    return (found[1], text[found.end() :].rstrip()) if found else (b"", b"")
