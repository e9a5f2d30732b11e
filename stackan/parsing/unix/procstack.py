"""AIX's procstack: a line for the process, a ruled line for each thread, frames innermost first.

    28243 : /opt/ledger/bin/ledgerd
    ---------- tid# 54321 (pthread ID:    258) ----------          the kernel's thread id
    0x09000000005a1b40  __fd_poll(??, ??, ??) + 0xb4               64-bit
    d01d15c4  waitpid   (?, ?, ?) + e0                             32-bit; numbers are hexadecimal
    10000480  PrintHello   (d) + 30

A process with one thread has no ruled line; its frames follow the process's.  (IBM, AIX commands reference: procstack)
"""

from __future__ import annotations

from stackan.model.printed import Facts
from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.fields import find_opening, is_hex, is_number
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_UNNAMED = (b"????????", b"??")


class _Frame(NamedTuple):
    pc: int
    function: bytes
    arguments: tuple[int, int] | None


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    facts: dict[int, Facts] = {}
    for text in builder.lines():
        if not text.strip():
            builder.blank()
        elif head := read_head(text):
            builder.thread(lwp=head[0], number=head[1])
        elif process := read_process(text):
            builder.close_thread()
            facts[len(builder.columns.thread_lwp)] = process
            if read_frame(builder.following()):
                builder.thread()
            else:
                builder.noise()
        elif builder.open and (frame := read_frame(text)):
            builder.frame(frame.function, pc=frame.pc, arguments=frame.arguments)
        elif text.startswith((b"procstack: ", b"procstack64: ")):
            builder.noise()
    return split_snapshots(builder, facts)


@once_each
def read_process(text: bytes) -> Facts | None:
    """`28243 : appl`"""
    pid, colon, command = text.partition(b":")
    pid = pid.rstrip()
    if not colon or command[:1] not in (b" ", b"\t") or not is_number(pid, 10):
        return None
    return Facts(int(pid), command.strip().decode("utf-8", "replace") or None, (), ())


@once_each
def read_head(text: bytes) -> tuple[int, int] | None:
    """(the kernel's thread id, the pthread's number or -1) of `---------- tid# 54321 (pthread ID:    258) ----------`."""
    ruled, mark, rest = text.partition(b" tid# ")
    lwp = rest.partition(b" ")[0]
    if not mark or not ruled or ruled.strip(b"-") or not text.rstrip().endswith(b"--") or not is_number(lwp, 18):
        return None
    number = rest.partition(b"(pthread ID:")[2].partition(b")")[0].strip()
    return int(lwp), int(number) if is_number(number, 10) else -1


@once_each
def read_frame(text: bytes) -> _Frame | None:
    digits, _, _ = text.lstrip(b" ").partition(b" ")
    start = text.find(digits) + len(digits)
    pc = digits.removeprefix(b"0x")
    name, plus, offset = text.rpartition(b" + ")
    stop = len(name.rstrip()) if plus and is_hex(offset.strip().removeprefix(b"0x")) else len(text.rstrip())
    if len(pc) not in (8, 16) or not is_hex(pc) or not text[:stop].endswith(b")"):
        return None
    opening = find_opening(text, start, stop)
    function = text[start:opening].strip()
    if opening < 0 or not function:
        return None
    arguments = (opening + 1, stop - 1) if opening + 1 < stop - 1 else None
    return _Frame(int(pc, 16), b"" if function in _UNNAMED else function, arguments)
