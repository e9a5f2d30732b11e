"""How to come from a frame to its caller: the program of a table of frames, run up to one address (DWARF 5, 6.4.2).

8:16 | DW_CFA_advance_loc 1 · DW_CFA_def_cfa_offset 16 · DW_CFA_offset r6 at cfa-16 · DW_CFA_advance_loc 3 · DW_CFA_def_cfa_register r6
"""

from __future__ import annotations

from stackan.collect.unwind.cursor import Cursor
from stackan.model.records import NamedTuple

RBX, RBP, RSP, RA = 3, 6, 7, 16
KEPT = frozenset((RBX, RBP, 12, 13, 14, 15))  # a callee gives them back (System V ABI of x86-64, 3.2.1)

AT, IS, SAME, GONE, IN, AT_EXPRESSION, IS_EXPRESSION = range(7)  # where a register of the caller is; the meaning of Rule.value
_ADVANCES = {0x02: "<B", 0x03: "<H", 0x04: "<I"}


class Rule(NamedTuple):
    """Where one register of the caller is found."""

    kind: int
    value: int | bytes  # AT, IS: an offset to the CFA; IN: a register


class Row(NamedTuple):
    """The rules of one address."""

    cfa: bytes | tuple[int, int]  # an expression, or register and offset
    registers: dict[int, Rule]
    is_signal: bool  # the kernel has made this frame: the caller's address is exact
    start: int  # of the function


class Origin(NamedTuple):
    """What the functions of one compilation have in common (a CIE)."""

    code_factor: int
    data_factor: int
    return_register: int
    encoding: int  # of pointers
    has_augmentation: bool
    is_signal: bool
    program: bytes


class _State:
    """The rules while the program runs."""

    def __init__(self) -> None:
        self.cfa: bytes | tuple[int, int] = (RSP, 8)
        self.registers: dict[int, Rule] = {}


def row_at(address: int, start: int, program: bytes, origin: Origin) -> Row:
    """Raises IndexError, struct.error or ValueError where the program makes no sense."""
    state = _State()
    _run(origin.program, state, origin, start, None, {})
    first = dict(state.registers)
    _run(program, state, origin, start, address, first)
    return Row(state.cfa, state.registers, origin.is_signal, start)


def _run(program: bytes, state: _State, origin: Origin, location: int, until: int | None, first: dict[int, Rule]) -> None:
    code = Cursor(program, 0)
    kept: list[tuple[bytes | tuple[int, int], dict[int, Rule]]] = []
    while code.at < len(program):
        what = code.byte()
        upper, lower = what & 0xC0, what & 0x3F
        if upper == 0x40 or what in _ADVANCES or what == 0x01:
            location = _advanced(code, what, location, origin)
            if until is not None and location > until:
                return
        elif upper == 0x80:
            state.registers[lower] = Rule(AT, code.unsigned() * origin.data_factor)
        elif upper == 0xC0:
            _restore(state, lower, first)
        elif what == 0x06:
            _restore(state, code.unsigned(), first)
        elif what == 0x0A:
            kept.append((state.cfa, dict(state.registers)))
        elif what == 0x0B:
            state.cfa, state.registers = kept.pop()
        elif 0x0C <= what <= 0x0F or what in (0x12, 0x13):
            state.cfa = _defined(code, what, state.cfa, origin.data_factor)
        elif what in (0x00, 0x2D):
            continue
        elif what == 0x2E:  # GNU_args_size: for exceptions only
            code.unsigned()
        else:
            register = code.unsigned()
            state.registers[register] = _rule(code, what, origin.data_factor)


def _advanced(code: Cursor, what: int, location: int, origin: Origin) -> int:
    if what == 0x01:
        return code.pointer(origin.encoding) or 0
    return location + (code.number(_ADVANCES[what]) if what in _ADVANCES else what & 0x3F) * origin.code_factor


def _restore(state: _State, register: int, first: dict[int, Rule]) -> None:
    if register in first:
        state.registers[register] = first[register]
    else:
        state.registers.pop(register, None)


def _defined(code: Cursor, what: int, cfa: bytes | tuple[int, int], factor: int) -> bytes | tuple[int, int]:
    """DW_CFA_def_cfa…"""
    if what == 0x0F:
        return code.block()
    if what == 0x0C:
        return code.unsigned(), code.unsigned()
    if what == 0x12:
        return code.unsigned(), code.signed() * factor
    if isinstance(cfa, bytes):
        raise ValueError("half of a rule without the other")
    if what == 0x0D:
        return code.unsigned(), cfa[1]
    return cfa[0], code.unsigned() if what == 0x0E else code.signed() * factor


def _rule(code: Cursor, what: int, factor: int) -> Rule:
    """The operations that name a register first."""
    if what == 0x05:
        return Rule(AT, code.unsigned() * factor)
    if what == 0x11:
        return Rule(AT, code.signed() * factor)
    if what == 0x2F:  # GNU_negative_offset_extended
        return Rule(AT, -code.unsigned() * factor)
    if what == 0x14:
        return Rule(IS, code.unsigned() * factor)
    if what == 0x15:
        return Rule(IS, code.signed() * factor)
    if what == 0x07:
        return Rule(GONE, 0)
    if what == 0x08:
        return Rule(SAME, 0)
    if what == 0x09:
        return Rule(IN, code.unsigned())
    if what == 0x10:
        return Rule(AT_EXPRESSION, code.block())
    if what == 0x16:
        return Rule(IS_EXPRESSION, code.block())
    raise ValueError("an unknown operation")
