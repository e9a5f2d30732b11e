"""DWARF expressions, as the tables of frames have them for procedure linkage tables and signal frames (DWARF 5, 2.5)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from stackan.collect.unwind.cursor import Cursor

ReadWord = Callable[[int], "int | None"]

_WORD = (1 << 64) - 1
_MOST = 1000  # operations: an expression may branch back
_CONSTANTS = {0x08: "<B", 0x09: "<b", 0x0A: "<H", 0x0B: "<h", 0x0C: "<I", 0x0D: "<i", 0x0E: "<Q", 0x0F: "<q", 0x03: "<Q"}
_OF_TWO: Mapping[int, Callable[[int, int], int]] = {
    0x1A: operator.and_, 0x1C: operator.sub, 0x1E: operator.mul, 0x21: operator.or_, 0x22: operator.add, 0x27: operator.xor,
    0x24: lambda a, b: a << min(b, 64), 0x25: lambda a, b: a >> min(b, 64), 0x26: lambda a, b: _signed(a) >> min(b, 64),
    0x29: lambda a, b: a == b, 0x2A: lambda a, b: _signed(a) >= _signed(b), 0x2B: lambda a, b: _signed(a) > _signed(b),
    0x2C: lambda a, b: _signed(a) <= _signed(b), 0x2D: lambda a, b: _signed(a) < _signed(b), 0x2E: lambda a, b: a != b,
}  # fmt: skip


def evaluate(expression: bytes, registers: Mapping[int, int], read: ReadWord, *start: int) -> int | None:
    """The value on top of the stack at the end; None where a register or a word of memory is not known.

    Raises IndexError, struct.error or ValueError where it is none of these.
    """
    stack = list(start)
    code = Cursor(expression, 0)
    for _ in range(_MOST):
        if code.at >= len(expression):
            return stack[-1] & _WORD
        found = _step(code, stack, registers, read)
        if not found:
            return None
    raise ValueError("an expression without an end")


def _step(code: Cursor, stack: list[int], registers: Mapping[int, int], read: ReadWord) -> bool:
    """One operation; False where it needs what is not known."""
    what = code.byte()
    if 0x30 <= what <= 0x4F:
        stack.append(what - 0x30)
    elif 0x70 <= what <= 0x8F or what == 0x92:
        number = code.unsigned() if what == 0x92 else what - 0x70
        offset = code.signed()
        if number not in registers:
            return False
        stack.append(registers[number] + offset & _WORD)
    elif what in _CONSTANTS:
        stack.append(code.number(_CONSTANTS[what]) & _WORD)
    elif what in (0x10, 0x11):
        stack.append((code.unsigned() if what == 0x10 else code.signed()) & _WORD)
    elif what == 0x06:
        word = read(stack.pop())
        if word is None:
            return False
        stack.append(word)
    elif what in _OF_TWO:
        second = stack.pop()
        stack.append(int(_OF_TWO[what](stack.pop(), second)) & _WORD)
    elif what == 0x23:
        stack.append(stack.pop() + code.unsigned() & _WORD)
    elif what in (0x28, 0x2F):
        offset = code.number("<h")
        code.at += offset if what == 0x2F or stack.pop() else 0
    else:
        _shuffle(what, code, stack)
    return True


def _shuffle(what: int, code: Cursor, stack: list[int]) -> None:
    if what == 0x12:
        stack.append(stack[-1])
    elif what == 0x13:
        stack.pop()
    elif what == 0x14:
        stack.append(stack[-2])
    elif what == 0x15:
        stack.append(stack[-1 - code.byte()])
    elif what == 0x16:
        stack[-1], stack[-2] = stack[-2], stack[-1]
    elif what == 0x17:
        stack[-3:] = [stack[-1], stack[-3], stack[-2]]
    elif what == 0x1F:
        stack[-1] = -stack[-1] & _WORD
    elif what == 0x20:
        stack[-1] = ~stack[-1] & _WORD
    elif what != 0x96:
        raise ValueError("an unknown operation")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
