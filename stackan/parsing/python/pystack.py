"""pystack remote and pystack core, with any of `--native`, `--native-all`, `--native-last`, `--locals`, `--exhaustive`.

    Traceback for thread 17540 (python3.11) [Has the GIL] (most recent call last):
        (C) File "Python/thread_pthread.h", line 241, in pythread_wrapper (/usr/lib/libpython3.11.so.1.0)
        (C) File "???", line 0, in ??? (/usr/lib/x86_64-linux-gnu/libc.so.6)
        (Python) File "/srv/ledger/srv.py", line 18, in request
            with accounts:                                                            the source, where its file is at hand
          Arguments:
            self: <Ledger at 0x7f29a519a190>
          Locals:
            n: 3
    The frame stack for thread 17541 is empty

Frames are printed outermost first.  `(inlined)` follows the name of an inlined function.  With subinterpreters all is indented
by two blanks, below `Interpreter-0 (main)`.  (pystack src/pystack/traceback_formatter.py)
"""

from __future__ import annotations

from stackan.model.printed import Facts, Lock, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots
from stackan.parsing.python.file_lines import read_file_line
from stackan.parsing.python.objects import Objects

_HEAD, _TAIL = b"Traceback for thread ", b" (most recent call last):"
_EMPTY_HEAD, _EMPTY_TAIL = b"The frame stack for thread ", b" is empty"
_PYTHON, _NATIVE = b"    (Python) ", b"    (C) "
_VALUE, _TITLES = b"        ", (b"      Arguments:", b"      Locals:")
# Lines of `pystack core` about its file, and where native frames fail.
_NOISE = (
    b"Core file information:",
    b"state: ",
    b"pid: ",
    b"uid: ",
    b"executable: ",
    b"The process died due",
    b"Using executable found in the core file: ",
    b"* - Unable to merge native stack",
    b"Interpreter-",
)


def read(data: bytes) -> ParsedText:
    builder = Builder(data, outermost_first=True)
    objects = Objects(builder)
    facts: dict[int, Facts] = {}
    states: dict[int, PrintedState] = {}
    pid: int | None = None
    shift = 0  # of a text with subinterpreters
    for printed in builder.lines():
        header = read_header(printed)
        shift = header[3] if header is not None else shift
        text = printed[shift:] if printed[:shift].isspace() else printed
        if header is not None:
            lwp, name, status, _ = header
            states[builder.thread(lwp=lwp, name=name)] = _state_of(status, builder.line)
        elif not text:
            builder.blank()
        elif builder.open and text.startswith((_PYTHON, _NATIVE)):
            frame = read_frame(text)
            if frame is not None:
                builder.frame(*frame)
                if text.startswith(_PYTHON):
                    objects.frame(*frame)
        elif builder.open and (text.startswith(_VALUE) or text in _TITLES):
            builder.locals()
            objects.variable(text)
        elif text.startswith(_NOISE):
            builder.noise()
            if text == b"Core file information:":
                builder.close_thread()
                builder.snapshot()
            said = _pid(text)
            if said is not None:
                pid = said
                facts[len(builder.columns.thread_lwp)] = Facts(pid, None, (), ())
    objects.complete(states, facts)
    reading = split_snapshots(builder, facts)
    return reading._replace(facts=tuple(each._replace(states=states) for each in reading.facts))


@once_each
def read_header(text: bytes) -> tuple[int, tuple[int, int] | None, bytes, int] | None:
    """(LWP, range of the name, status, indent) of a thread's line."""
    indent = 2 if text.startswith(b"  ") else 0
    if text.startswith(_HEAD, indent) and text.endswith(_TAIL):
        start, stop = indent + len(_HEAD), len(text) - len(_TAIL)
    elif text.startswith(_EMPTY_HEAD, indent) and text.endswith(_EMPTY_TAIL):
        start, stop = indent + len(_EMPTY_HEAD), len(text) - len(_EMPTY_TAIL)
    else:
        return None
    number, _, rest = text[start:stop].partition(b" ")
    if not number.isdigit() or len(number) > 10:
        return None
    opening = text.rfind(b"[", start, stop)
    status = text[opening:stop].strip(b"[]") if opening >= 0 else b""
    name_start = start + len(number) + 2
    named = rest.startswith(b"(") and text.startswith(b") ", opening - 2)
    return int(number), (name_start, opening - 2) if named else None, status, indent


@once_each
def read_frame(text: bytes) -> tuple[bytes, bytes] | None:
    """(function, location) of a frame of either kind."""
    if text.startswith(_PYTHON):
        return read_file_line(text[len(_PYTHON) :])
    frame = read_file_line(text[len(_NATIVE) :])
    if frame is None or not frame[0].endswith(b")"):
        return None
    function, found, library = frame[0][:-1].rpartition(b" (")
    if not found:
        return None
    function = function.removesuffix(b" (inlined)")
    location = b"" if frame[1].endswith(b":0") else b" " + frame[1].removesuffix(b":???")
    return b"" if function == b"???" else function, b"from " + library + location


def _state_of(status: bytes, line: int) -> PrintedState:
    """`[Has the GIL]`, `[Waiting for the GIL]`, `[Garbage collecting]`, `[]`."""
    if b"Has the GIL" in status:
        return PrintedState("python: active", line, None, (Lock("gil", None, line, "the GIL"),))
    return PrintedState("python: gil" if b"Waiting for the GIL" in status else "python: thread", line)


def _pid(text: bytes) -> int | None:
    """`pid: 3210 ppid: 3208 sid: 5757`"""
    digits = text[5:].partition(b" ")[0] if text.startswith(b"pid: ") else b""
    return int(digits) if digits.isdigit() and len(digits) <= 10 else None
