"""A case's analysis → its rows of every table but `cases`, which a caller completes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from stackan.model.analysis import Analysis
from stackan.model.track import STUCK
from stackan.store.signatures import case_signature, signature_rows

Rows = dict[str, list[dict[str, Any]]]  # by table


def tables_of(analysis: Analysis, document: dict[str, Any]) -> Rows:
    """The rows of a case, without the columns that name it (`name_case`).

    document: what `Analysis.to_dict` gives, made once for this and for the text that is stored.
    """
    processes = document["processes"]
    signatures = signature_rows(analysis)
    return {
        "processes": [_process(process) for process in processes],
        "snapshots": [_snapshot(process["id"], each) for process in processes for each in process["snapshots"]],
        "threads": [row for process in processes for row in _threads(process)],
        **_stacks(processes),
        "pools": [_pool(process["id"], pool) for process in processes for pool in process["pools"]],
        "findings": [_finding(at, finding) for at, finding in enumerate(document["findings"])],
        "evidence": [{"finding": at, **line} for at, finding in enumerate(document["findings"]) for line in finding["evidence"]],
        "events": [_event(log, event) for log in document["logs"] for event in log["events"]],
        "episodes": [_episode(episode) for episode in document["episodes"]],
        "signatures": signatures,
        "cases": [_case(document, case_signature(signatures))],
    }


def name_case(rows: Rows, case_id: str, case: str) -> None:
    """Give every row the columns that name its case."""
    for table in rows.values():
        for row in table:
            row["case_id"], row["case"] = case_id, case


def _case(document: dict[str, Any], signature: str | None) -> dict[str, Any]:
    processes = document["processes"]
    progress = Counter(thread["progress"] for process in processes for thread in process["threads"])
    times = [each["taken_at"] for process in processes for each in process["snapshots"] if each["taken_at"]]
    times += [log["to"] for log in document["logs"] if log["to"]]
    return {
        "verdict": document["verdict"],
        "headline": document["headline"],
        "processes": len(processes),
        "snapshots": sum(len(process["snapshots"]) for process in processes),
        "threads": sum(progress.values()),
        "stuck": progress[STUCK],
        "findings": len(document["findings"]),
        "signature": signature,
        "taken_at": min(times, default=None),
    }


def _process(process: dict[str, Any]) -> dict[str, Any]:
    threads = process["threads"]
    return {
        "process": process["id"],
        **{name: process[name] for name in ("host", "pid", "command", "role", "profile", "verdict")},
        "snapshots": len(process["snapshots"]),
        "threads": len(threads),
        "stuck": sum(thread["progress"] == STUCK for thread in threads),
    }


_OF_SNAPSHOT = ("index", "source", "format", "sha256", "taken_at", "bytes", "threads", "frames", "unparsed_lines")


def _snapshot(process: str, snapshot: dict[str, Any]) -> dict[str, Any]:
    return {"process": process, **{name: snapshot[name] for name in _OF_SNAPSHOT}}


_OF_GROUP = ("fingerprint", "progress", "state", "idle", "pool", "waits_for")


def _threads(process: dict[str, Any]) -> list[dict[str, Any]]:
    """The threads of a process, one row for those that are alike in all but their ids."""
    groups: dict[tuple[Any, ...], list[int | None]] = {}
    for thread in process["threads"]:
        waits = thread["waits_for"]
        key = (*(thread[name] for name in _OF_GROUP[:-1]), waits[0]["kind"] if waits else None)
        groups.setdefault(key, []).append(thread["lwp"])
    return [
        {
            "process": process["id"],
            **dict(zip(_OF_GROUP, key, strict=True)),
            "count": len(lwps),
            "lwps": [lwp for lwp in lwps if lwp is not None],
        }
        for key, lwps in groups.items()
    ]


def _stacks(processes: list[dict[str, Any]]) -> Rows:
    """The distinct stacks of a case, as lists and frame by frame."""
    stacks = {thread["fingerprint"]: thread["stack"] for process in processes for thread in process["threads"]}
    return {
        "stacks": [{"fingerprint": key, "depth": len(names), "frames": names} for key, names in stacks.items()],
        "frames": [
            {"fingerprint": key, "level": level, "function": name} for key, names in stacks.items() for level, name in enumerate(names)
        ],
    }


_OF_POOL = ("name", "size", "idle", "blocked", "progressing", "exhausted", "evidence")


def _pool(process: str, pool: dict[str, Any]) -> dict[str, Any]:
    return {"process": process, **{name: pool[name] for name in _OF_POOL}}


_OF_FINDING = (
    "kind", "severity", "confidence", "title", "explanation", "processes", "behind", "perhaps_behind", "resources", "advice",
)  # fmt: skip


def _finding(at: int, finding: dict[str, Any]) -> dict[str, Any]:
    return {"finding": at, **{name: finding[name] for name in _OF_FINDING}, "threads": len(finding["threads"])}


def _event(log: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: log[name] for name in ("source", "host", "node", "process")},
        "log": log["kind"],
        **{name: event[name] for name in ("time", "line", "kind", "count", "text", "means")},
    }


def _episode(episode: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: episode[name] for name in ("kind", "phase", "restarted", "processes")},
        "started": episode["from"],
        "ended": episode["to"],
        "failed": [node["name"] for node in episode["failed"]],
    }
