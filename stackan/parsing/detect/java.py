"""How Java's thread dumps are told; one may stand in the middle of a server's log."""

from __future__ import annotations

import re

from stackan.parsing.detect.lines import starts_line

# A process id, a time and a version, each on a line, and then the threads.
_DUMP_FILE = re.compile(rb"\n[ \t]*\d{1,11}[ \t\r]*\n\d{4}-\d\d-\d\dT[^\n]*\n[^\n]*\n\s*#\d")


_STARTS = (b"----------------- ", b" - ", b"Full thread dump ", b"   java.lang.Thread.State: ")


def recognize(head: bytes) -> tuple[str, str] | None:
    """(format, the reason in words)"""
    found = _by_lines(head) if starts_line(head, *_STARTS) else None
    if found is not None:
        return found
    if _DUMP_FILE.search(b"\n" + head):
        return "java-dump-file", 'a process id, a time and a version open the dump, and lines `#n "name"` head the threads'
    if b'"threadDump": {' in head:
        return "java-dump-file", 'a member `"threadDump"` opens the dump, as `jcmd PID Thread.dump_to_file -format=json` writes it'
    return None


def _by_lines(head: bytes) -> tuple[str, str] | None:
    if starts_line(head, b"Debugger attached successfully.") and starts_line(head, b"----------------- "):
        return "jstack-mixed", "`jhsdb jstack --mixed` (jstack -m) has written native frames into it"
    if b" @bci=" in head and starts_line(head, b" - "):
        return "jhsdb", "frames ` - f() @bci=n` are written by `jhsdb jstack` (jstack -F) only"
    if starts_line(head, b"Full thread dump "):
        return "jstack", "a line `Full thread dump …` opens the JVM's thread dump"
    if starts_line(head, b"   java.lang.Thread.State: "):
        return "jstack", "lines `java.lang.Thread.State: …` stand below the threads' names"
    return None
