"""How the stacks of Solaris and AIX are told."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A ruled line heads each thread, `---- lwp# n ----`.  One thread has none; it stands below the line of its process:
#   83950:\tcat                                     and then   ` feee0f35 read     (0, 80632a0, 2000)` in Solaris
#   11928 : -sh                                     and then   `d01d15c4  waitpid   (?, ?, ?) + e0` in AIX
_RULED_SOLARIS = re.compile(rb"\n-----[^\n]*(?:lwp|thread)# [^\n]*-----[ \t\r]*(?=\n|$)")
_RULED_AIX = re.compile(rb"\n-----[^\n]* tid# [^\n]*-----[ \t\r]*(?=\n|$)")
_SOLARIS = re.compile(rb"\n(?:core '[^\n]*' of )?\d+:[\t ][^\n]*\n (?:[0-9a-f]{8}){1,2} [^\n]* \(")
_AIX = re.compile(rb"\n\d+ : [^\n]*\n(?:0x)?(?:[0-9a-f]{8}){1,2}  [^\n]*\(")


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    text = b"\n" + head
    if _RULED_SOLARIS.search(text):
        yield "solaris-pstack", "ruled lines `---- lwp# n ----` head the threads"
    if _RULED_AIX.search(text):
        yield "procstack", "ruled lines `---- tid# n ----` head the threads"
    if _AIX.search(text):
        yield "procstack", "a line `PID : COMMAND` and frames `ADDRESS function (?)` below it stand in it"
    if _SOLARIS.search(text):
        yield "solaris-pstack", "a line `PID:` and a command, and frames `ADDRESS function (…)` below it stand in it"
