"""Ids of processes that are unique within a case: of host and process id where these are known, else of program and folder.

    db1/4242             a process id, and the host that the inputs name
    java (acme/app)      no process id: the program, and where its first snapshot lies
    acme/app/1.txt       nor a program

A whole path is no name: it is long, and says more about the reader's machine than about the process.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackan.escapes import shorten
from stackan.model.formats import RUN_TIMES
from stackan.model.process import Process

_FOLDERS = 2  # of a path that are named, unless several processes would have one name
_MOST_FOLDERS = 8
_LONGEST = 32  # characters of a folder's or a file's name: verdicts stand behind ids, and lines have ends
_PARTS = re.compile(r"[/\\!]+")


def name_processes(processes: Sequence[Process]) -> tuple[Process, ...]:
    """The processes with their ids."""
    named: list[Process] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for process, base in zip(processes, _bases(processes)):
        name = base
        while name in taken:
            counts[base] = counts.get(base, 1) + 1
            name = f"{base}#{counts[base]}"
        taken.add(name)
        named.append(process._replace(id=name))
    return tuple(named)


def _bases(processes: Sequence[Process]) -> list[str]:
    """A name for each, by ever more of its path as long as processes of other files have the same name."""
    names = [_known(process) or _by_folder(process, 0) for process in processes]
    for more in range(1, _MOST_FOLDERS):
        files: dict[str, set[str]] = {}
        for process, name in zip(processes, names):
            files.setdefault(name, set()).add(process.dumps[0].source)
        if all(len(same) == 1 for same in files.values()):
            break
        names = [
            _by_folder(process, more) if process.pid is None and len(files[name]) > 1 else name for process, name in zip(processes, names)
        ]
    return names


def _known(process: Process) -> str:
    if process.pid is None:
        return ""
    return f"{process.inputs.host}/{process.pid}" if process.inputs.host else str(process.pid)


def _by_folder(process: Process, more: int) -> str:
    """`java (acme/app)`; with `more`, its file too, and that many folders less one."""
    *folders, file = [part for part in _PARTS.split(process.dumps[0].source) if part not in ("", ".", "..")] or [process.dumps[0].source]
    program = _program(process)
    whole = bool(more) or not program or not folders
    parts = [*folders[-(_FOLDERS + max(more - 1, 0)) :], *([file] if whole else [])]
    where = "/".join(shorten(part, _LONGEST) for part in parts)
    return f"{program} ({where})" if program else where


def _program(process: Process) -> str:
    """The program by its command, by the profile that fits it, or by the run-time whose tool has made the dump; "" if none is known."""
    command = next((dump.facts.command for dump in process.dumps if dump.facts.command), process.inputs.command)
    if command:
        return command.split()[0].rstrip("/").rpartition("/")[2] if command.split() else ""
    language = process.dumps[0].traits.language
    return process.rules.profile or (language if language in RUN_TIMES else "")
