"""OceanBase's obstack: stacks of all threads, one by one or, aggregated, those with one stack together.

    Thread 92964 (T1004_TTLTablet)
    #0    0x00007f3b5d0a29f3 in epoll_wait from /usr/lib64/libc.so.6
    #1    0x000055d1c2a0f1b4 in oceanbase::common::ObLatch::wait(unsigned int) at src/lib/lock/ob_latch.cpp:812
    #2    0x000055d1c2a0f000 in ???

    Threads (92964-T1004_TTLTablet, 92970-T1004_L0_G0)          obstack -a

    tid: 92964, tname: T1004_TTLTablet, bt: 0x7f3b5d0a29f3 0x2a0f1b4          obstack -n: nothing is looked up

(oceanbase/obstack, src/obstack.cpp: gen_result, print_stack_frames, stack_it)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackan.parsing.builder import Builder
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID

_ONE = re.compile(rb"Thread (\d{1,10}) \(([^\n]{0,64})\)")
_SEVERAL = re.compile(rb"Threads \((\d{1,10}-[^\n]*)\)")
_MEMBER = re.compile(rb"(\d{1,10})-([^\n]{0,64}?)(?=, \d{1,10}-|$)")
_FRAME = re.compile(rb"(?:#\d{1,4} +)?0x([0-9a-f]{1,16}) in (.+)")
_BARE = re.compile(rb"tid: (\d{1,10}), tname: ([^\n]{0,64}?), bt:((?: 0x[0-9a-f]{1,16})*) *")
_UNKNOWN = b"???"


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.seen: set[int] = set()  # LWPs of the newest snapshot
        self.twins: Sequence[tuple[int, tuple[int, int]]] = ()  # that share the stack which is read
        self.whole = True

    def read(self) -> ParsedText:
        builder = self.builder
        for line in builder.lines():
            text = line.strip()
            if not text:
                builder.blank()
            elif (one := _ONE.fullmatch(text)) is not None:
                self._thread(line, [(int(one[1]), one[2])])
            elif (several := _SEVERAL.fullmatch(text)) is not None:
                self._thread(line, [(int(lwp), name) for lwp, name in _MEMBER.findall(several[1])])
            elif (bare := _BARE.fullmatch(text)) is not None:
                self._thread(line, [(int(bare[1]), bare[2])])
                for address in bare[3].split():
                    builder.frame(b"", pc=int(address, 16), further=True)
            elif builder.open and (frame := _FRAME.fullmatch(text)) is not None:
                builder.frame(*_named(frame[2]), pc=int(frame[1], 16))
        self._finish()
        facts = NOTHING_SAID._replace(limited=not self.whole)
        return ParsedText(builder.columns, (facts,) * (len(builder.snapshots) + 1), tuple(builder.snapshots))

    def _thread(self, line: bytes, members: Sequence[tuple[int, bytes]]) -> None:
        self._finish()
        if not members:
            return
        if not self.seen.isdisjoint(lwp for lwp, _ in members):
            self.builder.snapshot()
            self.seen = set()
        self.seen.update(lwp for lwp, _ in members)
        at = 0
        ranges: list[tuple[int, int]] = []
        for lwp, name in members:
            at = line.find(name, line.find(b"%d" % lwp, at) + len(b"%d" % lwp))
            ranges.append((at, at + len(name)))
        self.builder.thread(lwp=members[0][0], name=ranges[0])
        start = self.builder.start
        self.twins = [(lwp, (first + start, stop + start)) for (lwp, _), (first, stop) in zip(members[1:], ranges[1:])]

    def _finish(self) -> None:
        """The stack has ended: the other threads that have it follow."""
        for lwp, name in self.twins:
            self.whole = self.builder.twin(lwp=lwp, name=name) and self.whole
        self.twins = ()
        self.builder.close_thread()


def _named(words: bytes) -> tuple[bytes, bytes]:
    """(function, location) of `ObLatch::wait(unsigned int) at FILE:LINE`, `epoll_wait from LIBRARY`, `???`."""
    for mark in (b" at ", b" from "):
        function, found, place = words.rpartition(mark)
        if found and b"(" not in place:
            return (b"" if function == _UNKNOWN else function), mark.strip() + b" " + place
    return (b"" if words == _UNKNOWN else words), b""
