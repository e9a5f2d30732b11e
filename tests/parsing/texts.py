"""Texts as a user gives them: one that is parsed, or several snapshots in a folder that are analyzed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import stackan
from stackan.parsing import parse_all


def only(text: str) -> stackan.Dump:
    """The one dump of a text."""
    (dump,) = parse_all(text.encode(), "dump.txt")
    return dump


def analyzed(folder: Path, *texts: str) -> dict[str, Any]:
    """The document of snapshots that are written to a folder."""
    for number, text in enumerate(texts, 1):
        (folder / f"snap{number}.txt").write_text(text, "utf-8")
    return stackan.analyze(stackan.load(*sorted(map(str, folder.iterdir())))).to_dict()
