"""uWSGI's tracebacker: what `uwsgi --connect-and-read SOCKET` prints of a worker, and what it logs before it kills one (harakiri).

    *** HARAKIRI ON WORKER 16 (pid: 2259, try: 1) ***
    *** uWSGI Python tracebacker output ***

    thread_id = uWSGIWorker1Core1 filename = ./slow.py lineno = 22 function = application line = dormi5()
    thread_id = uWSGIWorker1Core1 filename = ./slow.py lineno = 9 function = dormi line = time.sleep(60)

`thread_id` is the thread's name, `<UnnamedPythonThread>` where it has none; a thread has no other header.  Frames are printed
outermost first, with a blank line behind each thread.  (uWSGI plugins/python/tracebacker.c)
"""

from __future__ import annotations

import re

from stackan.model.printed import Facts, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots
from stackan.parsing.python.source_lines import Sources

OPENING = b"*** uWSGI Python tracebacker output ***"
FRAME = re.compile(rb"thread_id = (.{0,200}?) filename = (.{0,1000}?) lineno = (\d{1,9}) function = (\S{1,500})(?: line = (.*))?$")
_HARAKIRI = re.compile(rb"\*\*\* HARAKIRI ON WORKER \d{1,9} \(pid: (\d{1,10})\b")
_UNNAMED = b"<UnnamedPythonThread>"


@once_each
def _find_frame(text: bytes) -> re.Match[bytes] | None:
    return FRAME.search(text)


def read(data: bytes) -> ParsedText:
    builder = Builder(data, outermost_first=True)
    sources = Sources(builder)
    facts: dict[int, Facts] = {}
    pid: int | None = None
    name = b""
    for text in builder.lines():
        found = _find_frame(text)
        if found is not None:
            if not builder.open or found[1] != name:
                name = found[1]
                row = builder.thread(name=found.span(1) if name != _UNNAMED else None, headed=False)
                sources.begin(row, PrintedState("python: thread", builder.line))
            builder.frame(found[4], b"at %b:%b" % (found[2], found[3]))
            sources.frame(found[4])
            sources.source(found[5] or b"")
            continue
        sources.end()
        builder.close_thread()
        killed = _HARAKIRI.search(text)
        if killed is not None:
            builder.noise()
            pid = int(killed[1])
        elif OPENING in text:
            builder.noise()
            facts[len(builder.columns.thread_lwp)] = Facts(pid, None, (), ())
            pid = None
        elif not text.strip():
            builder.blank()
    sources.end()
    reading = split_snapshots(builder, facts)
    return reading._replace(facts=tuple(each._replace(states=sources.states) for each in reading.facts))
