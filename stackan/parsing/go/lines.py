"""The lines of a goroutine dump, one at a time: headers, places, and the margin that a log writes before each of them."""

from __future__ import annotations

import re

from stackan.model.records import NamedTuple

# Go indents the second line of a frame with a tab; copies on web pages have spaces, rsyslog writes the tab as `#011`.
INDENTS = (b"\t", b"  ", b"#011")
_NOISE = (
    b"panic: ",
    b"\tpanic: ",
    b"fatal error: ",
    b"[signal ",
    b"PC=",
    b"SIG",
    b"signal arrived during cgo execution",
    b"signal arrived during external code execution",
    b"unexpected fault address ",
    b"runtime: ",
    b"stack: frame={",
    b"exit status ",
)
# A place whose indent a tracker has eaten: `/usr/local/go/src/runtime/sema.go:241 +0x201`; no function is written so.
_BARE_PLACE = re.compile(
    rb"\A[^\s()][^()\n]{0,1000}\.(?:go|s|c|cc|cpp|h):\d{1,9}(?: \+0x[0-9a-f]{1,16})?(?: fp=0x[^\n]{0,100})?(?: pc=0x[0-9a-f]{1,16})?$"
)
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_HEX = frozenset(b"0123456789abcdef")


class Header(NamedTuple):
    """`goroutine 1 gp=0xc0000061c0 m=0 mp=0x5c1e60 [chan receive, 5 minutes] {user: "ann"}:`"""

    number: int
    state: bytes  # between the brackets: "chan receive, 5 minutes"


class CodePlace(NamedTuple):
    """The second line of a frame."""

    words: bytes  # "at FILE:LINE", or nothing
    pc: int | None


NOWHERE = CodePlace(b"", None)


def shape(margin: bytes) -> bytes:
    """What does not change from line to line of a margin."""
    return margin.translate(_DIGITS)


class Margin:
    """The margin that a log writes before each line: `Nov 26 03:20:07 host app[123]: `.  Its digits may change, its length does not."""

    def __init__(self, printed: bytes = b"") -> None:
        self.printed = printed
        self.size = len(printed)
        self._shape = shape(printed)

    def cut(self, line: bytes) -> bytes:
        """The line without the margin; as it is where it has none."""
        if not self.size:
            return line
        begin = shape(line[: self.size])
        if begin == self._shape or begin == self._shape.rstrip():  # of an empty line the log may have cut the last blank
            return line[self.size :]
        return line


def read_header(text: bytes) -> Header | None:
    """The header that a text is, from its first byte to its last."""
    if not text.startswith(b"goroutine ") or not text.endswith(b":"):
        return None
    number, _, rest = text[10:].partition(b" ")
    if not number.isdigit() or len(number) > 18:
        return None
    if rest.startswith(b"gp="):
        rest = rest[rest.find(b"[") :]
    if not rest.startswith(b"["):
        return None
    state, bracket, behind = rest[1:].partition(b"]")
    labeled = behind.startswith(b" {") and behind.endswith(b"}:")  # GODEBUG=tracebacklabels=1
    return Header(int(number), state) if bracket and (behind == b":" or labeled) else None


def read_wait(state: bytes) -> int:
    """The seconds of `semacquire, 590 minutes, locked to thread`: 0 of less than a minute, which the run-time does not print.

    It notes at a garbage collection that a goroutine waits, so the wait has lasted at least as long.  (src/runtime/traceback.go:
    goroutineheader, src/runtime/mgcmark.go: `gp.waitsince = work.tstart`)
    """
    for word in state.split(b", ")[1:]:
        digits = word.removesuffix(b" minutes")
        if digits != word and digits.isdigit() and len(digits) <= 9:
            return int(digits) * 60
    return 0


def find_header(line: bytes) -> int:
    """Where a header starts that ends the line, -1 if none does."""
    at = line.rfind(b"goroutine ")
    if at < 0 or (at and (line[at - 1 : at].isalnum() or line[at - 1] == 95)):
        return -1
    return at if read_header(line[at:]) is not None else -1


def first_margin(data: bytes) -> Margin | None:
    """The margin before a text's first header; None if it has no header."""
    at = data.find(b"goroutine ")
    while at >= 0:
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        start = data.rfind(b"\n", 0, at) + 1
        line = data[start:end].removesuffix(b"\r")
        header = find_header(line)
        if header >= 0:
            return Margin(line[:header])
        at = data.find(b"goroutine ", end)
    return None


def read_place(text: bytes) -> CodePlace | None:
    """`/srv/app/main.go:25 +0x9c fp=0xc00009ef20 sp=0xc00009eee8 pc=0x66663e`, below a C frame `nap.c:7 pc=0x4012f3`."""
    indent = next((indent for indent in INDENTS if text.startswith(indent)), None)
    if indent is None and not is_bare_place(text):
        return None
    indent = indent or b""
    body = text[len(indent) :].strip()
    pc = None
    head, mark, tail = body.rpartition(b"pc=0x")
    if mark and is_hex(tail):
        body, pc = head.rstrip(), int(tail, 16)
    body = body.partition(b" fp=0x")[0]
    head, mark, tail = body.rpartition(b" +0x")
    if mark and is_hex(tail):
        body = head
    if not body:
        return None if pc is None else CodePlace(b"", pc)
    file, _, line = body.rpartition(b":")
    return CodePlace(b"at " + body, pc) if file and line.isdigit() else None


def is_bare_place(text: bytes) -> bool:
    """Whether a line is a place without its indent."""
    return b":" in text and _BARE_PLACE.match(text) is not None


def is_noise(text: bytes) -> bool:
    """Whether the run-time prints such a line around the goroutines.  (src/runtime/panic.go, signal_unix.go, traceback.go)"""
    return text.startswith(_NOISE) or is_register(text)


def is_register(text: bytes) -> bool:
    """`rax    0xca`, of the thread that a signal stopped.  (src/runtime/signal_amd64.go: dumpregs)"""
    name, _, value = text.partition(b" ")
    value = value.strip()
    return 0 < len(name) <= 6 and name.isalnum() and value.startswith(b"0x") and is_hex(value[2:])


def is_hex(digits: bytes) -> bool:
    """Whether these are the hexadecimal digits of a number of 64 bits."""
    return 0 < len(digits) <= 16 and _HEX.issuperset(digits)


# The run-time's own proof: `checkdead` in src/runtime/proc.go found no goroutine that could ever run again.
_ASLEEP = (
    b"fatal error: all goroutines are asleep - deadlock!",
    b"fatal error: no goroutines (main called runtime.Goexit) - deadlock!",
)
_UNAVAILABLE = b"goroutine running on other thread; stack unavailable"
# Words that may be added to a goroutine's state, and say nothing of what it waits for.
_ADDITIONS = (" (scan)", " (durable)", " (synctest)")


def is_asleep(text: bytes) -> bool:
    """Whether the run-time reports in it that no goroutine can go on."""
    return text.startswith(_ASLEEP)


def is_place(text: bytes) -> bool:
    """Whether a line is a frame's second, or stands there for it."""
    return text.strip() == _UNAVAILABLE or read_place(text) is not None


def state_of(state: bytes) -> tuple[str, int]:
    """(its words, the least time in seconds that it has lasted) of what a header has between its brackets."""
    return f"go: {_bare_state(state)}", read_wait(state)


def _bare_state(state: bytes) -> str:
    """`chan receive, 5 minutes, locked to thread` → `chan receive`"""
    words = state.partition(b", ")[0].decode("utf-8", "replace")
    for addition in _ADDITIONS:
        words = words.replace(addition, "")
    return words
