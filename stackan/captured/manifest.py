"""The manifest of a capture: of which host it is, which command each process runs, and when each round began."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

from stackan.model.process_list import ProcessList

_LONGEST = 32 << 10  # characters of a command line
_LONGEST_UP = 1e9  # seconds for which a machine may have been up: thirty years

# ISO 8601 as far as Python 3.10 reads it; without a zone it is UTC.
_WALL = re.compile(r"([12]\d{3}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-]\d\d):?(\d\d))?", re.ASCII)


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
    host = host[:255] if isinstance(host, str) and host else None
    return ProcessList(source, commands, host, _moments(document, source), _ended(document)) if commands else None


def _ended(document: dict[str, Any]) -> dict[int, int]:
    """{process id: the first round in which it was gone}"""
    gone = [
        (number, pid)
        for step in _rows(document, "steps")
        if step.get("lacked") == ["gone"] and isinstance(number := step.get("round"), int) and (pid := _pid(step)) is not None
    ]
    return {pid: number for number, pid in sorted(gone, reverse=True)}


def _moments(document: dict[str, Any], source: str) -> dict[str, str]:
    """{folder of a round: when that began}.  By the monotonic clock from the first round on, as the other one may be set meanwhile."""
    began = {each["number"]: each for each in _rows(document, "rounds") if isinstance(each.get("number"), int) and _wall(each) is not None}
    if not began:
        return {}
    first = began[min(began)]
    times = {number: _after(first, each) for number, each in began.items()}
    top = max(source.rfind(mark) for mark in "/!") + 1
    folders = {
        (step["round"], file.rpartition("/")[0])
        for step in _rows(document, "steps")
        if isinstance(step.get("round"), int) and isinstance(file := step.get("file"), str)
    }
    return {source[:top] + folder: times[number] for number, folder in sorted(folders) if number in times}


def _wall(row: dict[str, Any]) -> datetime | None:
    """When a round began, in UTC and without a zone; None where that is not told, or in another form."""
    begun = row.get("wall_begin")
    match = _WALL.fullmatch(begun) if isinstance(begun, str) else None
    if match is None:
        return None
    day, clock, fraction, hours, minutes = match.groups(default="")
    zone = f"{hours}:{minutes}" if hours else "+00:00"
    try:
        told = datetime.fromisoformat(f"{day}T{clock}.{fraction[:6]:0<6}{zone}")
    except ValueError:  # the 31st of June
        return None
    return told.astimezone(timezone.utc).replace(tzinfo=None)


def _after(first: dict[str, Any], row: dict[str, Any]) -> str:
    """When a round began, by the clock that nobody sets, counted from the first one; by the other where that is not told."""
    begins, start, wall = _monotonic(first), _wall(first), _wall(row)
    begun = _monotonic(row)
    if begins is not None and begun is not None and start is not None:
        with suppress(OverflowError):
            wall = start + timedelta(seconds=begun - begins)
    return wall.isoformat(timespec="milliseconds") + "Z" if wall is not None else ""


def _monotonic(row: dict[str, Any]) -> float | None:
    seconds = row.get("monotonic_begin")
    return seconds if isinstance(seconds, float) and abs(seconds) < _LONGEST_UP else None


def _rows(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = document.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _pid(row: dict[str, Any]) -> int | None:
    pid = row.get("pid")
    return pid if isinstance(pid, int) and not isinstance(pid, bool) and 0 < pid < 1 << 31 else None
