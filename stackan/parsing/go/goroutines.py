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

from stackan.model.dump import Facts, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.go.lines import (
    INDENTS,
    NOWHERE,
    Margin,
    find_header,
    first_margin,
    is_bare_place,
    is_hex,
    is_noise,
    read_header,
    read_place,
    read_wait,
)
from stackan.parsing.parsed import ParsedText

# `goroutine 1 [running]:` follows each of these: they open a dump.  (src/runtime/panic.go, src/runtime/signal_unix.go)
_OPENINGS = (b"panic: ", b"fatal error: ", b"SIGQUIT: ", b"SIGABRT: ", b"SIGSEGV: ", b"SIGTRAP: ", b"SIGBUS: ", b"SIGFPE: ", b"SIGILL: ")
# The run-time's own proof: `checkdead` in src/runtime/proc.go found no goroutine that could ever run again.
_ASLEEP = (
    b"fatal error: all goroutines are asleep - deadlock!",
    b"fatal error: no goroutines (main called runtime.Goexit) - deadlock!",
)
_UNAVAILABLE = b"goroutine running on other thread; stack unavailable"
_C_CODE = b"non-Go function at pc="
# With GOTRACEBACK=crash it is between the outputs of the threads that are not the first to be stopped.
_SAME_DUMP = b"-----"
# `runtime.Stack`, which /debug/pprof/goroutine?debug=2 and programs' own handlers call, prints its caller first.
_OBSERVER = "takes the dump"
# Words that may be added to a goroutine's state, and say nothing of what it waits for.
_ADDITIONS = (" (scan)", " (durable)", " (synctest)")


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Snapshot:
    """The facts about the snapshot whose goroutines are being read."""

    def __init__(self, failed: bool = False, deadlock: int = 0) -> None:
        self.failed = failed  # the program printed it because it failed or got a signal to end
        self.deadlock = deadlock  # the line that says that all are asleep
        self.states: dict[int, PrintedState] = {}
        self.seen: set[int] = set()  # numbers of its goroutines
        self.crashing = False  # further system threads print themselves, and some goroutines again

    def facts(self) -> Facts:
        return Facts(None, None, (), (), states=self.states, ended=self.failed, deadlock=self.deadlock)


class _Reader:
    """Goes through the lines of one text; each method takes a kind of line, or leaves it to the next."""

    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.margin = first_margin(data) or Margin()
        self.snapshots: list[_Snapshot] = []
        self.opening: _Snapshot | None = None  # an opening of a dump came since the last thread
        self.same_dump = False  # a line `-----` came since
        self.number = 0  # of the open goroutine
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
            elif self.opening is not None:
                self.opening.deadlock = 0  # words of another: the goroutines that follow may be of a later run
        return ParsedText(builder.columns, tuple(snapshot.facts() for snapshot in self.snapshots), tuple(builder.snapshots))

    def _header(self, line: bytes, text: bytes) -> bool:
        """`goroutine 17 [chan receive, 5 minutes, locked to thread]:`, or `runtime stack:` of a system thread."""
        if text == b"runtime stack:":
            self._find_snapshot(0)
            at = len(line) - len(text)
            self.builder.thread(name=(at, at + len(text) - 1))
            return True
        header = read_header(text)
        if header is None:
            at = find_header(line)
            if at < 0:
                return False
            self.margin = Margin(line[:at])
            header = read_header(line[at:])
            assert header is not None
        snapshot = self._find_snapshot(header.number)
        words = _bare_state(header.state)
        if words == "running" and not snapshot.states and not snapshot.failed:
            words = _OBSERVER
        state = PrintedState(f"go: {words}", self.builder.line, waited=read_wait(header.state))
        snapshot.states[self.builder.thread(number=header.number)] = state
        return True

    def _find_snapshot(self, number: int) -> _Snapshot:
        """Which snapshot the next thread is of: a further one, if its number was seen, or a dump has been opened anew."""
        newest = self.snapshots[-1] if self.snapshots else None
        if newest is None or self.opening is not None or (number in newest.seen and not newest.crashing):
            self.builder.snapshot()
            newest = self.opening or _Snapshot()
            self.snapshots.append(newest)
        if number:  # each system thread has its own goroutine 0
            newest.seen.add(number)
        self.opening, self.number, self.same_dump, self.aside = None, number, False, False
        return newest

    def _opening(self, text: bytes) -> bool:
        """Take in a line that comes before a dump, or between its parts."""
        if text.startswith(_SAME_DUMP) and not text.strip(b"-"):
            self.same_dump = True
        elif not text.startswith(_OPENINGS):
            return False
        elif self.same_dump and self.snapshots:
            self.snapshots[-1].crashing = True
        else:
            self.opening = _Snapshot(failed=True, deadlock=self.builder.line if text.startswith(_ASLEEP) else 0)
        self.builder.noise()
        self.builder.close_thread()
        return True

    def _inside(self, line: bytes, text: bytes) -> bool:
        """A line of the open goroutine."""
        builder = self.builder
        if not builder.open:
            return False
        if text.startswith(INDENTS) or is_bare_place(text):
            if text.strip() == _UNAVAILABLE:
                self.snapshots[-1].seen.discard(self.number)  # its own thread may print it, too
            elif read_place(text) is None:
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


def _bare_state(state: bytes) -> str:
    """`chan receive, 5 minutes, locked to thread` → `chan receive`"""
    words = state.partition(b", ")[0].decode("utf-8", "replace")
    for addition in _ADDITIONS:
        words = words.replace(addition, "")
    return words
