"""Which of the stacks in the record of an lldb session count.

lldb prints a thread's header in four places:

    Process 17162 stopped                                       on every stop, with the innermost frame of some threads
    * thread #1, name = 'ab_ba', stop reason = signal SIGSTOP
        frame #0: 0x00007fee8cac1545 libc.so.6`__libc_pause at pause.c:29:10
    (lldb) thread list                                          the kernel's thread ids, and no frames
    * thread #1: tid = 17162, 0x00007fee8cac1545 libc.so.6`__libc_pause at pause.c:29:10, name = 'ab_ba', stop reason = …
    (lldb) thread select 2                                      the innermost frame of one thread
    * thread #2, name = 'transfer', stop reason = signal SIGSTOP
        frame #0: 0x00007fee8ca7812b libc.so.6`__GI___lll_lock_wait at futex-internal.h:146:13
    (lldb) bt all                                               the stacks; the selected frame has a star
    * thread #1, name = 'ab_ba', stop reason = signal SIGSTOP
      * frame #0: 0x00007fee8cac1545 libc.so.6`__libc_pause at pause.c:29:10

A thread counts once for each stop of the process, with the last of the longest stacks printed for it.  Where nothing says that the
process went on, as in what people copy out of a session, two stacks of a thread that differ say so: each is a snapshot.  Old versions
print `tid = ` in the headers of stacks too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts
from stackan.parsing.fields import decimal, hexadecimal
from stackan.parsing.known import once_each
from stackan.parsing.lldb.frame import read_header

PROMPT = b"(lldb)"
# A process that does one of these is no longer where it was.
_MOVES = (b" resuming", b" launched", b" detached", b" exited", b" stopped and restarted")
_GOES_ON = re.compile(
    rb"(?:c|continue|n|next|s|step|fin|finish|ni|nexti|si|stepi|run|r|kill|thread (?:step-|continue|until)\S*|process continue)\b"
)
_NEW_TARGET = (b"process attach", b"attach", b"target create", b"process launch")


@dataclass
class Head:
    """A thread's header, wherever it was printed."""

    line: int
    number: int
    tid: int
    starred: bool  # the selected thread
    stop: int  # the how manieth standstill of the process
    notice: bool  # printed because the process stopped
    frames: int = 0
    marked: bool = False  # one of its frames is the selected one
    pcs: list[int] = field(default_factory=list)  # of its frames


@dataclass
class Stop:
    """One standstill of the process: a snapshot, if stacks were printed in it."""

    pid: int | None = None
    command: str | None = None
    behind: int = UNKNOWN  # the stop after which the process went on without a word: its threads are the same


@once_each
def read_head(line: bytes) -> tuple[int, int, bool] | None:
    """(number, tid, starred) of a line that heads a thread: `* thread #1, name = 'x'`, `  thread #2: tid = 0x1a2b, 0x0000…`."""
    at = line.find(b"thread #", 0, 64)
    if at < 0 or line[:at].strip(b" \t*"):
        return None
    digits = line[at + 8 : at + 18].partition(b":")[0].partition(b",")[0]
    number, end = decimal(digits), at + 8 + len(digits)
    if number is None or line[end : end + 1] not in (b"", b",", b":"):
        return None
    tid = None
    if line.startswith(b": tid = ", end):
        words = line[end + 8 : end + 28].partition(b",")[0]
        tid = hexadecimal(words) if words.startswith(b"0x") else decimal(words)
    return number, UNKNOWN if tid is None or tid >> 63 else tid, b"*" in line[:at]


