"""Goroutine profiles, which count: `/debug/pprof/goroutine?debug=1`, and what `go tool pprof -traces` makes of one.

    goroutine profile: total 1204
    1200 @ 0x43e1d6 0x44f2de 0x44f2b5 0x46b5e5 0x47c0a5 0x6f1234 0x46fa01
    # labels: {"path":"/orders", "user":"ann"}
    #\t0x46b5e4\tsync.runtime_SemacquireMutex+0x24\t/usr/local/go/src/runtime/sema.go:77
    #\t0x6f1233\tmain.(*store).get+0x33\t\t\t/srv/app/store.go:31

    Type: goroutine
    -----------+-------------------------------------------------------
                user:  ann                                               a label
          1200   runtime.gopark
                 sync.runtime_SemacquireMutex (inline)
                 main.(*store).get

Each stack becomes as many goroutines as it counts, up to a limit.  No state is printed: the run-time's own functions tell what they
can, and ?debug=1 leaves them out.  (Go src/runtime/pprof/pprof.go: printCountProfile, printStackRecord; google/pprof
internal/report/report.go: printTraces)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.printed import PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.fields import hexadecimal
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, split_snapshots

TOTAL = re.compile(rb"goroutine profile: total (\d{1,18})\r?$")
COUNTED = re.compile(rb"(\d{1,18}) @(?: 0x[0-9a-f]{1,16})+$")
RULER = re.compile(rb"\A-{5,}\+-{5,}$")
TRACED = re.compile(rb"\A *(\d{1,18})   (\S.*)$")
_LABEL = re.compile(rb"\A *[\w./-]{1,200}:  ?\S")
_INDENT = b"        "  # of the frames of traces
_HEAD = (b"File: ", b"Type: ", b"Time: ", b"Build ID: ", b"Duration: ")
MOST, MOST_FRAMES = 20_000, 2_000_000  # goroutines that are made of a profile, and their frames
COUNTED_STATE, OBSERVER = "go: counted", "go: takes the dump"
# {the start of a function that a goroutine waits in: its state, as a goroutine dump would print it}
_STATES = {
    b"runtime.chanrecv": "go: chan receive",
    b"runtime.chansend": "go: chan send",
    b"runtime.selectgo": "go: select",
    b"runtime.block": "go: select (no cases)",
    b"runtime.netpollblock": "go: IO wait",
    b"internal/poll.runtime_pollWait": "go: IO wait",
    b"sync.runtime_Semacquire": "go: semacquire",
    b"internal/sync.runtime_Semacquire": "go: semacquire",
    b"sync.runtime_notifyListWait": "go: sync.Cond.Wait",
    b"time.Sleep": "go: sleep",
    b"runtime.cgocall": "go: syscall",
    b"syscall.": "go: syscall",
    b"runtime/pprof.": OBSERVER,
    b"runtime.goroutineProfile": OBSERVER,
}
_RUN_TIME = (b"runtime.", b"sync.", b"internal/")  # further out of these one may still tell


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    """One pass over the lines; `self.count` is how many goroutines the open stack stands for."""

    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.states: dict[int, PrintedState] = {}
        self.open = False  # a stack takes frames
        self.count = 0
        self.told = ""  # the state that the functions of the open stack show
        self.line = 0  # of the open stack
        self.traces = self.ruled = False
        self.counted = 0  # goroutines of the whole text
        self.scale = _scale(data)

    def read(self) -> ParsedText:
        builder = self.builder
        for text in builder.lines():
            if not text or text.isspace():
                builder.blank()
                self._end()
            elif text.startswith(b"#") or (text.startswith(_INDENT) and not self.ruled):  # as no line around the stacks does
                if not self._frame(text):
                    self._end()
            elif not (self._opening(text) or self._stack(text) or self._frame(text)):
                self._end()
        self._end()
        return split_snapshots(builder, {0: NOTHING_SAID._replace(states=self.states)})._replace(counted=self.counted)

    def _opening(self, text: bytes) -> bool:
        """A line around the stacks."""
        if text.startswith(b"-----") and RULER.match(text) is not None:
            self.traces = self.ruled = True
        elif text.startswith(_HEAD) or TOTAL.match(text) is not None:
            if not text.startswith(_HEAD[1:]):
                self._end()
                self.builder.snapshot()
        else:
            return False
        self._end()
        self.builder.noise()
        return True

    def _stack(self, text: bytes) -> bool:
        """`1200 @ 0x43e1d6 …`, or the first line behind a ruler that is no label."""
        counted = COUNTED.match(text)
        traced = TRACED.match(text) if self.ruled and counted is None else None
        if counted is not None or traced is not None:
            self._end()
            self.builder.thread(headed=traced is None)
            self.open = True
            self.line = self.builder.line
            self.count = int(text.split(None, 1)[0])
            self.counted += self.count
            if traced is not None:
                self._add(_plain(traced[2]), b"", None)
            self.ruled = False
            return True
        if self.ruled and _LABEL.match(text) is not None:
            self.builder.noise()
            return True
        return False

    def _frame(self, text: bytes) -> bool:
        """`#\t0x46b5e4\tsync.runtime_SemacquireMutex+0x24\t/usr/local/go/src/runtime/sema.go:77`, or `             main.(*store).get`."""
        if not self.open:
            return False
        if text.startswith(_INDENT):
            function = text.strip()
            if not self.traces or (function[:1].isdigit() and COUNTED.match(function) is not None):
                return False
            self._add(_plain(function), b"", None)
        elif text.startswith(b"# labels: "):
            self.builder.locals()
        elif text.startswith((b"#\t", b"# ")):
            frame = _read_frame(text)
            if frame is None:
                return False
            self._add(*frame)
        else:
            return False
        return True

    def _add(self, function: bytes, location: bytes, pc: int | None) -> None:
        self.builder.frame(function, location, pc=pc)
        if not self.told:
            self.told = _told(function)

    def _end(self) -> None:
        """The open stack is complete: it becomes as many goroutines as it counts."""
        if not self.open:
            return
        self.open = False
        builder, columns = self.builder, self.builder.columns
        builder.close_thread()
        row, frames = len(columns.thread_lwp) - 1, columns.thread_frames[-1]
        share = self.count * MOST // self.scale if self.scale > MOST else self.count
        copies = min(max(share, 1), max(MOST_FRAMES // max(frames, 1), 1), MOST)
        state = self.states[row] = PrintedState(self.told or COUNTED_STATE, self.line)
        if copies > 1:
            builder.repeat(copies - 1)
            self.states.update(dict.fromkeys(range(row + 1, row + copies), state))
        self.told = ""


@once_each
def _read_frame(text: bytes) -> tuple[bytes, bytes, int] | None:
    """(function, location, program counter) of a frame of `?debug=1`; None for another line."""
    fields = text[1:].split(None, 2)
    pc = hexadecimal(fields[0]) if len(fields) > 1 and fields[0].startswith(b"0x") else None
    if pc is None:
        return None
    function, _, offset = fields[1].rpartition(b"+0x")
    place = fields[2].strip() if len(fields) > 2 else b""
    return function if offset else fields[1], b"at " + place if b":" in place else b"", pc


@once_each
def _told(function: bytes) -> str:
    """The state that a function shows; nothing where one further out may."""
    state = next((state for start, state in _STATES.items() if function.startswith(start)), "")
    return state or ("" if function.startswith(_RUN_TIME) else COUNTED_STATE)


def _plain(function: bytes) -> bytes:
    return function.removesuffix(b" (inline)").removesuffix(b" (partial-inline)") if function.endswith(b")") else function


def _scale(data: bytes) -> int:
    """How many goroutines the stacks of a text count together."""
    return sum(int(count) for count in _counts(data))


def _counts(data: bytes) -> Iterator[bytes]:
    for found in re.finditer(rb"(?m)^(?:(\d{1,18}) @| *(\d{1,18})   \S)", data):
        yield found[1] or found[2]
