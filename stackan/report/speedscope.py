"""Dumps for the viewer speedscope: a profile for each snapshot, in which each thread is one sample of its stack.

The file's schema: https://www.speedscope.app/file-format-schema.json
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from stackan._version import __version__
from stackan.model.columns import UNKNOWN
from stackan.model.dump import Dump
from stackan.report.page import Stream


def write(dumps: Sequence[Dump], stream: Stream) -> None:
    """Write all snapshots as one file; threads without a frame are left out, as a sample has one."""
    frames: dict[tuple[str, str | None, int | None], int] = {}
    profiles = [_profile(dump, frames) for dump in dumps]
    document = {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "exporter": f"stackan {__version__}",
        "name": dumps[0].source if len(dumps) == 1 else f"{dumps[0].source} … {dumps[-1].source}",
        "activeProfileIndex": 0,
        "shared": {"frames": [_frame(*key) for key in frames]},
        "profiles": profiles,
    }
    stream.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")


def _frame(name: str, file: str | None, line: int | None) -> dict[str, Any]:
    known = {"name": name, "file": file, "line": line}
    return {key: value for key, value in known.items() if value is not None}


def _profile(dump: Dump, frames: dict[tuple[str, str | None, int | None], int]) -> dict[str, Any]:
    samples: dict[int, list[int]] = {}  # equal stacks are one list
    known: dict[int, int] = {}
    nodes = [node for node in dump.thread_nodes() if node != UNKNOWN]
    for node in dict.fromkeys(nodes):
        stack = dump.sites(node)[::-1]
        for site in stack:
            if site not in known:
                known[site] = frames.setdefault(_key(dump, site), len(frames))
        samples[node] = [known[site] for site in stack]
    return {
        "type": "sampled",
        "name": dump.source,
        "unit": "none",
        "startValue": 0,
        "endValue": len(nodes),
        "samples": [samples[node] for node in nodes],
        "weights": [1] * len(nodes),
    }


def _key(dump: Dump, site: int) -> tuple[str, str | None, int | None]:
    where = dump.location(site)
    return dump.function(site) or "??", where.file or where.library, where.line
