"""`python -m profiling.sampling dump PID`, which Python 3.15 brings along.

    Stack dump for PID 4100, thread 4100 (main thread, has GIL; most recent call last):
      File "/srv/ledger/srv.py", line 18, in Ledger.request
        with accounts:                                           the source, or `[source file changed after process started]`
    Stack dump, thread 4107 (idle; most recent call last):
      File "/srv/ledger/srv.py", line 30, in work  opcode=CALL   with --opcodes
      File "<string>", in run                                    without a line
      <GC>                                                       what is no code: the collector, native code
    No Python frames

Frames are printed outermost first, threads by their LWPs.  With --async-aware each task has a section of its thread, `task NAME`.
(CPython Lib/profiling/sampling/dump.py)
"""

from __future__ import annotations

import re

from stackan.model.printed import Facts, Lock, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots
from stackan.parsing.python.file_lines import read_file_line
from stackan.parsing.python.source_lines import Sources

HEADER = re.compile(rb"Stack dump(?: for PID (\d{1,10}))?(?:, thread (\d{1,18}))? \((.{0,400})most recent call last\):$")
_NO_FRAMES = b"No Python frames"
_CHANGED = b"[source file changed after process started]"


def read(data: bytes) -> ParsedText:
    builder = Builder(data, outermost_first=True)
    sources = Sources(builder)
    facts: dict[int, Facts] = {}
    for text in builder.lines():
        header = HEADER.match(text) if text.startswith(b"Stack dump") else None
        if header is not None:
            if header[1] is not None:  # only the first section of a dump names the process
                facts[len(builder.columns.thread_lwp)] = Facts(int(header[1]), None, (), ())
            task = re.search(rb"(?:^|; )(task [^;]{1,200});", header[3])
            name = (header.start(3) + task.start(1), header.start(3) + task.end(1)) if task is not None else None
            own = int(header[2]) if header[2] is not None and task is None else -1
            sources.begin(builder.thread(lwp=own, name=name), _state(header[3], builder.line))
        elif not text.strip():
            builder.blank()
        elif not builder.open:
            continue
        elif text == _NO_FRAMES:
            builder.locals()
        elif text.startswith(b"    "):
            builder.locals()
            sources.source(b"" if text.strip() == _CHANGED else text)
        elif text.startswith(b"  "):
            function, location = _frame(text[2:])
            builder.frame(function, location)
            sources.frame(function)
    sources.end()
    reading = split_snapshots(builder, facts)
    return reading._replace(facts=tuple(each._replace(states=sources.states) for each in reading.facts))


@once_each
def _frame(text: bytes) -> tuple[bytes, bytes]:
    text = text.partition(b"  opcode=")[0]
    frame = read_file_line(text)
    if frame is not None:
        return frame
    file, found, function = text.removeprefix(b"File ").rpartition(b", in ")
    return (function, b"at " + file.strip(b'"')) if found and function else (text, b"")


def _state(details: bytes, line: int) -> PrintedState:
    """The state by the words of the header: `main thread, has GIL; `, `interpreter 1; idle; `."""
    if b"has GIL" in details:
        return PrintedState("python: active", line, None, (Lock("gil", None, line, "the GIL"),))
    if b"waiting for GIL" in details:
        return PrintedState("python: gil", line)
    if b"on CPU" in details:
        return PrintedState("python: active", line)
    return PrintedState("python: idle" if b"idle" in details else "python: thread", line)
