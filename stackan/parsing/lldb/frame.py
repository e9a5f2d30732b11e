"""A frame as lldb writes it.

    frame #4: 0x000055e4fdcb3a19 ab_ba.O0g`lock_second(i=0, m=0x000055e4fdcb6160, k=0) at ab_ba.c:5:95
  * frame #0: 0x00007fee8cac1545 libc.so.6`__libc_pause at pause.c:29:10
    frame #6: 0x000055e4fdcb31e1 ab_ba.O0g`_start + 33
    frame #8: 0x000000010a484e5a server`compute [inlined] measure(tree=0x00007fe54000caa8) at mod.rs:12:5 [opt]
    frame #9: 0x00007f3c5c000b3e

That is lldb's setting `frame-format`: the module's file name and a backtick; the function, whose parameters are replaced by its
arguments where debug information gives them; an offset only where there is none; the source's file name, line and column.
"""

from __future__ import annotations

import re

from stackan.model.records import NamedTuple
from stackan.parsing.fields import decimal, hexadecimal
from stackan.parsing.known import once_each

# The first argument: `(m=0x…`, `((null)=0x…`, Swift's `($0=…`.  A list of parameter types holds no `=`, an operator's name none before it.
_ARGUMENTS = re.compile(rb"\((?:[A-Za-z_$][\w$]*|\(null\))=(?!=)")
# Brackets that open and close among values, and the strings and characters that may hold such signs.  A string that is never closed
# ends with the text: nothing is tried twice.
_SIGNS = re.compile(rb""""(?:\\.|[^"\\])*"?|'[()]'|[()]""")
_REMARKS = (b" [opt]", b" [artificial]")


class Header(NamedTuple):
    """The text before a frame's own."""

    level: int
    marked: bool  # `* frame`: the one that the user has selected
    pc: int
    text: int  # where the module begins


class Text(NamedTuple):
    """A frame's text from its module on; offsets are bytes within it."""

    function: bytes
    location: bytes
    arguments: tuple[int, int] | None


@once_each
def read_header(line: bytes) -> Header | None:
    """Split off `  * frame #0: 0x00007fee8cac1545 `, or None if the line is no frame."""
    at = line.find(b"frame #", 0, 64)
    if at < 0 or line[:at].strip(b" \t*"):
        return None
    colon = line.find(b":", at + 7, at + 18)
    level = decimal(line[at + 7 : colon]) if colon >= 0 else None
    start = colon + 1 + line.startswith(b" ", colon + 1)
    end = line.find(b" ", start, start + 20)
    end = len(line) if end < 0 else end
    pc = hexadecimal(line[start:end]) if line.startswith(b"0x", start) else None
    if level is None or pc is None:
        return None
    return Header(level, b"*" in line[:at], pc, min(end + 1, len(line)))


@once_each
def read_text(text: bytes) -> Text:
    """Split a frame's text: MODULE`FUNCTION(ARGUMENTS) at FILE:LINE:COLUMN."""
    size = len(text.rstrip())
    while (remark := next((words for words in _REMARKS if text.endswith(words, 0, size)), None)) is not None:
        size -= len(remark)
    module, tick, _ = text[:size].partition(b"`")
    if not tick:
        return Text(b"", b"from " + text[:size] if size else b"", None)
    source, stop = _source(text, size)
    location = b"from " + module + (b" " + source if source else b"")
    begin = len(module) + 1
    found = _ARGUMENTS.search(text, begin, stop) if source else None
    if found is None:
        name = text[begin:stop]
        return Text(_inner(name if source else _without_offset(name)), location, None)
    closing = _closing(text, found.start(), stop)
    name = _without_values(text[begin : found.start()], text[closing + 1 : stop])
    return Text(_inner(name), location, (found.start() + 1, closing))


def _closing(text: bytes, opening: int, stop: int) -> int:
    """The parenthesis that closes the arguments; the last one where none does, `stop` where there is none."""
    depth = 0
    for sign in _SIGNS.finditer(text, opening, stop):
        if sign[0] == b"(":
            depth += 1
        elif sign[0] == b")":
            depth -= 1
            if depth == 0:
                return sign.start()
    last = text.rfind(b")", opening, stop)
    return last if last >= 0 else stop


def _without_values(name: bytes, rest: bytes) -> bytes:
    """The function's name from the texts before and behind its arguments.

    lldb up to 19 puts the values between the first `(` and the first `)` of a name with its parameters, be they those of a
    parameter list, of a type in it, of `operator()`, or of a function around the lambda that is meant:

        void std::__invoke_impl<void, void (*)(int), int>((null)=…, __f=0x0000558236d93ec0)(int), int&&)
        std::packaged_task<int ()>::operator(this=0x00005652ea6441c0)()
        main(this=0x00007f71af837a80)::'lambda'(int)::operator()(int) const
        std::__invoke_result<void (&)()>::type std::__invoke<void (__fn=0x0000564f7a189a61)()>(void (&)())
    """
    if name.endswith(b"operator") and not name[-9:-8].isalnum() and name[-9:-8] != b"_":
        name += b"()"
    if not rest or rest == b" const":
        return name
    cut, nested, depth = 0, -1, 0
    for at, byte in enumerate(rest):
        if byte in b"(<":
            depth += 1
        elif byte in b")>":
            depth -= 1
            if depth < 0:
                cut, nested, depth = at + 1, -1, 0
        elif byte == 58 and depth == 0 and nested < 0 and rest.startswith(b"::", at):
            nested = at
    if name.count(b"<") > name.count(b">"):
        return name + b"()" + rest[cut:]
    return name + b"()" + rest[nested:] if nested >= 0 else name


def _source(text: bytes, size: int) -> tuple[bytes, int]:
    """`at FILE:LINE:COLUMN` at the end, and where it begins; (b"", size) if there is none: an argument may hold one too."""
    at = text.rfind(b" at ", 0, size)
    if at < 0:
        return b"", size
    source = text[at + 1 : size]
    return (source, at) if source.rpartition(b":")[2].isdigit() else (b"", size)


def _without_offset(name: bytes) -> bytes:
    """`handle_request(int) + 640` without the offset."""
    head, plus, offset = name.rpartition(b" + ")
    return head if plus and offset.isdigit() else name


def _inner(name: bytes) -> bytes:
    """The inlined function, which is the frame's own: `compute [inlined] measure`."""
    return name.rpartition(b" [inlined] ")[2]
