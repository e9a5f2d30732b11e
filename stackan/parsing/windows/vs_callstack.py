"""Visual Studio's Call Stack window, copied for one thread after the other; and VS Code's.

    Thread 2404 ("poster"):                                                         written by hand beside each stack; may be missing
    >	ledger.exe!post(entry * e=0x0237e1e8, int wait=1)  Line 412 + 0x15 bytes	C++
        [Inline Frame] ledger.exe!transfer(void) Line 430	C++
        kernel32.dll!_WaitForSingleObject@8()  + 0x12 bytes
        18d5eefc()	                                                                no module is known
        [External Code]
    ledger.exe!run(int fd) (d:\\src\\ledger.cpp:12)                                   VS Code

(Microsoft, "Use the Call Stack window in the debugger"; vswhere issue 72, roslyn issue 20019, vscode-cpptools issue 5591)
"""

from __future__ import annotations

from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.fields import find_opening, is_hex, is_number
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_MARKS = b"> \t"  # `>` comes before the frame that the window shows
_INLINED = b"[Inline Frame] "


class _Frame(NamedTuple):
    function: bytes
    location: bytes
    pc: int | None
    arguments: tuple[int, int] | None


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    for text in builder.lines():
        if not text.strip():
            builder.blank()
            if builder.open and builder.columns.thread_frames[-1]:
                builder.close_thread()  # the next stack may have no header
        elif head := read_head(text):
            builder.thread(lwp=head[0], name=head[1])
        elif frame := read_frame(text):
            if not builder.open:
                builder.thread(headed=False)
            builder.frame(frame.function, frame.location, pc=frame.pc, arguments=frame.arguments)
        elif builder.open and text.lstrip(_MARKS).startswith(b"["):
            builder.locals()  # [External Code], [Managed to Native Transition], [Frames below may be incorrect and/or missing …]
    return split_snapshots(builder, {})


@once_each
def read_head(text: bytes) -> tuple[int, tuple[int, int] | None] | None:
    """`Thread 2404 ("poster"):`"""
    if not text.startswith(b"Thread "):
        return None
    digits, _, rest = text[7:].partition(b" ")
    number = digits.rstrip(b":")
    if not is_number(number, 10) or (rest.strip() and not rest.rstrip().endswith(b":")):
        return None
    opening, closing = text.find(b'"'), text.rfind(b'"')
    return int(number), (opening + 1, closing) if 0 < opening < closing else None


@once_each
def read_frame(text: bytes) -> _Frame | None:
    start = len(text) - len(text.lstrip(_MARKS))
    start += len(_INLINED) * text.startswith(_INLINED, start)
    stop = text.find(b"\t", start)
    stop = _drop_offset(text, start, len(text) if stop < 0 else stop)
    stop, line = _drop_line(text, start, stop)
    if not line:
        stop, line = _drop_place(text, start, stop)
    arguments, closed = None, text[:stop].endswith(b")")
    if closed:
        opening = find_opening(text, start, stop)
        if opening < 0:
            return None
        arguments, stop = (opening + 1, stop - 1) if opening + 1 < stop - 1 else None, opening
    call = text[start:stop]
    module, mark, function = call.partition(b"!")
    if not mark and closed and _is_address(call):
        return _Frame(b"", line, int(call, 16), None)
    if not mark or b"." not in module or not function or set(module) & set(b' (<[";,='):
        return None
    location = b" ".join(part for part in (b"from " + module, line) if part)
    if _is_address(function):  # compiled at run-time
        return _Frame(b"", location, int(function, 16), arguments)
    return _Frame(function.partition(b"+0x")[0], location, None, arguments)


def _drop_offset(text: bytes, start: int, stop: int) -> int:
    """Where a call stops that ends in ` + 0x15 bytes` or ` - 0x48 bytes`."""
    stop = len(text[:stop].rstrip())
    if not text[:stop].endswith(b" bytes"):
        return stop
    sign = max(text.rfind(b" + 0x", start, stop), text.rfind(b" - 0x", start, stop))
    return len(text[:sign].rstrip()) if sign > 0 else stop


def _drop_line(text: bytes, start: int, stop: int) -> tuple[int, bytes]:
    """`…  Line 412`: no file is named."""
    mark = text.rfind(b" Line ", start, stop)
    digits = text[mark + 6 : stop]
    if mark < 0 or not is_number(digits, 9):
        return stop, b""
    return len(text[:mark].rstrip()), b"at :" + digits


def _drop_place(text: bytes, start: int, stop: int) -> tuple[int, bytes]:
    """`… (d:\\src\\ledger.cpp:12)` of VS Code; `… (Unknown Source:0)`."""
    opening = text.rfind(b" (", start, stop)
    file, colon, digits = text[opening + 2 : stop - 1].rpartition(b":")
    if opening < 0 or not text[:stop].endswith(b")") or not colon or not is_number(digits, 9):
        return stop, b""
    return len(text[:opening].rstrip()), b"" if file == b"Unknown Source" else b"at " + file + b":" + digits


def _is_address(word: bytes) -> bool:
    return len(word) in (8, 16) and is_hex(word)
