"""Which tool wrote a text, told from its content, with the reason in words."""

from __future__ import annotations

from typing import NamedTuple

from stackan.model.columns import EU_STACK, GDB
from stackan.parsing import crash_marks, python_marks
from stackan.parsing.java_marks import recognize_java
from stackan.parsing.marks import recognize

LOOK_AT = 1 << 20  # bytes: headers stand early, but a log may come first


class Detected(NamedTuple):
    format: str  # "gdb", "pstack", "eu-stack", or the name of a format that is known but not read
    dialect: int | None  # how frames are written; None where stackan does not read the format
    reason: str


# Formats that are recognized so that their user is told what the file is.  (mark at the start of a line, name)
_NAMED: tuple[tuple[bytes, str], ...] = (
    (b"* thread #", "lldb"),
    (b"(lldb) ", "lldb"),
    (b"*** *** *** *** *** ***", "android-tombstone"),
    (b"Powerstats for: ", "macos-microstackshots"),
    (b"Analysis of sampling ", "macos-sample"),
)


def detect(data: bytes) -> Detected | None:
    """The format of a text, or None if nothing in it looks like threads or a debugger's words.

    gdb and eu-stack are looked for first: their headers are the most specific.  A file that holds only a debugger's
    refusal is gdb's or eu-stack's too: the caller reads what it says.
    """
    head = data[:LOOK_AT]
    if _at_line_start(head, b"TID ", digits=True):
        return Detected("eu-stack", EU_STACK, "lines `TID n:` head the threads")
    if _at_line_start(head, b"PID ", digits=True) and b" - " in head[:200]:
        return Detected("eu-stack", EU_STACK, "a line `PID n - process` opens the text")
    python = None if _has_gdb_header(head) else python_marks.recognize(head)
    if python is not None:
        return Detected(python[0], None, python[1])
    if _at_line_start(head, b"Thread ", digits=True) and (b" (Thread " in head or b" (LWP " in head or b" (process " in head):
        if _gdb_speaks(head):
            return Detected("gdb", GDB, "lines `Thread n (…)` head the threads, and gdb's own words stand before them")
        if _pt_eustack(head):
            return Detected(
                "eu-stack", GDB, "lines `Thread n (LWP n)` with equal numbers head frames without arguments: pt-eustack-resolver"
            )
        return Detected("pstack", GDB, "lines `Thread n (…)` head the threads, without gdb's own words")
    if b"goroutine " in data and _goroutines(data):
        return Detected("go", None, "lines `goroutine n [state]:` head the threads")
    if _at_line_start(head, b"goroutine profile: total "):
        return Detected(
            "go-profile", None, "a line `goroutine profile: total n` opens it; it counts goroutines instead of listing them: take ?debug=2"
        )
    recognized = recognize(head) or recognize_java(data, LOOK_AT)
    if recognized is not None:
        return Detected(recognized[0], None, recognized[1])
    named = next((name for mark, name in _NAMED if _at_line_start(head, mark)), None)
    if named is not None:
        return Detected(named, None, f"a line that only {named} writes stands in it")
    crash = crash_marks.recognize(head)
    if crash is not None:
        return Detected(crash[0], None, crash[1])
    if _at_line_start(head, b"#0  ") or _at_line_start(head, b"#0 0x") or _at_line_start(head, b"#1  0x"):
        if _gdb_speaks(head):
            return Detected("gdb", GDB, "frames `#n` without a thread's header, and gdb's own words")
        return Detected("pstack", GDB, "frames `#n` without a thread's header")
    if (
        _at_line_start(head, b"ptrace: ")
        or _at_line_start(head, b"eu-stack: ")
        or b"already traced by process" in head
        or _at_line_start(head, b"Could not attach")
    ):
        return Detected("gdb", GDB, "a debugger's refusal")
    return None


def _gdb_speaks(head: bytes) -> bool:
    return any(mark in head for mark in (b"\n[New LWP ", b"[Thread debugging using", b"\n(gdb) ", b"[Switching to ")) or head.startswith(
        (b"[New LWP ", b"(gdb) ")
    )


def _pt_eustack(head: bytes) -> bool:
    """pt-eustack-resolver of Percona's toolkit prints eu-stack's threads nearly as gdb does:

    Thread 3441765 (LWP 3441765):
    #0 0x00007f2763f18bcf in __GI___poll at poll.c:29:10
    """
    at = 0 if head.startswith(b"Thread ") else head.find(b"\nThread ") + 1
    header, _, behind = head[at : at + 4096].partition(b"\n")
    number, _, lwp = header[7:].partition(b" (LWP ")
    return lwp.rstrip(b"\r") == number + b"):" and b" (" not in behind.partition(b"\n")[0]


def _goroutines(data: bytes) -> bool:
    """Whether a goroutine's header stands somewhere, be it behind what a log writes before each line."""
    from stackan.parsing.readers.go_lines import first_margin

    return first_margin(data) is not None


def _at_line_start(head: bytes, mark: bytes, digits: bool = False) -> bool:
    """Whether some line starts with `mark` (and goes on with a digit)."""
    at = -1 if not head.startswith(mark) else 0
    while True:
        if at < 0:
            at = head.find(b"\n" + mark)
            if at < 0:
                return False
            at += 1
        behind = at + len(mark)
        if not digits or head[behind : behind + 1].isdigit():
            return True
        at = head.find(b"\n" + mark, behind)
        if at < 0:
            return False
        at += 1


def _has_gdb_header(head: bytes) -> bool:
    """Whether a line `Thread 2 (Thread 0x7f… (LWP 4250)):` stands in it: what the program itself printed before is not the dump."""
    marks = (b" (Thread ", b" (LWP ", b" (process ")
    return any(line[7:].lstrip(b"0123456789").startswith(marks) for line in python_marks.lines_from(head, b"Thread "))
