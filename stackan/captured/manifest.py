"""The manifest of a capture: of which host it is, and which command each process runs."""

from __future__ import annotations

import json
from typing import Any

from stackan.model.process_list import ProcessList

_LONGEST = 32 << 10  # characters of a command line


def read_manifest(text: bytes, source: str) -> ProcessList | None:
    """What it says of the processes; None where it is none, or says nothing of any."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    commands = {pid: "" for each in _rows(document, "steps") if (pid := _pid(each)) is not None}  # all that the script's says
    for each in _rows(document, "processes"):
        pid, command = _pid(each), each.get("command")
        if pid is not None:
            commands[pid] = command[:_LONGEST] if isinstance(command, str) else ""
    host = document.get("host")
    return ProcessList(source, commands, host[:255] if isinstance(host, str) and host else None) if commands else None


def _rows(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = document.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _pid(row: dict[str, Any]) -> int | None:
    pid = row.get("pid")
    return pid if isinstance(pid, int) and not isinstance(pid, bool) and 0 < pid < 1 << 31 else None
