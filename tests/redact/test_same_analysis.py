"""A case that was redacted gives the same analysis, up to the new addresses."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
from typing import Any

import pytest

import stackan
from stackan.redact.rewriting import redact

STEP = int(os.environ.get("STACKAN_REDACT_STEP", "12"))  # each how-manieth case; 1, for all, by hand: it takes some minutes
DUMPS = sorted(path for path in (pathlib.Path(__file__).parents[1] / "dumps").rglob("*") if path.is_file())
KINDS = ("truth", "cluster", "field", "idioms", "wild")


def cases(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(folder.rglob("case.json"))


def essence(document: dict[str, Any]) -> dict[str, Any]:
    """What an analysis says, with addresses by the order in which they are met, and without names of files, hosts and evidence texts."""
    met: dict[str, int] = {}

    def place(address: str | None) -> int | None:
        return None if address is None else met.setdefault(address, len(met))

    def thread(each: dict[str, Any]) -> dict[str, Any]:
        kept = ("lwp", "name", "pool", "present", "progress", "state", "idle", "fingerprint", "stack")
        waits = [
            (
                wait["kind"],
                place(wait["address"]),
                wait["needs"],
                wait["timed"],
                [owner["lwp"] for owner in wait["owners"]],
                wait["evidence"],
            )
            for wait in each["waits_for"]
        ]
        holds = [(held["kind"], place(held["address"]), held["evidence"], held["line"]) for held in each["holds"]]
        return {**{key: each[key] for key in kept}, "waits": waits, "holds": holds}

    return {
        "verdict": document["verdict"],
        "processes": [
            {
                **{key: process[key] for key in ("pid", "profile", "verdict", "pools")},
                "threads": [thread(each) for each in process["threads"]],
                "snapshots": [(each["format"], each["threads"], each["frames"], each["unparsed_lines"]) for each in process["snapshots"]],
            }
            for process in document["processes"]
        ],
        "findings": [
            (
                *(each[key] for key in ("kind", "severity", "confidence")),
                [thread["lwp"] for thread in each["threads"]],
                [reason["name"] for reason in each["reasons"]],
                [line["line"] for line in each["evidence"]],
            )
            for each in document["findings"]
        ],
        "events": [
            [(each["time"], each["line"], each["kind"], each["count"], each["nodes"]) for each in log["events"]] for log in document["logs"]
        ],
        "episodes": [(each["kind"], each["failed"], each["from"], each["to"], each["phase"]) for each in document["episodes"]],
    }


def analyze(paths: list[pathlib.Path]) -> dict[str, Any] | None:
    """None for a case that is refused as no dump is in it."""
    try:
        return essence(stackan.analyze(stackan.load(*paths)).to_dict())
    except stackan.StackanError:
        return None


@pytest.mark.parametrize("kind", KINDS)
def test_every_case_gives_the_same_analysis(shared, tmp_path, kind):
    if not (shared / kind).is_dir():
        pytest.skip(f"no ../shared/{kind} beside the project")
    differ, seen = [], 0
    for number, path in enumerate(cases(shared / kind)[::STEP]):
        names = json.loads(path.read_text())["inputs"]
        before, after = tmp_path / f"{number}", tmp_path / f"{number}-redacted"
        for name in names:
            whole = path.parent / name
            (before / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if whole.is_dir() else shutil.copy2)(whole, before / name)
        wanted = analyze([before / name for name in names])
        if wanted is None:
            continue
        seen += 1
        redact(str(before), str(after))
        if analyze([after / name for name in names]) != wanted:
            differ.append(str(path.parent.relative_to(shared)))
        shutil.rmtree(before)
        shutil.rmtree(after)
    assert seen
    assert differ == []


def test_every_dump_gives_the_same_analysis(tmp_path):
    differ, seen = [], 0
    for number, path in enumerate(DUMPS[::STEP]):
        wanted = analyze([path])
        if wanted is None:
            continue
        seen += 1
        after = tmp_path / f"{number}" / path.name
        after.parent.mkdir()
        redact(str(path), str(after))
        if analyze([after]) != wanted:
            differ.append(str(path))
    assert seen
    assert differ == []
