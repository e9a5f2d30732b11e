"""py-spy dump, with any of `--native`, `--locals`, `--full-filenames`, `--subprocesses`.

    Process 20867: /usr/bin/python3.11 srv.py 28180 6
    Python v3.11.2 (/usr/bin/python3.11)

    Thread 20870 (idle): "worker_0"
        Condition.wait (threading.py:320)
            Arguments:
                self: <Condition at 0x7f29a5b5c950>
        PyEval_RestoreThread (libpython3.11.so.1.0)
        0x7f29a60a3f16 (libc.so.6)
        request (srv.py:18)

Frames are printed innermost first.  A command line may hold ends of lines.  The grammar is that of src/dump.rs.
"""

from __future__ import annotations

from stackan.model.printed import Facts, Lock, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.fields import hexadecimal
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, split_snapshots
from stackan.parsing.python.objects import Objects

_FRAME, _TITLE, _VALUE = b"    ", b"        ", b"            "


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    objects = Objects(builder)
    current = NOTHING_SAID  # the facts about the process whose threads are being read
    facts = {0: current}  # {row of its first thread: that}
    states: dict[int, PrintedState] = {}
    in_head = False  # between a process's line and its version's
    for text in builder.lines():
        if builder.open and not in_head and text.startswith(_FRAME) and not text.isspace():  # as most lines are
            _read_line(builder, text, objects)
            continue
        process = read_process(text)
        thread = read_thread(text)
        if process is not None:
            builder.close_thread()
            builder.noise()
            facts[len(builder.columns.thread_lwp)] = current = process
            in_head = True
        elif thread is not None:
            lwp, pthread, state, name = thread
            states[builder.thread(lwp=lwp, pthread=pthread, name=name)] = printed_state(state, builder.line)
            in_head = False
        elif in_head:
            builder.noise()
            in_head = not text.startswith(b"Python v")
        elif not text.strip():  # as where another format stood
            builder.blank()
        elif text.startswith((b"Python v", b"Parent Process ")) or not text.strip(b"-"):
            builder.noise()
    objects.complete(states, facts)
    return split_snapshots(builder, {row: said._replace(states=states) for row, said in facts.items()})


def read_process(text: bytes) -> Facts | None:
    """`Process 20867: /usr/bin/python3.11 srv.py`"""
    if not text.startswith(b"Process "):
        return None
    pid, colon, command = text[8:].partition(b": ")
    if not colon or not pid.isdigit() or len(pid) > 10:
        return None
    return Facts(int(pid), command.decode("utf-8", "replace") or None, (), ())


def read_thread(text: bytes) -> tuple[int, int, bytes, tuple[int, int] | None] | None:
    """(LWP, pthread id, state, range of the name) of `Thread 20870 (idle): "worker_0"`.

    macOS has the pthread id in place of the LWP, `Thread 0x7F3C1D22F740`; a core dump's threads have no state.
    """
    if not text.startswith(b"Thread "):
        return None
    number, _, rest = text[7:].partition(b" (")
    state, parenthesis, rest = rest.partition(b")")
    if not parenthesis or state not in (b"idle", b"active", b"active+gil", b"idle+gil", b"gil"):
        return None
    if rest.startswith(b': "') and rest.endswith(b'"') and len(rest) > 3:
        name = (len(text) - len(rest) + 3, len(text) - 1)
    elif rest:
        return None
    else:
        name = None
    if number.isdigit() and len(number) <= 18:
        return int(number), 0, state, name
    pthread = hexadecimal(number) if number.startswith(b"0x") else None
    return (-1, pthread, state, name) if pthread is not None else None


def printed_state(state: bytes, line: int) -> PrintedState:
    """The state that py-spy prints for a thread: whether the system runs it, and whether it has the GIL."""
    word, _, gil = state.decode().partition("+")
    held = (Lock("gil", None, line, "the GIL"),) if "gil" in (word, gil) else ()
    return PrintedState("python: idle" if word == "idle" else "python: active" if word == "active" else "python: thread", line, None, held)


def _read_line(builder: Builder, text: bytes, objects: Objects) -> None:
    """A line of an open thread, by its indent: a frame, `Arguments:` and `Locals:`, or a variable."""
    if text.startswith(_TITLE):
        if text.startswith(_VALUE) or text in (_TITLE + b"Arguments:", _TITLE + b"Locals:"):
            builder.locals()
            objects.variable(text)
        return
    frame = read_frame(text[4:])
    if frame is not None:
        function, where = frame
        pc = hexadecimal(function) if function.startswith(b"0x") else None  # a native one without symbols
        builder.frame(b"" if pc is not None else function, where, pc=pc)
        if where.startswith(b"at "):
            objects.frame(function, where)


@once_each
def read_frame(text: bytes) -> tuple[bytes, bytes] | None:
    """(function, location) of `Condition.wait (threading.py:320)` or `PyEval_RestoreThread (libpython3.11.so.1.0)`.

    Neither is quoted: a file's name may hold ` (`, and so may the name of a native function, but then after another parenthesis.
    """
    if not text.endswith(b")"):
        return None
    function, found, where = text[:-1].partition(b" (")
    if b"(" in function:
        function, found, where = text[:-1].rpartition(b" (")
    if not found or not function or not where:
        return None
    file, _, line = where.rpartition(b":")
    if file and line.isdigit():
        return function, b"at " + where
    return function, (b"at " if where.endswith((b".py", b">")) else b"from ") + where
