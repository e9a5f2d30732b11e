"""HAProxy's threads: `show threads`, and what it logs before its watchdog kills it.

    Thread 24 is about to kill the process.
      Thread 1 : id=0x7f1b6bf5e640 act=1 glob=0 wq=1 rq=0 tl=0 tlsz=0 rqsz=0
          1/1    stuck=0 prof=0 harmless=0 isolated=0
                 cpu_ns: poll=21343839207 now=21349706295 diff=5867088
                 curr_task=0
    *>Thread 24: id=0x7f1b6b75d640 act=1 glob=1 wq=1 rq=0 tl=0 tlsz=0 rqsz=0          `*` dumps, `>` does not come back
          1/24   stuck=1 prof=0 harmless=0 isolated=0
                 cpu_ns: poll=21448561733 now=25504553786 diff=4055992053
                 curr_task=0x5628030c29a0 (task) calls=195 last=0
                   fct=0x5627e860b310(srv_cleanup_idle_conns) ctx=(nil)
                 call trace(15):
                 | 0x5627e86b7562 [85 c0 75 2a 48 8b 84 24]: ha_dump_backtrace+0x42/0x309
                 | 0x7f1b7e07a520 [48 c7 c0 0f 00 00 00 0f]: libc:+0x42520

`diff` is the CPU time, in ns, since the thread came back to its event loop the last time.  (HAProxy src/debug.c: ha_thread_dump)
"""

from __future__ import annotations

import re

from stackan.model.printed import Facts, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_MARGIN = re.compile(rb".{0,120}?haproxy\[(\d{1,10})\]: ?|(?:[\d.]{6,20}: )?\[[\d:]{8}\] ?")
HEAD = re.compile(rb"[*> ]{0,4}Thread (\d{1,6}) ?: (?:id=0x([0-9a-f]{1,16}) )?act=\d .*")
_FLAGS = re.compile(rb"(?:\d{1,10}/\d{1,10} {1,8})?stuck=(\d) .*")
_FRAME = re.compile(rb"\| +0x([0-9a-f]{1,16}) \[[0-9a-f ]*\]: (.+)")
_LIBRARY = re.compile(rb"([\w.+-]{1,80}):(?!:)(.*)", re.DOTALL)  # `libc:+0x42520`, `libssl:SSL_read+0x10`
_OFFSET = re.compile(rb"\+0x[0-9a-f]{1,8}(?:/0x[0-9a-f]{1,8})?$|-0x[0-9a-f]{1,8}$")
# Of the watchdog's own: the handler that prints the stack, on top of what it interrupted.
_HANDLER = (
    *(b"ha_dump_backtrace", b"ha_thread_dump", b"ha_thread_dump_fill", b"ha_thread_dump_one"),
    *(b"debug_handler", b"wdt_handler", b"ha_panic"),
)


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.states: dict[int, PrintedState] = {}
        self.pid: int | None = None  # as syslog writes it before each line
        self.pids: dict[int, int | None] = {}  # {row from which on it holds: that}
        self.dying: set[int | None] = set()  # processes that the watchdog ends

    def read(self) -> ParsedText:
        builder = self.builder
        for line in builder.lines():
            margin = _MARGIN.match(line)
            pid = int(margin[1]) if margin is not None and margin[1] else None
            text = (line[margin.end() :] if margin is not None else line).strip()
            if not text:
                builder.blank()
            elif (head := HEAD.fullmatch(text)) is not None:
                self._thread(int(head[1]), int(head[2], 16) if head[2] else 0, pid)
            elif text.endswith(b" is about to kill the process.") and text.startswith(b"Thread "):
                self.dying.add(pid)
                builder.close_thread()
                builder.noise()
            elif builder.open and (frame := _FRAME.fullmatch(text)) is not None:
                self._frame(int(frame[1], 16), frame[2])
            elif builder.open and _is_detail(text):
                self._detail(text)
        facts = {row: Facts(pid, "haproxy", (), (), states=self.states, ended=pid in self.dying) for row, pid in self.pids.items()}
        return split_snapshots(builder, facts)

    def _thread(self, number: int, pthread: int, pid: int | None) -> None:
        if pid is not None and self.pid not in (None, pid):
            self.builder.snapshot()
        self.builder.again(number)
        row = self.builder.thread(number=number, pthread=pthread)
        self.pid = self.pid if pid is None else pid
        self.pids[self.builder.snapshots[-1] if self.builder.snapshots else 0] = self.pid
        self.states[row] = PrintedState("haproxy: polls", self.builder.line)

    def _frame(self, pc: int, words: bytes) -> None:
        function = _OFFSET.sub(b"", words)
        if function in _HANDLER:
            self.builder.locals()  # not what the thread does
        else:
            found = _LIBRARY.fullmatch(function)
            self.builder.frame(found[2] if found else function, b"from " + found[1] if found else b"", pc=pc)

    def _detail(self, text: bytes) -> None:
        row = len(self.builder.columns.thread_lwp) - 1
        state = self.states[row]
        flags = _FLAGS.fullmatch(text)
        if flags is not None and flags[1] == b"1":
            self.states[row] = state._replace(words="haproxy: stuck", line=self.builder.line)
        elif text.startswith(b"curr_task=0x") and state.words == "haproxy: polls":
            self.states[row] = state._replace(words="haproxy: runs", line=self.builder.line)
        self.builder.locals()


def _is_detail(text: bytes) -> bool:
    """`cpu_ns: …`, `curr_task=…`, `strm=0x… src=…`: values of the thread, its task, its stream."""
    return b"=" in text or text.startswith((b"call trace(", b"cpu_ns:"))
