"""The output of `jcmd PID Thread.dump_to_file`, JDK 21 to 25: the only dump with all virtual threads.

    26598
    2026-11-26T03:30:33.842719571Z
    21.0.8+9-LTS

    #22 "" virtual
          java.base/jdk.internal.misc.Unsafe.park(Native Method)
          java.base/java.lang.VirtualThread.parkOnCarrierThread(VirtualThread.java:675)

JDK 25 adds states and locks, each named by its class and identity hash, which serves here as an address:

    #28 "" virtual BLOCKED 2026-11-26T03:31:35.791433785Z
        at Lab.lambda$main$85(Lab.java:142)
        - waiting to lock <java.lang.Object@1ba4c229>

A virtual thread that has been started, and has had no carrier since, has no frames: `#33 "" virtual RUNNABLE …`, without the state up to
JDK 24.

With -format=json the same is in JSON, which the JDK writes with one item on each line; it is read line by line, so that
each can be quoted.  Written by the JDK's own jdk.internal.vm.ThreadDumper; it walks from thread to thread, so it shows no instant.
"""

from __future__ import annotations

from stackan import backend
from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts
from stackan.model.runtime_phrases import STATES
from stackan.parsing.builder import Builder
from stackan.parsing.java.file_lines import is_time, lock_of, mark_of, runs_virtual_thread, without_module
from stackan.parsing.java.thread import PINNED_CARRIER, JavaThread, are_an_excerpt, read_frame, read_number
from stackan.parsing.parsed import ParsedText


def read(data: bytes) -> ParsedText:
    if backend.name() == "native" and not _is_json(data):
        from stackan.parsing.java.scanned import read_dump_file

        return read_dump_file(data)
    return read_plainly(data)


def read_plainly(data: bytes) -> ParsedText:
    """The same line by line, which says what each line is; the native scanner agrees with it."""
    return (_Json if _is_json(data) else _Text)(data).read()


def _is_json(data: bytes) -> bool:
    return b'"threadDump": {' in data


class _Reader:
    """The common part of both forms."""

    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.threads: list[JavaThread] = []
        self.pid: int | None = None
        self.headed = False  # the lines that open a file were there

    def read(self) -> ParsedText:
        for text in self.builder.lines():
            if text.strip():
                self.take(text)
            else:
                self.builder.blank()
                self.builder.close_thread()
        self._pin_carriers()
        states = {row: thread.printed_state() for row, thread in enumerate(self.threads)}
        excerpt = not self.headed and are_an_excerpt(thread.name for thread in self.threads)
        return ParsedText(self.builder.columns, (Facts(self.pid, None, (), (), excerpt=excerpt, states=states),))

    def _pin_carriers(self) -> None:
        """The dump says of no carrier what is mounted on it; where as many virtual threads are pinned, one is on each."""
        carriers = [thread for thread in self.threads if thread.carries == "java: carrier"]
        if carriers and sum(thread.pinned for thread in self.threads) >= len(carriers):
            for thread in carriers:
                thread.carries = PINNED_CARRIER

    def take(self, text: bytes) -> None:
        raise NotImplementedError

    def open(self, name: bytes, number: int, where: tuple[int, int] | None) -> None:
        self.builder.thread(number=number, name=where)
        self.threads.append(JavaThread(name, self.builder.line))

    def frame(self, text: bytes) -> None:
        """`java.base/java.lang.Thread.run(Thread.java:1474)`"""
        function, location = read_frame(text)
        thread = self.threads[-1]
        self.builder.frame(function, location)
        if not thread.frames and runs_virtual_thread(function):
            thread.carries = "java: carrier"
        thread.add_frame(without_module(function), self.builder.line)

    def lock(self, mark: bytes, rest: bytes, depth: int | None = None) -> None:
        """`- locked <java.lang.Object@1ba4c229>`"""
        thread = self.threads[-1]
        frame = max(0, thread.frames - 1) if depth is None else depth
        thread.add_lock(lock_of(mark, rest, self.builder.line, frame))

    def said(self, state: bytes) -> None:
        self.threads[-1].state, self.threads[-1].state_line = state, self.builder.line


