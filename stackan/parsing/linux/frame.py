"""A frame of the kernel, and what a log writes before each line of it.

schedule+0x69/0x110                                  since 4.19 no address is printed
[<ffffffff8de17609>] ? __schedule+0x239/0x6f0        `?`: found on the stack, and perhaps no caller (arch/x86/kernel/dumpstack.c)
nfs_start_io_write+0x1a/0x40 [nfs]                   of a module, which some print with the id of its build
reg_check_chans_work+0x40/0x478 [cfg80211] (T)       with signs of arm64's unwinder
[<0>] futex_wait_queue+0x60/0x90                     /proc/PID/task/TID/stack
[<ffffffffffffffff>] 0xffffffffffffffff              there the end of a stack, until 4.19
"""

from __future__ import annotations

import re

from stackan.model.records import NamedTuple
from stackan.parsing.known import once_each

_FRAME = re.compile(
    rb"(?:\[<([0-9a-f]{1,16})>\] )?(?:\([a-z]+\) )?(\? )?([A-Za-z_][\w.$]{0,250})\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8}"
    rb"(?: \[([\w-]{1,60})(?: [0-9A-Fa-f]{8,40})?\])?(?: \([A-Z]{1,4}\))*"
)
END_OF_STACK = re.compile(rb"\[<[0-9a-f]{1,16}>\] 0xf{8}(?:f{8})?")

_STAMP = re.compile(
    rb"(?:<\d{1,3}>)?"
    rb"(?:[a-z]{2,8} *:[a-z]{2,8} *: )?"  # dmesg -x: `kern  :err   : `
    rb"(?:\[ *\d{1,10}\.\d{1,9}\] ?|\[ *[CT]\d{1,10}\] ?|\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] ?)*"
)
_KERNEL = re.compile(rb".{0,120}?\bkernel: ?")


class Frame(NamedTuple):
    function: bytes
    module: bytes  # b"" is the kernel itself
    pc: int | None
    reliable: bool


@once_each
def message(line: bytes) -> bytes:
    """A line without what dmesg, syslog and journald write before it, and its blanks."""
    logged = _KERNEL.match(line) if b"kernel: " in line[:160] else None
    text = line[logged.end() :] if logged is not None else line.lstrip(b" \t>|")
    stamp = _STAMP.match(text)
    assert stamp is not None, "it may be empty"
    return text[stamp.end() :].strip()


@once_each
def read_frame(text: bytes) -> Frame | None:
    found = _FRAME.fullmatch(text[:400])
    if found is None:
        return None
    address, doubt, function, module = found.groups(b"")
    return Frame(function, module, int(address, 16) or None if address else None, not doubt)
