"""What a capture says of itself: `manifest.json`, schema stackan.capture/1 (docs/collect.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from stackan._version import __version__

SCHEMA = "stackan.capture/1"


@dataclass
class Step:
    """One thing that was done to one process."""

    round: int
    pid: int
    tool: str  # "proc", "owners", "own", "gdb", …
    file: str | None  # of the archive; None where nothing came of it
    seconds: float
    version: str | None = None
    pause: float | None = None  # seconds for which the process, or its longest-stopped thread, stood still; 0 where nothing stopped
    exit: int | None = None
    trouble: str | None = None  # what it could not do
    lacked: tuple[str, ...] = ()  # the rights that were missing, as named in rights.py
    instant: bool = True  # all that the file shows is of one moment
    runs: bool = True  # behind it the process ran as before
    replaced_by: str | None = None  # the tool that did what this one could not

    @property
    def failed(self) -> bool:
        """Whether something is missing for it."""
        return self.trouble is not None and self.replaced_by is None


@dataclass
class Round:
    """One round over all processes; times in seconds."""

    number: int
    wall_begin: str
    wall_end: str
    monotonic_begin: float
    monotonic_end: float


@dataclass
class Manifest:
    """The whole capture."""

    host: str
    rounds: list[Round] = field(default_factory=list)
    processes: list[dict[str, Any]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    checksums: dict[str, str] = field(default_factory=dict)  # {file of the archive: SHA-256}

    @property
    def is_whole(self) -> bool:
        """Whether everything that was tried worked."""
        return not any(step.failed for step in self.steps)

    @property
    def is_empty(self) -> bool:
        """Whether no step brought a file."""
        return all(step.file is None for step in self.steps)

    def render(self) -> bytes:
        document = {
            "schema": SCHEMA,
            "version": __version__,
            "host": self.host,
            "rounds": [vars(each) for each in self.rounds],
            "processes": self.processes,
            "steps": [{**vars(each), "lacked": list(each.lacked)} for each in self.steps],
            "checksums": self.checksums,
        }
        return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
