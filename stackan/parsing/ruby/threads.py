"""Ruby's threads: sigdump's file, and what servers log on SIGTTIN or SIGINFO (Sidekiq, Puma, Foreman and other handlers of their kind).

    Sigdump at 2026-03-02 11:00:00 +0000 process 4100 (/srv/app/bin/agent)
      Thread #<Thread:0x00007fb2f0a7e900@push /srv/app/lib/push.rb:9 sleep_forever> status=sleep priority=0
          /srv/app/lib/push.rb:22:in `pop'                                 a function in C: it has the place of its caller
          /srv/app/lib/push.rb:22:in `block in run'
      GC stat:                                                             and objects: no threads

    2026-03-02T11:00:00.123Z pid=4100 tid=oxq7 WARN: Thread TID-oxq8 processor
    2026-03-02T11:00:00.123Z pid=4100 tid=oxq7 WARN: /srv/app/jobs/sync.rb:7:in 'Thread::Queue#pop'        Ruby 3.4 names the class
    /srv/app/jobs/sync.rb:7:in 'SyncJob#perform'

Frames are printed innermost first.  (fluent/sigdump lib/sigdump.rb; sidekiq lib/sidekiq/cli.rb; puma lib/puma/launcher.rb)
"""

from __future__ import annotations

import re

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts, PrintedState
from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_OPENING = re.compile(rb"Sigdump at .{1,80} process (\d{1,10}) \((.*)\)$")
_HEADER = re.compile(rb"  Thread #<Thread:0x([0-9a-f]{1,16})(?:@(.{1,100}?))?(?: .{0,300})?> status=(\w{1,20}) priority=-?\d{1,10}$")
# In JSON a quotation mark comes before and behind them.
_LISTED = re.compile(rb"(?:^|[ \t\]\"])Thread:? (TID-(\w{1,32})(?: [^\"]{0,300})?)(?:\"[^\"]{0,9})?$")
_FRAME = re.compile(rb"(?:^|[ \t\"])([^\s\"]{1,500}):(\d{1,7}):in [`'](.{1,300})'(?:\"[^\"]{0,9})?\s*$")
_PID = re.compile(rb"(?:\bpid=|\"pid\":|^\[)(\d{1,10})\b")
_NO_FRAMES = b"<no backtrace available>"
_BUILT_IN = b"<internal:"
_SECTION = re.compile(rb"\A(?:  \S.{0,100}$|[ \t]{2,40}[\d,]+: |      .{1,200}$)")
_OBSERVERS = (b"backtrace", b"backtrace_locations", b"caller")
OBSERVER = "ruby: takes the dump"


class _Frame(NamedTuple):
    file: bytes
    line: bytes
    method: bytes


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    """One pass over the lines."""

    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.facts: dict[int, Facts] = {}
        self.states: dict[int, PrintedState] = {}
        self.behind = False  # sections about objects and the collector follow sigdump's threads

    def read(self) -> ParsedText:
        builder = self.builder
        for text in builder.lines():
            if not text.strip():
                builder.blank()
            elif self._opening(text) or self._header(text) or self._inside(text):
                continue
            elif self.behind and _SECTION.match(text) is not None:
                builder.noise()
        reading = split_snapshots(builder, self.facts)
        return reading._replace(facts=tuple(each._replace(states=self.states) for each in reading.facts))

    def _opening(self, text: bytes) -> bool:
        found = _OPENING.match(text) if text.startswith(b"Sigdump at ") else None
        if found is None:
            return False
        self.builder.noise()
        self._begin(int(found[1]), found[2].decode("utf-8", "replace"))
        return True

    def _begin(self, pid: int | None, command: str | None = None) -> None:
        self.builder.snapshot()
        self.facts[len(self.builder.columns.thread_lwp)] = Facts(pid, command, (), ())
        self.behind = False

    def _header(self, text: bytes) -> bool:
        printed, listed = _read_header(text)
        if printed is not None:
            ident, name, words = int(printed[1], 16), printed.span(2) if printed[2] else None, f"ruby: {printed[3].decode()}"
        elif listed is not None and _is_number(listed[2]):
            ident, name, words = int(listed[2], 36) % (1 << 63), listed.span(1), "ruby: thread"
        else:
            return False
        pid = _PID.search(text) if printed is None else None
        if self.builder.again(ident) or not (self.facts or pid is None):
            self._begin(int(pid[1]) if pid is not None else None)
        number, address = (UNKNOWN, ident) if printed is not None else (ident, 0)
        row = self.builder.thread(number=number, pthread=address, name=name)
        self.states[row] = PrintedState(words, self.builder.line)
        self.behind = False
        return True

    def _inside(self, text: bytes) -> bool:
        builder = self.builder
        if not builder.open:
            return False
        frame = _read_frame(text)
        if frame is not None:
            if not builder.level and frame.method.rpartition(b"#")[2] in _OBSERVERS:
                row = len(builder.columns.thread_lwp) - 1
                self.states[row] = self.states[row]._replace(words=OBSERVER)
            caller = None if builder.is_last else _read_frame(builder.following())
            here = caller is not None and caller[:2] == frame[:2]  # as its caller: it has no place of its own, unless it is a block
            if frame.file.startswith(_BUILT_IN) or (here and b" in " not in frame.method):
                sleeps = frame.method == b"sleep" and caller is not None and caller.method == b"wait"
                builder.frame(b"Mutex#sleep" if sleeps else frame.method, b"from C")
            else:
                builder.frame(frame.method, b"at %b:%b" % (frame.file, frame.line))
        elif text.endswith(_NO_FRAMES):
            builder.locals()
        else:
            self.behind = text.startswith(b"  ") and not text.startswith(b"      ")
            builder.close_thread()
            return False
        return True


@once_each
def _read_header(text: bytes) -> tuple[re.Match[bytes] | None, re.Match[bytes] | None]:
    """A header as sigdump writes it, or as Puma and Sidekiq do."""
    printed = _HEADER.match(text)
    return printed, _LISTED.search(text) if printed is None else None


@once_each
def _read_frame(text: bytes) -> _Frame | None:
    found = _FRAME.search(text)
    return _Frame(*found.groups()) if found is not None else None


def _is_number(digits: bytes) -> bool:
    return digits.isalnum() and digits.isascii()
