r"""gdb's machine interface: the output of its console is in records.

    ~"\nThread 21 (Thread 0x778f1035c6c0 (LWP 10442) \"mariadbd\"):\n"
    ~"#0  0x00007f8f2e51a26f in __GI___poll (fds=0x55d9f37b90a8) at ../sysdeps/unix/sysv/linux/poll.c:29\n#1  …
    &"thread apply all bt\n"
    =thread-created,id="2",group-id="i1"
    *stopped,…        ^done        (gdb)

Console (`~`) and log (`&`) records are the text; a line of it may come in several records.  Others are noise.
Grammar: the GDB manual, "GDB/MI Output Syntax"; strings are C's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.looking import holds
from stackan.parsing.prepare.text import Line

_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"", b"e": b"\x1b", b"f": b"\f", b"v": b"\v", b"a": b"", b"b": b""}
_RECORDS = (b"~", b"&", b"@", b"^", b"*", b"=", b"+", b"(gdb)")


def is_needed(head: bytes) -> bool:
    told = holds(head, b'\n~"') or head.startswith(b'~"')
    return told and any(holds(head, mark) for mark in (b"\n=thread-", b"=thread-group-", b"\n^done", b"\n*stopped"))


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    begun, pieces = 0, [b""]  # of the console's line that is not complete
    asked = False  # after a prompt: the next log record is the command
    for at, line in enumerate(lines):
        if line.startswith(b'~"'):
            *whole, rest = unescape(line).split(b"\n")
            for text in whole:
                yield Line(begun if any(pieces) else at, b"".join((*pieces, text)))
                pieces = [b""]
            if rest:
                begun = begun if any(pieces) else at
                pieces.append(rest)
        elif line.startswith(b'&"'):
            text = unescape(line).rstrip(b"\n").replace(b"\n", b" ")
            if not any(pieces):
                yield Line(at, b"(gdb) " + text if asked else text)
            asked = False
        elif line.startswith(b"(gdb)"):
            asked = True
        elif not line.startswith(_RECORDS):
            if any(pieces):
                yield Line(begun, b"".join(pieces))
                pieces = [b""]
            yield Line(at, line)
    if any(pieces):
        yield Line(begun, b"".join(pieces))


def unescape(record: bytes) -> bytes:
    """The text of a stream record."""
    return _ESCAPE.sub(_character, record[2:].removesuffix(b'"'))


def _character(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes((int(code, 8) & 255,)) if code.isdigit() and code < b"8" else _LETTERS.get(code, code)
