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
from stackan.parsing.pieces import NOTHING_SAID, split_snapshots

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
        return split_snapshots(builder, {0: NOTHING_SAID._replace(limited=not builder.is_whole)})

    def _thread(self, line: bytes, members: Sequence[tuple[int, bytes]]) -> None:
        self.builder.close_thread()
        if not members:
            return
        self.builder.again(*(lwp for lwp, _ in members))
        at = 0
        ranges: list[tuple[int, int]] = []
        for lwp, name in members:
            at = line.find(name, line.find(b"%d" % lwp, at) + len(b"%d" % lwp))
            ranges.append((at, at + len(name)))
        self.builder.thread(lwp=members[0][0], name=ranges[0])
        self.builder.share([(lwp, name) for (lwp, _), name in zip(members[1:], ranges[1:])])


def _named(words: bytes) -> tuple[bytes, bytes]:
    """(function, location) of `ObLatch::wait(unsigned int) at FILE:LINE`, `epoll_wait from LIBRARY`, `???`."""
    for mark in (b" at ", b" from "):
        function, found, place = words.rpartition(mark)
        if found and b"(" not in place:
            return (b"" if function == _UNKNOWN else function), mark.strip() + b" " + place
    return (b"" if words == _UNKNOWN else words), b""
