"""How the stacks of WinDbg and Visual Studio are recognized."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import has_line_with


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if has_line_with(head, b" Suspend: ", _is_windbg_thread) or has_line_with(head, b"  Cid ", _is_kernel_thread):
        yield "windbg", said("lines with `Id: PID.TID` or `Cid PID.TID` head the threads")
    if has_line_with(head, b"RetAddr", _is_windbg_title):
        yield "windbg", said("a line names the columns `Child-SP` or `ChildEBP` and `RetAddr`")
    if has_line_with(head, b"STACK_TEXT:", _is_windbg_analysis):
        yield "windbg", said("a line `STACK_TEXT:` of `!analyze` is above a stack")
    if any(has_line_with(head, mark, _is_visual_studio_frame) for mark in (b".dll!", b".exe!")):
        yield "vs-callstack", said("lines `MODULE.dll!FUNCTION(…)` are frames of Visual Studio's Call Stack window")


def _is_windbg_thread(line: bytes) -> bool:
    return b" Id: " in line and line[: line.find(b" Id: ")].strip(b".# ").isdigit()


def _is_kernel_thread(line: bytes) -> bool:
    return line.lstrip().startswith(b"THREAD ") and b"  Teb: " in line


def _is_windbg_title(line: bytes) -> bool:
    return line.split()[:1] in ([b"#"], [b"Memory"], [b"Child-SP"], [b"ChildEBP"], [b"RetAddr"])


def _is_windbg_analysis(line: bytes) -> bool:
    return line.startswith(b"STACK_TEXT:")


def _is_visual_studio_frame(line: bytes) -> bool:
    module, _, call = line.lstrip(b"> \t").removeprefix(b"[Inline Frame] ").partition(b"!")
    return (
        module.endswith((b".dll", b".exe"))
        and not set(module) & set(b" (<\"'`/\\:")
        and (b"(" in call or b" Line " in call or b"+0x" in call)
    )
