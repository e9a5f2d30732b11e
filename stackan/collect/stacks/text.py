"""Copies as text, in the form of eu-stack, which `analyze` reads anyway (docs/formats/eu-stack.md).

    PID 17540 - process
    TID 17541:
    #0  0x00007f8af76c012b __lll_lock_wait - /usr/lib/x86_64-linux-gnu/libc.so.6

The module always stands behind the name.  A thread that was not taken has its header, and a warning that says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackan.collect.stacks.blocked import LARGEST, Beyond
from stackan.collect.stacks.copies import Copies, Copy
from stackan.collect.unwind.demangle import demangle
from stackan.collect.unwind.modules import Modules
from stackan.collect.unwind.walk import Frame, Stack, walk


def render(copies: Copies) -> bytes:
    """The text; the process need not live any more, but of one that lives the stacks are whole."""
    stacks = {tid: _walk(tid, copy, copies) for tid, copy in copies.threads.items()}
    symbols = copies.modules.names(frame.within for stack in stacks.values() for frame in stack.frames)
    names = {address: demangle(symbol) for address, symbol in symbols.items()}
    lines = [f"PID {copies.pid} - process"]
    for tid in sorted({*stacks, *copies.missing}):
        lines.append(f"TID {tid}:")
        if tid in stacks:
            lines += _lines(tid, stacks[tid], copies.modules, names)
        else:
            lines.append(f"warning: tid {tid} was not taken: {copies.missing[tid]}")
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def _walk(tid: int, copy: Copy, copies: Copies) -> Stack:
    beyond = Beyond(copies.pid, tid, copy)
    try:
        stack = walk(copy.registers, beyond.word, copies.modules)
        if beyond.is_true():
            return stack._replace(is_cut=stack.is_cut or beyond.is_missed)
    except PermissionError:
        pass
    stack = walk(copy.registers, copy.word, copies.modules)
    return stack._replace(is_cut=stack.is_cut or len(copy.stack) >= LARGEST)


def _lines(tid: int, stack: Stack, modules: Modules, names: Mapping[int, str]) -> Iterator[str]:
    for level, frame in enumerate(stack.frames):
        yield _line(level, frame, modules, names.get(frame.within))
    if stack.is_cut:
        yield f"eu-stack: tid {tid}: shown max number of frames ({len(stack.frames)}, use -n 0 for unlimited)"


def _line(level: int, frame: Frame, modules: Modules, name: str | None) -> str:
    module = modules.at(frame.within)
    words = f"#{level:<2} 0x{frame.address:016x}"
    if name is not None:
        words += f" {name}"
    return f"{words} - {module.file.path}" if module is not None else words
