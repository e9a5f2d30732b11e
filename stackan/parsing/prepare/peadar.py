"""The output of peadar's pstack (https://github.com/peadar/pstack), in gdb's words:

    thread: 0, lwp: 532040, type: 0
    #0  0x00007fde87791aca in __wait4()+26 in /lib64/libc.so.6 at wait4.c:30
    #1  0x000055fe8fd610bd in waitchld.constprop.0!()+188 in /usr/bin/bash

`!` marks a name from the symbol table; what follows the parentheses is the offset in the function, its object, its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.fields import location_of
from stackan.parsing.prepare.text import Line

_HEADER = re.compile(rb"thread: (?:0x)?([0-9a-f]+), lwp: (\d+)(?:, type: \d+)?$")
_FRAME = re.compile(rb"(#\d+ +0x[0-9a-f]+) in (.*)\)\+(\d+) in ([^ ]+)(?: at (.+))?$")


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    number = 0
    for at, line in enumerate(lines):
        header = _HEADER.match(line)
        if header is not None:
            number += 1
            pthread = b"Thread 0x%s (LWP %s)" % header.groups() if int(header[1], 16) else b"LWP %s" % header[2]
            line = b"Thread %d (%s):" % (number, pthread)
        elif line.startswith(b"#"):
            line = _in_words_of_gdb(line)
        yield Line(at, line)


def _in_words_of_gdb(line: bytes) -> bytes:
    frame = _FRAME.match(line)
    if frame is None:
        return line
    start, call, _, module, source = frame.groups()
    function, arguments = _split_call(call)
    place = location_of(module, source or b"")
    return b"%s in %s (%s) %s" % (start, function.removesuffix(b"!") or b"??", arguments, place)


def _split_call(call: bytes) -> tuple[bytes, bytes]:
    """`std::f<int (int)>(int a=1` at the first parenthesis outside of angle brackets."""
    depth = 0
    for at, byte in enumerate(call):
        if byte == 40 and not depth and not call.endswith(b"operator", 0, at):
            return call[:at], call[at + 1 :]
        depth = max(0, depth + (byte == 60) - (byte == 62))
    function, _, arguments = call.partition(b"(")
    return function, arguments