class Session:
    """The headers of a text, each with the stop in which it was printed."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self.heads: list[Head] = []
        self.stops = [Stop()]
        self.hexadecimal = False  # it lists the threads' ids so
        self.talks = False  # lldb's own words are between the stacks
        self._stopped = self._notice = self._open = False
        self._stacks: dict[int, Head] = {}  # {thread: its first stack of more than one frame in this stop}
        for number, line in enumerate(lines, 1):
            if b"frame #" in line:
                self._frame(line)
            elif b"thread #" in line:
                self._head(number, line)
            elif line.startswith(PROMPT):
                self._prompt(line)
            elif line.startswith(b"Process "):
                self._process(line)
            elif line.startswith((b"Executable module set to ", b"Current executable set to ", b"Core file ")):
                self.stops[-1].command = _quoted(line)

    def stacks(self) -> list[Head]:
        """The headers that count, in the order of the text."""
        printed = [head for head in self.heads if head.frames]
        if any(head.frames > 1 or head.marked for head in printed):
            printed = [head for head in printed if not _is_notice(head)]
        longest: dict[tuple[int, int], Head] = {}
        for head in printed:
            best = longest.setdefault((head.stop, head.number), head)
            if head.frames >= best.frames:
                longest[head.stop, head.number] = head
        return sorted(longest.values(), key=lambda head: head.line)

    def tids(self) -> dict[tuple[int, int], int]:
        """{(stop, thread number): the kernel's thread id}"""
        tids = {(head.stop, head.number): head.tid for head in self.heads if head.tid != UNKNOWN}
        for head in self.heads:
            known = tids.get((self.stops[head.stop].behind, head.number))
            if known is not None:
                tids.setdefault((head.stop, head.number), known)
        return tids

    def facts(self, stop: int) -> Facts:
        return Facts(self.stops[stop].pid, self.stops[stop].command, (), (), hexadecimal=self.hexadecimal)

    # -- lines

    def _frame(self, line: bytes) -> None:
        header = read_header(line)
        if header is None or not self._open:
            return
        head = self.heads[-1]
        if header.level == head.frames:
            head.frames += 1
            head.pcs.append(header.pc)
            head.marked = head.marked or header.marked
            if head.marked or head.frames > 1:
                self._notice = head.notice = False
                self._compare(head)

    def _compare(self, head: Head) -> None:
        """Take a stack to a stop of its own if the thread had another one in this stop."""
        known = self._stacks.setdefault(head.number, head)
        levels = (0, 1) if head.frames == 2 else (head.frames - 1,)
        if known.stop != head.stop:
            self._stacks[head.number] = head
        elif any(level < len(known.pcs) and known.pcs[level] != head.pcs[level] for level in levels):
            self.stops.append(Stop(self.stops[-1].pid, self.stops[-1].command, head.stop))
            head.stop = len(self.stops) - 1
            self._stacks = {head.number: head}

    def _head(self, number: int, line: bytes) -> None:
        self.hexadecimal = self.hexadecimal or b": tid = 0x" in line
        found = read_head(line)
        if found is None:
            return
        thread, tid, starred = found
        if self._stopped and tid == UNKNOWN:
            self._move()
            self._notice = True
        self._stopped = False
        before = self.heads[-1] if self.heads and self.heads[-1].stop == len(self.stops) - 1 else None
        if before is not None and thread <= before.number:
            self._notice = False
            if not self.talks:
                self._move()
        self.heads.append(Head(number, thread, tid, starred, len(self.stops) - 1, self._notice))
        self._open = True

    def _prompt(self, line: bytes) -> None:
        self.talks, self._open, self._notice, self._stopped = True, False, False, False
        command = line[len(PROMPT) :].strip()
        if command.startswith(_NEW_TARGET) or _GOES_ON.match(command):
            self._move()

    def _process(self, line: bytes) -> None:
        process, _, words = line[8:].partition(b" ")
        pid = decimal(process)
        if pid is None:
            return
        self.talks, self._open, self._notice = True, False, False
        self._stopped = words.startswith(b"stopped") and b"restarted" not in words
        if line.partition(b":")[0].endswith(_MOVES) or b" exited " in line[:40]:
            self._move()
        self.stops[-1].pid = pid

    def _move(self) -> None:
        """Begin another stop, unless nothing was printed in this one."""
        if any(head.stop == len(self.stops) - 1 for head in self.heads[-1:]):
            self.stops.append(Stop(self.stops[-1].pid, self.stops[-1].command))


def _is_notice(head: Head) -> bool:
    """Whether a header is in the notice of a stop or of a selection: the selected frame of a real stack has a star."""
    return head.notice or (head.starred and head.frames == 1 and not head.marked)


def _quoted(line: bytes) -> str | None:
    """The words between the first quotes: `Current executable set to '/srv/dnode' (x86_64).`"""
    parts = line.replace(b'"', b"'").split(b"'", 2)
    return parts[1].decode("utf-8", "replace") if len(parts) == 3 and parts[1] else None
