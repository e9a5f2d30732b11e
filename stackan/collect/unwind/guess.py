"""Where the frame of a function lies that keeps it in %rbp, if only the stack pointer is known.

    push %rbp · mov %rsp,%rbp · push %rbx · sub $0x28,%rsp         so %rbp = %rsp + 0x28 + 8, without arguments on the stack and alloca

At its frame a function has saved its caller's %rbp (any number, where the caller uses it for something else), and above it lies the
return address, behind a call.  A place counts at once if that call goes to this very function, or if the function's own beginning says
so; otherwise the first behind a call through a pointer or a linkage table, and at last one behind a call to another function, which may
have jumped here.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator

from stackan.collect.unwind.modules import Module, Modules
from stackan.collect.unwind.rules import AT, RA, RBP, Row, Rule

_FARTHEST = 32768  # bytes above the stack pointer
_LARGEST_FUNCTION = 4096  # bytes of code in front of an address
_LARGEST_FRAME = 1 << 20
_CALL = 7  # bytes of the longest call
_PUSH_AND_MOVE = (b"\x55\x48\x89\xe5", b"\x55\x48\x8b\xec")
_END_OF_FUNCTION = re.compile(rb"\xc3(?:\x66|\x0f\x1f|\x90|\xcc)")  # ret, and what fills up to the next function
_ENDBR = b"\xf3\x0f\x1e\xfa"

Read = Callable[[int], "int | None"]


def guess_frame(row: Row, stack_pointer: int, read: Read, module: Module, modules: Modules) -> int | None:
    """%rbp of the function; None where nothing looks like its frame."""
    first, last_resort = None, None
    for place, is_told in _places(row, stack_pointer, module):
        address = read(place + 8)
        if address is None:
            break
        called = 0 if _is_left_by_signal(address, modules) else _called(address, read, modules)
        if called is None:
            continue
        if called == row.start + module.bias:
            return place
        if called and _is_function(called, modules):
            last_resort = last_resort or place
        elif is_told:
            return place
        else:
            first = first or place
    return first or last_resort


def assumed_row(address: int, module: Module) -> Row | None:
    """The rules of a function that no table describes, if the nearest beginning before the address is that of one with a frame pointer."""
    code = module.file.code_before(address, _LARGEST_FUNCTION)
    start = max(code.rfind(each) for each in _PUSH_AND_MOVE)
    if start < 0 or _END_OF_FUNCTION.search(code, start):
        return None
    return Row((RBP, 16), {RBP: Rule(AT, -16), RA: Rule(AT, -8)}, False, address - len(code) + start)


def guess_chain(stack_pointer: int, read: Read, modules: Modules) -> int | None:
    """%rbp in code that no table describes: the nearest place from which two links of saved frame pointers lead on, each below a return.

    What a run-time has compiled is called by functions that may keep something else in %rbp: there the second link is only a return, and
    where no place has two, the nearest one counts that lies below a return to a function of a file.
    """
    nearest = None
    for place in range(stack_pointer + -stack_pointer % 8, stack_pointer + _FARTHEST, 8):
        address = read(place + 8)
        if address is None:
            break
        above = _link(place, address, read, modules)
        if above is not None and _leads_on(above, read, modules, is_compiled=modules.at(address - 1) is None):
            return place
        if nearest is None and _returns_to_function(address, read, modules):
            nearest = place
    return nearest


def _leads_on(place: int, read: Read, modules: Modules, is_compiled: bool) -> bool:
    address = read(place + 8)
    if address is None:
        return False
    return _link(place, address, read, modules) is not None or (is_compiled and _called(address, read, modules) is not None)


def _link(place: int, address: int, read: Read, modules: Modules) -> int | None:
    """The frame that is saved here, if it is a higher one and a return address lies above; a run-time's own frames may lie at any word."""
    saved = read(place)
    if saved is None or not place + 16 <= saved <= place + _LARGEST_FRAME:
        return None
    is_file = modules.at(address - 1) is not None
    return saved if saved % (16 if is_file else 8) == 0 and _called(address, read, modules) is not None else None


def _returns_to_function(address: int, read: Read, modules: Modules) -> bool:
    """Whether an address lies behind a call in a function that a table describes."""
    return _row(address - 1, modules)[1] is not None and _called(address, read, modules) is not None


def _places(row: Row, stack_pointer: int, module: Module) -> Iterator[tuple[int, bool]]:
    """Each place, and whether the function's beginning tells it; all registers that the function has saved lie between."""
    size = _frame_size(module.file.code_at(row.start, 64))
    if size is not None:
        yield stack_pointer + size, True
    saved = [rule.value for rule in row.registers.values() if rule.kind == AT and isinstance(rule.value, int)]
    lowest = stack_pointer - min(saved, default=-16) - 16
    yield from ((place, False) for place in range(lowest + -lowest % 8, stack_pointer + _FARTHEST, 8))


def _is_function(address: int, modules: Modules) -> bool:
    module, row = _row(address, modules)
    return module is not None and row is not None and row.start + module.bias == address


def _is_left_by_signal(address: int, modules: Modules) -> bool:
    """A handler was called by the kernel: it returns to code that gives control back to it."""
    _, row = _row(address, modules)
    return row is not None and row.is_signal


def _row(address: int, modules: Modules) -> tuple[Module | None, Row | None]:
    module = modules.at(address)
    return module, module.file.row(address - module.bias) if module is not None else None


def _frame_size(code: bytes) -> int | None:
    """How far below its frame a function's stack pointer is, by how it begins; None where it begins otherwise."""
    at = 4 if code.startswith(_ENDBR) else 0
    if not code.startswith(_PUSH_AND_MOVE, at):
        return None
    at, size = at + 4, 0
    while at + 8 < len(code):
        if 0x50 <= code[at] <= 0x57:
            size, at = size + 8, at + 1
        elif code[at] == 0x41 and 0x50 <= code[at + 1] <= 0x57:
            size, at = size + 8, at + 2
        else:
            break
    if code.startswith(b"\x48\x83\xec", at):
        return size + code[at + 3]
    if code.startswith(b"\x48\x81\xec", at):
        return size + int(struct.unpack_from("<I", code, at + 3)[0])
    return size


def _called(address: int, read: Read, modules: Modules) -> int | None:
    """The function to which the call before a return address goes: 0 where it goes through a pointer; None where there is no call."""
    module = modules.at(address - 1)
    if module is not None:
        return _call_in(module.file.code_before(address - module.bias, _CALL), address)
    if not modules.has_code(address - 1):
        return None
    code = _compiled_before(address, read)
    return _call_in(code, address) if code is not None else 0


def _compiled_before(address: int, read: Read) -> bytes | None:
    """What a run-time has compiled stands in memory alone; None where that cannot be read any more."""
    start = address - _CALL & -8
    words = [read(at) for at in range(start, address, 8)]
    known = [struct.pack("<Q", word) for word in words if word is not None]
    return b"".join(known)[: address - start][-_CALL:] if len(known) == len(words) else None


def _call_in(code: bytes, address: int) -> int | None:
    """The same, by the bytes before the return address."""
    if len(code) < _CALL:
        return None
    if code[2] == 0xE8:
        return address + int(struct.unpack_from("<i", code, 3)[0])
    for size in (2, 3, 4, 6, 7):  # ff /2, with all forms of its operand; 41 before it for higher registers
        if code[7 - size] == 0xFF and code[8 - size] & 0x38 == 0x10:
            return 0
    return None
