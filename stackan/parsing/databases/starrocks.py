"""The stacks of a StarRocks backend: `ExecEnv.get_stack_trace_for_all_threads()`, and those that it writes into be.INFO.

    tid: 550881
        0x7ff67236b76d  syscall
             0x5b10e71  starrocks::PipelineDriver::process(starrocks::RuntimeState*)
             0x5b10e90  (unknown)
    3 tids: 550882,550883,550884                        threads with one stack
    total 932 threads, 55 identical groups, finish 931 threads, total cost 85013 us, …

    I20250225 23:34:36.215919 139700663744064 diagnose_daemon.cpp:50] DIAGNOSE 1 - tid: 34593
    I20250225 23:34:36.215919 139700663744064 diagnose_daemon.cpp:50] DIAGNOSE 1 -     0x7f1b6bf5e640  syscall

    Stack trace tid: 363319                             get_stack_trace_for_thread

(StarRocks be/src/util/stack_util.cpp: get_stack_trace_for_threads_with_pattern)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackan.parsing.builder import Builder
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, split_snapshots

_LOGGED = re.compile(rb"(?:[IWEF]\d{4,8} [\d:.]{8,20} +\d{1,20} [\w.]{1,80}:\d{1,6}\] )?DIAGNOSE (\d{1,10}) - ?(.*)")
_ONE = re.compile(rb"(?:Stack trace )?(?:id: \d{1,10}, )?tid: (\d{1,10})(?: +(?:cid|name)[:=] ?(.{0,64}))?")
_SEVERAL = re.compile(rb"\d{1,10} tids: (\d{1,10}(?:, ?\d{1,10})*)")
_FRAME = re.compile(rb"0x([0-9a-f]{1,16}) +(\S.*)")
_UNKNOWN = b"(unknown)"


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.round = b""  # the number of the trace whose lines the log holds

    def read(self) -> ParsedText:
        builder = self.builder
        for line in builder.lines():
            logged = _LOGGED.fullmatch(line)
            if logged is not None and logged[1] != self.round:
                builder.snapshot()
                self.round = logged[1]
            text = (logged[2] if logged is not None else line).strip()
            if not text:
                builder.blank()
            elif (one := _ONE.fullmatch(text)) is not None:
                self._threads([int(one[1])])
            elif (several := _SEVERAL.fullmatch(text)) is not None:
                self._threads([int(lwp) for lwp in several[1].split(b",")])
            elif builder.open and (frame := _FRAME.fullmatch(text)) is not None:
                builder.frame(b"" if frame[2] == _UNKNOWN else frame[2], pc=int(frame[1], 16))
            elif (text.startswith(b"total ") and b" identical groups" in text) or b"diagnose stack trace, id: " in text:
                builder.close_thread()
                builder.noise()
        return split_snapshots(builder, {0: NOTHING_SAID._replace(limited=not builder.is_whole)})

    def _threads(self, lwps: Sequence[int]) -> None:
        self.builder.close_thread()
        self.builder.again(*lwps)
        self.builder.thread(lwp=lwps[0])
        self.builder.share([(lwp, None) for lwp in lwps[1:]])
