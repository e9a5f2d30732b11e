"""Which tool wrote a text, told from its content, with the reason in words.

Each family of formats has a file that knows its marks: `recognize(data, head)` gives the format and the reason.  It is
imported when all families before it have not known the text: a plain gdb dump loads one.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from stackan.model.columns import EU_STACK, GDB

LOOK_AT = 1 << 20  # bytes: headers stand early, but a log may come first

# In this order: the most specific marks first.  Reports of a crash and frames without a header are what is left.
FAMILIES = ("gdb", "python", "go", "unixes", "windows", "lldb", "macos", "crashes", "java", "reports", "bare")

# The formats that the scanner reads: how it has to take their frames.
DIALECTS = {"gdb": GDB, "pstack": GDB, "eu-stack": EU_STACK, "pt-eustack-resolver": GDB}


class Detected(NamedTuple):
    format: str  # a name of model/formats.py, or that of a format that is known but not read
    dialect: int | None  # how the scanner has to take its frames; None where it is not the scanner's
    reason: str


def detect(data: bytes) -> Detected | None:
    """The format of a text, or None if nothing in it looks like threads or a debugger's words.

    A file that holds only a debugger's refusal is gdb's: the caller reads what it says.
    """
    head = data[:LOOK_AT]
    return next((found for family in FAMILIES if (found := _ask(family, data, head)) is not None), None)


def detect_early(head: bytes) -> Detected | None:
    """The format of a text that begins so (LOOK_AT bytes), if what follows cannot change it."""
    return _ask("gdb", head, head)


def _ask(family: str, data: bytes, head: bytes) -> Detected | None:
    found = import_module(f"{__name__}.{family}").recognize(data, head)
    if found is None:
        return None
    writer, reason = found
    return Detected("eu-stack" if writer == "pt-eustack-resolver" else writer, DIALECTS.get(writer), reason)
