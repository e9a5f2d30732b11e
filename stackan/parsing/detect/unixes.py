"""How the stacks of Solaris and AIX are told."""

from __future__ import annotations

from stackan.parsing.detect.lines import has_line_with

_HEX = b"0123456789abcdef"


def recognize(data: bytes, head: bytes) -> tuple[str, str] | None:
    """(format, the reason in words)"""
    if has_line_with(head, b"lwp# ", _is_ruled) or has_line_with(head, b"thread# ", _is_ruled):
        return "solaris-pstack", "ruled lines `---- lwp# n ----` head the threads"
    if has_line_with(head, b" tid# ", _is_ruled):
        return "procstack", "ruled lines `---- tid# n ----` head the threads"
    if _is_one_aix_thread(head):
        return "procstack", "a line `PID : COMMAND` opens the text, and frames `ADDRESS function (?)` follow"
    if _is_one_solaris_thread(head):
        return "solaris-pstack", "a line `PID:` and a command opens the text, and frames `ADDRESS function (…)` follow"
    return None


def _is_ruled(line: bytes) -> bool:
    return line.startswith(b"-----") and line.rstrip().endswith(b"-----")


def _is_one_solaris_thread(head: bytes) -> bool:
    """`83950:\\tcat`, then ` feee0f35 read     (0, 80632a0, 2000)`: one thread has no ruled line."""
    process, _, rest = head.partition(b"\n")
    before, _, command = process.partition(b":")
    frame = rest.partition(b"\n")[0]
    digits = frame[1:].partition(b" ")[0]
    return (
        command[:1] in (b"\t", b" ")
        and before.rpartition(b"' of ")[2].isdigit()
        and frame.startswith(b" ")
        and b" (" in frame
        and len(digits) in (8, 16)
        and not digits.strip(_HEX)
    )


def _is_one_aix_thread(head: bytes) -> bool:
    """`11928 : -sh`, then `d01d15c4  waitpid   (?, ?, ?) + e0`."""
    process, _, rest = head.partition(b"\n")
    pid, colon, _ = process.partition(b" : ")
    frame = rest.partition(b"\n")[0]
    digits = frame.partition(b"  ")[0].removeprefix(b"0x")
    return bool(colon) and pid.isdigit() and b"(" in frame and len(digits) in (8, 16) and not digits.strip(_HEX)
