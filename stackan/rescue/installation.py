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
    program = os.path.realpath(os.path.join(folder, PROGRAM))
    if _same(program, f"{proc}/{target.pid}/exe"):  # which leads to the file even where it lies in a container, or has been deleted
        return True
    theirs = [os.path.dirname(path) for path in _programs_of(target, proc)]
    if any(_same(own, other) for own in (folder, os.path.dirname(program)) for other in theirs):
        return True
    return False if target.program is not None else None


def _programs_of(target: Target, proc: str) -> list[str]:
    """The paths by which the target was started, where they can be told: that of a script stands behind its interpreter's."""
    named = [word for word in target.arguments[:2] if PROGRAM in os.path.basename(word) and "/" in word]
    started = [os.path.join(f"{proc}/{target.pid}/cwd", word) for word in named]
    return started if target.program is None else [target.program, *started]


def _same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False
