"""How stacks of the Linux kernel are recognized."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.linux.frame import message, read_frame
from stackan.parsing.looking import has_line_with, holds

# What a capture says of a process once holds that one's wchan, and is no look at its threads.
_OF_CAPTURE = b"stackan process/1\n"
_HUNG = re.compile(rb"INFO: task .{1,64}:\d{1,10} blocked .{0,40}for more than \d{1,9} seconds")
_STATE = re.compile(rb"task:.{1,64} state:[A-Za-z] .*\bpid: *\d")
_OLD_TASK = re.compile(rb"\S.{0,63} [RSDTtXZPI] +(?:[0-9a-f]{8,16} +|running task +)?\d{1,8} +\d{1,10} +\d{1,10} +0x[0-9a-f]{8,16}")
_OF_STACK = re.compile(rb"(?:\A|[\n:])[ \t]*\[<[0-9a-f]{1,16}>\] ([A-Za-z_][\w.]{0,250}\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8}[^\n]{0,100})")
_OF_PROC = re.compile(
    rb"(?:\A|\n)(?:[^\n]{0,80}[/ ])?proc/\d{1,10}(?:/task/\d{1,10})?/"
    rb"(?:wchan(?:: ?[A-Za-z_]\w+| <==\r?\n[a-z_]\w+\r?(?:\n|\Z))|syscall(?::| <==\r?\n)\d{1,4} 0x)"
)


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if head.startswith(_OF_CAPTURE):
        return
    if has_line_with(head, b" blocked for more than ", _is_hung) or has_line_with(head, b" for more than ", _is_hung):
        yield "linux-kernel", said("lines `INFO: task NAME:PID blocked for more than n seconds` of the Linux kernel are in it")
    elif _has_trace(head):
        yield "linux-kernel", said("lines of the Linux kernel that head tasks, and `Call Trace:` below them, are in it")
    elif holds(head, b"[<") and not holds(head, b"Call Trace:") and any(read_frame(found[1].strip()) for found in _OF_STACK.finditer(head)):
        yield "linux-stack", said("lines `[<0>] FUNCTION+0x…/0x…` of /proc/PID/task/TID/stack are in it")
    elif holds(head, b"proc/") and _OF_PROC.search(head):
        yield "linux-stack", said("lines of /proc/PID/task/TID/wchan or syscall are in it")


def _has_trace(head: bytes) -> bool:
    if not holds(head, b"Call Trace:") and not holds(head, b"Call trace:"):
        return False
    return has_line_with(head, b" state:", _is_task) or has_line_with(head, b" 0x", _is_old_task)


def _is_hung(line: bytes) -> bool:
    return b"INFO: task " in line[:300] and _HUNG.match(message(line)) is not None


def _is_task(line: bytes) -> bool:
    return b"task:" in line[:300] and _STATE.match(message(line)[:300]) is not None


def _is_old_task(line: bytes) -> bool:
    return len(line) < 300 and _OLD_TASK.fullmatch(message(line)) is not None
