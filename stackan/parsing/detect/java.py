"""How Java's thread dumps are told; one may stand in the middle of a server's log."""

from __future__ import annotations

from stackan.parsing.detect.lines import starts_line


def recognize(data: bytes, head: bytes) -> tuple[str, str] | None:
    """(format, the reason in words); only the line that opens a dump is looked for behind the head."""
    if starts_line(head, b"Debugger attached successfully.") and starts_line(head, b"----------------- "):
        return "jstack-mixed", "`jhsdb jstack --mixed` (jstack -m) has written native frames into it"
    if b" @bci=" in head and starts_line(head, b" - "):
        return "jhsdb", "frames ` - f() @bci=n` are written by `jhsdb jstack` (jstack -F) only"
    if starts_line(data, b"Full thread dump "):
        return "jstack", "a line `Full thread dump …` opens the JVM's thread dump"
    if starts_line(head, b"   java.lang.Thread.State: "):
        return "jstack", "lines `java.lang.Thread.State: …` stand below the threads' names"
    if _is_dump_file(head):
        return "java-dump-file", 'a process id, a time and a version open the text, and lines `#n "name"` head the threads'
    if b'"threadDump": {' in head[:200]:
        return "java-dump-file", 'a member `"threadDump"` opens the text, as `jcmd PID Thread.dump_to_file -format=json` writes it'
    return None


def _is_dump_file(head: bytes) -> bool:
    pid, _, rest = head.partition(b"\n")
    return pid.strip().isdigit() and rest[10:11] == b"T" and rest[:4].isdigit() and b"\n#" in rest
