"""From the registers and the stack of a thread to its frames.

Of a thread that was not stopped only its stack pointer and its place are known.  Code that keeps its frame in %rbp (compiled without
optimization, or with alloca) needs %rbp; mostly an inner frame has saved it.  Where none has, guess.py finds the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stackan.collect.unwind import rules
from stackan.collect.unwind.expressions import evaluate
from stackan.collect.unwind.guess import assumed_row, guess_chain, guess_frame
from stackan.collect.unwind.modules import Module, Modules
from stackan.collect.unwind.rules import KEPT, RA, RBP, RSP, Row, Rule
from stackan.collect.unwind.tables import BROKEN
from stackan.model.records import NamedTuple

MOST_FRAMES = 2048


class Frame(NamedTuple):
    """One frame."""

    address: int
    is_exact: bool  # the next instruction; otherwise a return address, behind the call

    @property
    def within(self) -> int:
        """An address that lies in the function for sure: a call may be a function's last instruction."""
        return self.address - (not self.is_exact)


class Stack(NamedTuple):
    """All frames of a thread, the innermost first."""

    frames: list[Frame]
    is_cut: bool  # there are more than are shown


Read = Callable[[int], "int | None"]


def walk(registers: Mapping[int, int], read: Read, modules: Modules) -> Stack:
    """The frames from these registers on (DWARF's numbers, RA for the program counter); `read` gives words of the stack."""
    known, frames, exact = dict(registers), list[Frame](), True
    while len(frames) < MOST_FRAMES:
        address, stack_pointer = known[RA], known[RSP]
        frames.append(Frame(address, exact))
        caller, exact = _caller(known, exact, read, modules, frames)
        if caller is None:
            return Stack(frames, False)
        if caller[RSP] <= stack_pointer and not exact:  # a caller's frame is above: a circle never ends
            return Stack(frames, False)
        known = caller
    return Stack(frames, True)


def _caller(known: dict[int, int], exact: bool, read: Read, modules: Modules, frames: list[Frame]) -> tuple[dict[int, int] | None, bool]:
    """The registers of the caller, and whether its address is exact; no registers at the end of the stack."""
    module = modules.at(frames[-1].within)
    row = module.file.row(frames[-1].within - module.bias) if module is not None else None
    try:
        if row is None and module is not None and RBP not in known:
            row = assumed_row(frames[-1].within - module.bias, module)
        if row is None or module is None:
            return _by_frame_pointer(known, read, modules), False
        if row.is_signal:
            frames[-1] = frames[-1]._replace(is_exact=True)
        return _by_row(row, known, read, module, modules), row.is_signal
    except BROKEN:
        return None, False


def _by_row(row: Row, known: dict[int, int], read: Read, module: Module, modules: Modules) -> dict[int, int] | None:
    if not isinstance(row.cfa, bytes) and row.cfa[0] == RBP and RBP not in known:
        guessed = guess_frame(row, known[RSP], read, module, modules)
        if guessed is None:
            return None
        known = {**known, RBP: guessed}
    cfa = _cfa(row, known, read)
    if cfa is None:
        return None
    caller = {register: known[register] for register in KEPT if register in known}
    caller[RSP] = cfa
    for register, rule in row.registers.items():
        value = _value(rule, register, cfa, known, read)
        if value is None:
            caller.pop(register, None)
        else:
            caller[register] = value
    return caller if caller.get(RA) else None


def _cfa(row: Row, known: dict[int, int], read: Read) -> int | None:
    if isinstance(row.cfa, bytes):
        return evaluate(row.cfa, known, read)
    register, offset = row.cfa
    return known[register] + offset if register in known else None


def _value(rule: Rule, register: int, cfa: int, known: dict[int, int], read: Read) -> int | None:
    kind, value = rule
    if isinstance(value, bytes):
        found = evaluate(value, known, read, cfa)
        return read(found) if kind == rules.AT_EXPRESSION and found is not None else found
    if kind == rules.AT:
        return read(cfa + value)
    if kind == rules.IS:
        return cfa + value
    if kind == rules.IN:
        return known.get(value)
    return known.get(register) if kind == rules.SAME else None


def _by_frame_pointer(known: dict[int, int], read: Read, modules: Modules) -> dict[int, int] | None:
    """Code without a table (of a run-time's compiler, of assembly): as if it kept its frame in %rbp."""
    base = known.get(RBP)
    if base is None:
        base = guess_chain(known[RSP], read, modules)
    if base is None or base < known[RSP]:
        return None
    saved, address = read(base), read(base + 8)
    if saved is None or address is None or not modules.has_code(address - 1):
        return None
    return {RBP: saved, RSP: base + 16, RA: address}
