"""pstack of ptools, which brings the tools of Solaris to Linux: a line for the process, one for each thread, frames innermost first.

    4242:   /usr/sbin/ledgerd -d                         the process; a tab stands behind the colon
                                                         an empty line, where it has several threads
    4250:   flusher                                      a thread: its LWP and its name
    0x00007f8f2e51a26f pthread_cond_wait+0x4f in /usr/lib64/libc.so.6 (pthread_cond_wait.c:29)       pstack -m -v
    0x000055d9dd57c94f ledger::inner [inlined]
    0x000055d9dd57d000 - ???

A process with one thread has no line for it; its frames follow the process's.  (basil/ptools src/bin/pstack.rs)
"""

from __future__ import annotations

import re

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts
from stackan.parsing.builder import Builder
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_HEAD = re.compile(rb"(\d{1,10}):(?:\t| {2,7})(.*)")
_FRAME = re.compile(rb"0x([0-9a-f]{16})(?: (.+?)(?:\+0x[0-9a-f]{1,16}| \[inlined\])| - \?\?\?)(?: in (\S.*?))?(?: \(([^()]{1,400})\))?")
_OWN = b"pstack: "


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.facts: dict[int, Facts] = {}
        self.refusals: list[str] = []
        self.cut = False
        self.threaded = False  # the process that is read has heads for its threads
        self.after_process = False  # the next head, behind an empty line, is that of a thread

    def read(self) -> ParsedText:
        builder = self.builder
        for line in builder.lines():
            if not line.strip():
                builder.blank()
            elif line.startswith(_OWN):
                builder.noise()
                self._own_words(line)
            elif (head := _HEAD.fullmatch(line)) is not None:
                self._head(int(head[1]), head[2].strip(), line)
            elif builder.open and (frame := _FRAME.fullmatch(line[:4000])) is not None:
                self._frame(frame)
        reading = split_snapshots(builder, self.facts)
        told = tuple(each._replace(refusals=tuple(self.refusals), limited=self.cut) for each in reading.facts)
        return reading._replace(facts=told)

    def _own_words(self, line: bytes) -> None:
        if b"maximum number of frames exceeded" in line:
            self.cut = True
        else:
            self.refusals.append(line.decode("utf-8", "replace"))

    def _head(self, number: int, words: bytes, line: bytes) -> None:
        """Of a process, if its frames follow at once, or an empty line and the heads of its threads; else of a thread."""
        builder = self.builder
        following = builder.following()
        row = len(builder.columns.thread_lwp)
        if not following.strip() and not self.after_process:
            self._process(number, words)
            builder.noise()
            self.after_process = True
        elif not following.startswith(b"0x"):
            builder.close_thread()
        elif self.after_process or (row and self._is_of(row) and not _is_command(words)):
            at = line.rfind(words) if words else 0
            builder.thread(lwp=number, name=(at, at + len(words)) if words and words != b"<unknown>" else None)
            self.after_process = False
            self.threaded = True
        else:
            self._process(number, words)
            builder.thread(lwp=UNKNOWN)
            self.threaded = False

    def _is_of(self, row: int) -> bool:
        """Whether the next head is that of a further thread of the process that is read."""
        return self.threaded and row not in self.facts

    def _process(self, pid: int, words: bytes) -> None:
        self.builder.close_thread()
        self.threaded = False
        self.facts[len(self.builder.columns.thread_lwp)] = Facts(pid, words.decode("utf-8", "replace") or None, (), ())

    def _frame(self, frame: re.Match[bytes]) -> None:
        address, function, library, source = frame.groups(b"")
        location = b"at " + source if source.rpartition(b":")[2].isdigit() else b"from " + library if library else b""
        self.builder.frame(function, location, pc=int(address, 16))


def _is_command(words: bytes) -> bool:
    """Whether what follows a number is no thread's name: the kernel keeps 15 characters of it."""
    return len(words) > 15 or words.startswith((b"/", b"-", b"./")) or b" -" in words
