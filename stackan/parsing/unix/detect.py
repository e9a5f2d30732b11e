"""How the stacks of Solaris, of ptools and of AIX are recognized."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import has_line_with, lines_led, lines_where

# One thread has no ruled line; it follows the line of its process:
#   83950:\tcat                                     and then   ` feee0f35 read     (0, 80632a0, 2000)` in Solaris
#   11928 : -sh                                     and then   `d01d15c4  waitpid   (?, ?, ?) + e0` in AIX
_SOLARIS = re.compile(rb"(?m)^(?:core '[^\n]*' of )?\d+:[\t ][^\n]*\n (?:[0-9a-f]{8}){1,2} [^\n]* \(")
_AIX = re.compile(rb"(?m)^\d+ : [^\n]*\n(?:0x)?(?:[0-9a-f]{8}){1,2}  [^\n]*\(")
# A head `4250:\tflusher`, and then frames `0x00007f8f2e51a26f poll+0x4f`, `0x… - ???` of ptools.
_PTOOLS = re.compile(rb"(?m)^\d+:(?:\t| {2,7})[^\n]*\n0x[0-9a-f]{16} (?:[^\n]*(?:\+0x[0-9a-f]+|\[inlined\])|- \?\?\?)")


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if has_line_with(head, b"lwp# ", _is_ruled) or has_line_with(head, b"thread# ", _is_ruled):
        yield "solaris-pstack", said("ruled lines `---- lwp# n ----` head the threads")
    if has_line_with(head, b" tid# ", _is_ruled):
        yield "procstack", said("ruled lines `---- tid# n ----` head the threads")
    heads = [*lines_led(head, b"0123456789", b" : ", b":\t", b": ")]
    if any(_AIX.match(head, at) for at in heads):
        yield "procstack", said("a line `PID : COMMAND` and frames `ADDRESS function (?)` below it are in it")
    if any(_PTOOLS.match(head, at) for at in heads):
        yield "ptools-pstack", said("a line `PID:` and a command, and frames `0x… FUNCTION+0x…` below it are in it")
    if any(_SOLARIS.match(head, at) for at in (*heads, *lines_where(head, b"core '"))):
        yield "solaris-pstack", said("a line `PID:` and a command, and frames `ADDRESS function (…)` below it are in it")


def _is_ruled(line: bytes) -> bool:
    return line.startswith(b"-----") and line.rstrip().endswith(b"-----")
