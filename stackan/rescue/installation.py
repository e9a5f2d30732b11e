"""The other installation, whose program opens the console, and the command for that."""

from __future__ import annotations

import os
import shlex

from stackan.rescue.target import Target

PROGRAM = "dolphindb"


def console_arguments(pid: int) -> list[str]:
    """The guide's own command, which is run in the other installation's folder."""
    return [f"./{PROGRAM}", "-attach", "1", "-target-pid", str(pid)]


def shell_command(folder: str, pid: int) -> str:
    """The same as one types it."""
    return f"cd {quoted(folder)} && {shlex.join(console_arguments(pid))}"


def quoted(path: str) -> str:
    """A path as a shell takes it and a terminal can show it: control characters and bytes that are no text as bash's `$'\\033'`."""
    if path.isprintable():
        return shlex.quote(path)
    plain = (chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\{byte:03o}" for byte in os.fsencode(path))
    return f"$'{''.join(plain)}'"


def is_targets_own(folder: str, target: Target, proc: str) -> bool | None:
    """Whether a folder's program is the one that the target runs, or lies beside it; None if the target's program is not known."""
    if target.program is None:
        return None
    own = f"{proc}/{target.pid}/exe"  # leads to the file even where it lies in a container, or has been deleted
    program = os.path.realpath(os.path.join(folder, PROGRAM))
    if _same(program, own) or _same(folder, os.path.dirname(target.program)):
        return True
    return os.path.dirname(program) == os.path.realpath(os.path.dirname(target.program))


def _same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False
