"""How Java's thread dumps are recognized; one may be in the middle of a server's log."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import has_line_with, has_number_behind, holds, starts_line

# A process id, a time and a version, each on a line, and then the threads.
_DUMP_FILE = re.compile(rb"\n[ \t]*\d{1,11}[ \t\r]*\n\d{4}-\d\d-\d\dT[^\n]*\n[^\n]*\n\s*#\d")

_STATE = rb"(?:NEW|RUNNABLE|BLOCKED|WAITING|TIMED_WAITING|TERMINATED)"
# A thread without the head of the file: a frame is below the header, as JDK 21 to 24 write it, or as JDK 25 does.
_FILE_EXCERPT = re.compile(
    rb'\n[ \t]*#\d{1,18} "[^\n]*"(?: virtual)?(?: %b \d{4}-[^\n]*|[ \r]{0,8})'
    rb"\n[ \t]+(?:at )?[^\s(.]+(?:\.[^\s(.]+)+\((?:[\w$.-]+:\d+|Native Method|Unknown Source)\)" % _STATE
)
# Hadoop's and JConsole's headers are told by the line below them.
_HADOOP = re.compile(rb"\n[ \t]*Thread \d{1,18} \([^\n]*\):\r?\n  State: %b\b" % _STATE)
_JCONSOLE = re.compile(rb"\nName: [^\n]*\nState: %b\b" % _STATE)

_STARTS = (b"----------------- ", b" - ", b"Full thread dump ", b"   java.lang.Thread.State: ")


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if starts_line(head, *_STARTS):
        yield from _by_lines(head)
    if holds(head, b" tid=0x") and not holds(head, b" @bci=") and has_line_with(head, b" tid=0x", _is_jstack_header):
        yield "jstack", said('lines `"name" #n … tid=0x…` head the threads, as the JVM\'s own thread dump has them')
    if _DUMP_FILE.search(b"\n" + head):
        yield "java-dump-file", said('a process id, a time and a version open the dump, and lines `#n "name"` head the threads')
    elif starts_line(head, b"#") and _FILE_EXCERPT.search(b"\n" + head):
        yield (
            "java-dump-file",
            said('lines `#n "name"` head the threads, and frames without `at` are below them, as in `jcmd PID Thread.dump_to_file`'),
        )
    if starts_line(head, b"3XMTHREADINFO ", b"0SECTION       TITLE "):
        yield "javacore", said("lines `0SECTION`, `3XMTHREADINFO` are those of OpenJ9's javacore")
    if any(has_line_with(head, mark, _is_threadinfo) for mark in (b" Id=", b" id=")) and holds(head, b"at "):
        yield "threadinfo", said('lines `"name" Id=n STATE` head the threads, as java.lang.management\'s ThreadInfo writes them')
    if holds(head, b"  State: ") and _HADOOP.search(b"\n" + head):
        yield "hadoop-stacks", said("lines `Thread n (name):` and `State: …` head the threads, as Hadoop's `/stacks` writes them")
    if holds(head, b"\nState: ") and _JCONSOLE.search(b"\n" + head):
        yield "jconsole", said("lines `Name: …` and `State: …` head the threads, as JConsole shows them")
    if holds(head, b'"threadDump": {'):
        yield "java-dump-file", said('a member `"threadDump"` opens the dump, as `jcmd PID Thread.dump_to_file -format=json` writes it')


def _is_jstack_header(line: bytes) -> bool:
    from stackan.parsing.java.lines import read_header

    return b" prio=" in line and read_header(line) is not None


def _is_threadinfo(line: bytes) -> bool:
    from stackan.parsing.java.threadinfo import read_header

    return read_header(line) is not None


def _by_lines(head: bytes) -> Iterator[tuple[str, str]]:
    if starts_line(head, b"Debugger attached successfully.") and has_number_behind(head, b"----------------- "):
        yield "jstack-mixed", said("`jhsdb jstack --mixed` (jstack -m) has written native frames into it")
    if holds(head, b" @bci=") and starts_line(head, b" - "):
        yield "jhsdb", said("frames ` - f() @bci=n` are written by `jhsdb jstack` (jstack -F) only")
    if starts_line(head, b"Full thread dump "):
        yield "jstack", said("a line `Full thread dump …` opens the JVM's thread dump")
    elif not holds(head, b" @bci=") and starts_line(head, b"   java.lang.Thread.State: "):
        yield "jstack", said("lines `java.lang.Thread.State: …` are below the threads' names")