class _Text(_Reader):
    """The plain form."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.opening = 0  # lines that are left of those that open the dump

    def take(self, text: bytes) -> None:
        body = text.strip()
        mark = mark_of(body)
        if text.startswith(b"#") and b' "' in text:
            self._heading(text)
        elif self.builder.open and mark is not None:
            self.lock(mark, body[len(mark) :])
            self.builder.locals()
        elif self.builder.open and text.startswith(b" ") and body.endswith(b")"):
            self.frame(body.removeprefix(b"at "))
        elif not self.builder.open and body.isdigit() and len(body) < 12 and is_time(self.builder.following()):
            self.pid = int(body)
            self.headed = True
            self.opening = 2  # the time and the version
            self.builder.noise()
        elif self.opening:
            self.opening -= 1
            self.builder.noise()

    def _heading(self, text: bytes) -> None:
        """`#28 "" virtual BLOCKED 2026-11-26T03:31:35.791433785Z`"""
        start, stop = text.index(b'"') + 1, text.rfind(b'"')
        number = read_number(text[1 : start - 2])
        if number == UNKNOWN or stop < start:
            return
        self.open(text[start:stop], number, (start, stop) if stop > start else None)
        self.threads[-1].virtual = text[stop + 1 :].startswith(b" virtual")
        state = next((word for word in text[stop + 1 :].split(b" ") if word in STATES), b"")
        self.said(state)


class _Json(_Reader):
    """The JSON form, a line for each item: `"tid": "29",`."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.headed = True
        self.inside = b""  # the list that is open: stack, locks, …
        self.depth = 0  # the frame whose monitors are listed

    def take(self, text: bytes) -> None:
        body = text.strip().rstrip(b",")
        key, _, value = body.partition(b'": ')
        key, value = key.strip(b'"'), value.strip()
        if key == b"tid":
            self.inside = b""
            self.open(b"", read_number(value.strip(b'"')), None)
        elif body.startswith(b'"') and value[:1] in (b"[", b"{"):
            self.inside = key if value in (b"[", b"{") else b""
            self._more()
        elif body in (b"]", b"}", b"{", b"["):
            self.inside = b"" if body in (b"]", b"}") else self.inside
            self._more()
        elif self.builder.open and body.startswith(b'"') and not value:
            self._item(body.strip(b'"').replace(b"\\/", b"/"))
        elif body.startswith(b'"') and value:
            self._member(key, value.strip(b'"').replace(b"\\/", b"/"), text)

    def _item(self, item: bytes) -> None:
        """A line of a list: a frame of `stack`, a monitor of `locks`."""
        if self.inside == b"stack":
            self.frame(item)
        elif self.inside == b"locks":
            self.lock(b"- locked <", item, self.depth)
            self.builder.locals()

    def _member(self, key: bytes, value: bytes, text: bytes) -> None:
        if key == b"processId":
            self.pid = read_number(value) if read_number(value) != UNKNOWN else None
        elif not self.builder.open:
            pass
        elif key == b"name" and b'": "' in text:
            start = text.index(b'": "') + 4
            self.builder.rename(start, start + len(text[start:].rstrip(b" ,\r").removesuffix(b'"')))
            self.threads[-1].name = value
        elif key == b"state":
            self.said(value)
        elif key == b"virtual":
            self.threads[-1].virtual = value == b"true"
        elif key == b"depth":
            self.depth = max(0, read_number(value))
        elif key in (b"blockedOn", b"waitingOn") or (key == b"object" and self.inside == b"parkBlocker"):
            self.lock(key, value, 0)
        self._more()

    def _more(self) -> None:
        if self.builder.open:
            self.builder.continuation()
        else:
            self.builder.noise()
