"""py-spy dump --json, as it is printed: a field on each line, in this order.

    [
      {
        "pid": 11214,
        "thread_id": 140235849594560,
        "thread_name": "audit",
        "os_thread_id": 11379,
        "active": false,
        "owns_gil": false,
        "frames": [
          {
            "name": "audit",
            "filename": "/srv/ledger/transfer.py",
            "module": null,
            "short_filename": "transfer.py",
            "line": 12,

It is read line by line, and no further, so that what is concluded can be quoted.  A thread's line is `"owns_gil"`, a frame's `"line"`.
"""

from __future__ import annotations

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots
from stackan.parsing.python.pyspy import printed_state

_FIELDS = {
    *(b"pid", b"thread_id", b"thread_name", b"os_thread_id", b"active", b"owns_gil"),
    *(b"name", b"filename", b"short_filename", b"line"),
}
_INNER = b"      "  # the indent of the lines within a thread's frames


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    facts: dict[int, Facts] = {}
    states: dict[int, PrintedState] = {}
    said: dict[bytes, bytes] = {}  # fields of the current thread and frame, as they are printed
    name: tuple[int, int] | None = None  # offsets of the thread's name in the text
    pid: int | None = None
    for text in builder.lines():
        key, colon, value = text.strip().partition(b": ")
        key, value = key.strip(b'"'), value.rstrip(b",")
        if not colon or key not in _FIELDS:
            if builder.open and text.startswith(_INNER):
                builder.locals()
            elif not text.strip(b" []{},") or text.strip().startswith(b'"'):
                builder.noise()
            continue
        said[key] = value
        if key == b"thread_name":
            name = (builder.start + text.find(value) + 1, builder.start + text.find(value) + len(value) - 1) if value != b"null" else None
        if key == b"owns_gil":
            thread = _number(said.get(b"os_thread_id")), max(_number(said.get(b"thread_id")), 0)
            process = _number(said.get(b"pid"))
            if process != pid:
                pid = process
                builder.snapshot()
                facts[len(builder.columns.thread_lwp)] = Facts(pid if process >= 0 else None, None, (), ())
            builder.again(thread)
            where = (name[0] - builder.start, name[1] - builder.start) if name is not None else None
            row = builder.thread(lwp=thread[0], pthread=thread[1], name=where)
            state = b"idle" if said.get(b"active") == b"false" else b"active"
            states[row] = printed_state(state + b"+gil" if value == b"true" else state, builder.line)
        elif key == b"line" and builder.open and b"name" in said:
            builder.frame(*_frame(said))
        elif builder.open and text.startswith(_INNER):
            builder.locals()
        else:
            builder.noise()
    return split_snapshots(builder, {row: each._replace(states=states) for row, each in facts.items()})


def _frame(said: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    """(function, location) of the fields of a frame."""
    short, file, line = said.get(b"short_filename", b"null"), said.get(b"filename", b"null"), said[b"line"]
    where = (file if short == b"null" else short).strip(b'"')
    return said[b"name"].strip(b'"'), (b"at %b:%b" % (where, line) if line != b"0" else b"from " + where)


def _number(value: bytes | None) -> int:
    return int(value) if value is not None and value.isdigit() and len(value) <= 18 else UNKNOWN
