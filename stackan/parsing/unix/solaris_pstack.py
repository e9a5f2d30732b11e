"""pstack of Solaris and illumos: a line for the process, a ruled line for each thread, frames innermost first.

    83950:  /usr/sbin/ledgerd -d                              a process, or  core 'core' of 83950:  …
    -----------------  lwp# 2 / thread# 2  --------------------
    --------------------- thread# 2 / lwp# 2 [flusher] ---------------------      the same in illumos since 2018
     fed8c527 lwp_park (0, 0, 0)
     fed861a4 mutex_lock_impl (8061480, 0) + 1a4              arguments, and the offset, are hexadecimal
     08050e11 ???????? (8061480) + 2f                         no symbol
     ed810c3a * java/lang/Object.wait(J)V+0 (line 474)        a frame that the JVM names
     --- called from signal handler with signal 11 (SIGSEGV) ---
     08050fd0 worker(), exit value = 0x00000000               a thread that has ended and was not joined: where it started
    \t** zombie (exited, not detached, not yet joined) **

A process with one thread has no ruled line; its frames follow the process's.  (illumos-gate usr/src/cmd/ptools/pstack/pstack.c)
"""

from __future__ import annotations

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts, PrintedState
from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.fields import is_hex, is_number
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_NO_SYMBOL = b"????????"
_SIGNAL = b" --- called from signal handler with signal "
_ZOMBIE = b"\t** zombie (exited, not detached, not yet joined) **"


class _Frame(NamedTuple):
    pc: int
    function: bytes
    library: bytes
    arguments: tuple[int, int] | None


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    facts: dict[int, Facts] = {}
    states: dict[int, PrintedState] = {}
    refusals: list[str] = []
    for text in builder.lines():
        if not text.strip():
            builder.blank()
        elif text.startswith(b"--") and (header := read_header(text)):
            builder.thread(number=header[0], name=header[1])
        elif process := read_process(text):
            builder.close_thread()
            facts[len(builder.columns.thread_lwp)] = process
            if read_frame(builder.following()):
                builder.thread()
            else:
                builder.noise()
        elif builder.open and (frame := read_frame(text)):
            location = b"from " + frame.library if frame.library else b""
            builder.frame(frame.function, location, pc=frame.pc, arguments=frame.arguments)
        elif builder.open and text == _ZOMBIE:
            builder.locals()
            states[len(builder.columns.thread_lwp) - 1] = PrintedState("solaris: zombie", builder.line)
        elif builder.open and (text.startswith(_SIGNAL) or (text.startswith(b" ") and b"(), exit value = 0x" in text)):
            builder.locals()
        elif text.startswith(b"pstack: "):
            builder.noise()
            refusals.append(text.decode("utf-8", "replace"))
    reading = split_snapshots(builder, facts)
    return reading._replace(facts=tuple(each._replace(refusals=tuple(refusals), states=states) for each in reading.facts))


@once_each
def read_process(text: bytes) -> Facts | None:
    """`83950:` and the command, for a core `core 'FILE' of 83950:`; a tab is between them, or the blanks that a terminal made of it."""
    process = text.partition(b"' of ")[2] if text.startswith(b"core '") else text
    pid, _, command = process.partition(b":")
    if command[:1] not in (b"\t", b" ") or not is_number(pid, 10):
        return None
    return Facts(int(pid), command.strip().decode("utf-8", "replace") or None, (), ())


@once_each
def read_header(text: bytes) -> tuple[int, tuple[int, int] | None] | None:
    """(number, range of the name) of a ruled line."""
    number = UNKNOWN
    for mark in (b"lwp# ", b"thread# "):
        at = text.find(mark)
        digits = text[at + len(mark) : at + len(mark) + 10].partition(b" ")[0]
        if at >= 0 and is_number(digits, 10):
            number = int(digits)
            break
    if number == UNKNOWN or not text.endswith(b"--"):
        return None
    opening, closing = text.find(b" ["), text.rfind(b"] ")
    return number, (opening + 2, closing) if 0 < opening < closing else None


@once_each
def read_frame(text: bytes) -> _Frame | None:
    digits, _, rest = text[1:].partition(b" ")
    if text[:1] != b" " or len(digits) not in (8, 16) or not is_hex(digits):
        return None
    pc = int(digits, 16)
    if rest.startswith(b"* "):
        return _Frame(pc, _java_method(rest[2:]), b"", None)
    opening = text.rfind(b" (")
    closing = text.find(b")", opening)
    if opening <= len(digits) or closing < 0 or not _is_offset(text[closing + 1 :]):
        return None
    library, _, function = text[len(digits) + 2 : opening].strip().rpartition(b"`")
    return _Frame(pc, b"" if function == _NO_SYMBOL else function, library, (opening + 2, closing))


def _java_method(words: bytes) -> bytes:
    """`java/lang/Object.wait(J)V+0 (line 474)` without the byte code's index and the line, which has no file."""
    method, plus, index = words.partition(b" (line ")[0].rpartition(b"+")
    return method if plus and is_number(index, 10) else words


def _is_offset(text: bytes) -> bool:
    return not text or (text.startswith(b" + ") and is_hex(text[3:]))
