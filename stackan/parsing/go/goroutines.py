"""Goroutine dumps, as printed by Go's run-time on SIGQUIT or a panic, `debug.Stack`, and `/debug/pprof/goroutine?debug=2`.

    goroutine 19 [sync.Mutex.Lock, 5 minutes]:
    sync.(*Mutex).lockSlow(0x96e058)
            /usr/local/go/src/sync/mutex.go:171 +0x15d
    sync.(*Mutex).Lock(...)
            /usr/local/go/src/sync/mutex.go:90
    created by main.main in goroutine 1
            /srv/app/main.go:115 +0x4b0

A frame is two lines.  `(...)` is an inlined frame's; `0x0?` a value that may be out of date.  The text's source is
src/runtime/traceback.go: `goroutineheader`, `traceback2`, `printArgs`, `printcreatedby`, `tracebackothers`.
"""

from __future__ import annotations

from stackan import backend
from stackan.model.printed import Facts, PrintedState
from stackan.model.runtime_phrases import OPENINGS
from stackan.parsing.builder import Builder
from stackan.parsing.go.lines import (
    INDENTS,
    NOWHERE,
    Margin,
    find_header,
    first_margin,
    is_asleep,
    is_bare_place,
    is_hex,
    is_noise,
    is_place,
    read_header,
    read_place,
    state_of,
)
from stackan.parsing.go.snapshots import conclude, opening
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_C_CODE = b"non-Go function at pc="
# With GOTRACEBACK=crash it is between the outputs of the threads that are not the first to be stopped.
_SAME_DUMP = b"-----"


def read(data: bytes) -> ParsedText:
    if backend.name() == "native":
        from stackan.parsing.go.scanned import read_goroutines

        return read_goroutines(data)
    return read_plainly(data)


def read_plainly(data: bytes) -> ParsedText:
    """The same line by line, which says what each line is; the native scanner agrees with it."""
    return _Reader(data).read()


class _Reader:
    """Goes through the lines of one text; each method takes a kind of line, or leaves it to the next."""

    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.margin = first_margin(data) or Margin()
        self.states: dict[int, PrintedState] = {}
        self.openings: dict[int, Facts] = {}  # {row of the first goroutine behind it: what the opening of a dump says}
        self.same_dump = False  # a line `-----` came since the last thread
        self.crashing = False  # further system threads print themselves, and some goroutines again
        self.aside = False  # lines of the open goroutine that are no frames of its own: its creator, its ancestors

    def read(self) -> ParsedText:
        builder = self.builder
        for line in builder.lines():
            text = self.margin.cut(line)
            if not text:
                builder.blank()
                builder.close_thread()
            elif self._header(line, text) or self._opening(text) or self._inside(line, text):
                continue
            elif is_noise(text):
                builder.noise()
                builder.close_thread()
            elif (row := len(builder.columns.thread_lwp)) in self.openings:
                # Words of another: the goroutines that follow may be of a later run.
                self.openings[row] = self.openings[row]._replace(deadlock=0)
        return conclude(split_snapshots(builder, self.openings), self.openings, self.states)

    def _header(self, line: bytes, text: bytes) -> bool:
        """`goroutine 17 [chan receive, 5 minutes, locked to thread]:`, or `runtime stack:` of a system thread."""
        if text == b"runtime stack:":
            at = len(line) - len(text)
            self._begin(self.builder.thread(name=(at, at + len(text) - 1)))
            return True
        header = read_header(text)
        if header is None:
            at = find_header(line)
            if at < 0:
                return False
            self.margin = Margin(line[:at])
            header = read_header(line[at:])
            assert header is not None
        # Each system thread has its own goroutine 0.
        row = self.builder.thread(number=header.number)
        words, waited = state_of(header.state)
        self.states[row] = PrintedState(words, self.builder.line, waited=waited)
        self._begin(row, header.number)
        return True

    def _begin(self, row: int, number: int = 0) -> None:
        if row in self.openings:
            self.crashing = False
        elif self.crashing or not number:
            self.builder.joined.add(row)
        self.same_dump = self.aside = False

    def _opening(self, text: bytes) -> bool:
        """Take in a line that comes before a dump, or between its parts."""
        if text.startswith(_SAME_DUMP) and not text.strip(b"-"):
            self.same_dump = True
        elif not text.startswith(OPENINGS):
            return False
        elif self.same_dump and self.builder.columns.thread_lwp:
            self.crashing = True
        else:
            self.openings[len(self.builder.columns.thread_lwp)] = opening(self.builder.line if is_asleep(text) else 0)
        self.builder.noise()
        self.builder.close_thread()
        return True

    def _inside(self, line: bytes, text: bytes) -> bool:
        """A line of the open goroutine."""
        builder = self.builder
        if not builder.open:
            return False
        if text.startswith(INDENTS) or is_bare_place(text):
            if not is_place(text):
                return False
            builder.continuation()
        elif text.startswith((b"created by ", b"[originating from goroutine ")):
            self.aside = True
            builder.locals()
        elif text.startswith(b"...") and text.endswith(b" frames elided..."):
            builder.continuation()
        elif self.aside:
            if not text.endswith(b"(...)"):
                return False
            builder.locals()
        else:
            return self._frame(line, text)
        return True

    def _frame(self, line: bytes, text: bytes) -> bool:
        """`main.(*S).Lock(0xc000012345, {0x4b, 0x3})`, with its place on the next line: without one it is some other text.

        C frames have no arguments: `nap`, then `/srv/app/nap.c:7 pc=0x4012f3` or only `pc=0x4012f3`; or they are nothing
        but `non-Go function at pc=4012f3`.
        """
        builder = self.builder
        if text.startswith(_C_CODE) and is_hex(text[len(_C_CODE) :]):
            builder.frame(b"", pc=int(text[len(_C_CODE) :], 16))
            return True
        place = NOWHERE if builder.is_last else read_place(self.margin.cut(builder.following()))
        start, stop = text.rfind(b"(") if text.endswith(b")") else -1, len(text) - 1
        if start > 0 and place is not None:
            shift = len(line) - len(text)
            builder.frame(text[:start], place.words, pc=place.pc, arguments=(shift + start + 1, shift + stop))
        elif place is not None and place.pc is not None:
            builder.frame(text, place.words, pc=place.pc)
        else:
            return False
        return True
