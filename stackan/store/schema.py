"""The tables of a result store and the types of their columns, as plain data (docs/store.md describes each)."""

from __future__ import annotations

SCHEMA = "stackan.store/1"

TEXT, WHOLE, NUMBER, TRUTH, TIME, TEXTS, WHOLES = "text", "whole", "number", "truth", "time", "texts", "wholes"

_CASE = {"case_id": TEXT, "case": TEXT}

# table → column → type.  `case_id` joins them all; `cases` is written last, so that a case is in it only when all else is there.
TABLES: dict[str, dict[str, str]] = {
    "processes": {
        **_CASE,
        **dict.fromkeys(("process", "host"), TEXT),
        "pid": WHOLE,
        **dict.fromkeys(("command", "role", "profile", "verdict"), TEXT),
        **dict.fromkeys(("snapshots", "threads", "stuck"), WHOLE),
    },
    "snapshots": {
        **_CASE,
        "process": TEXT,
        "index": WHOLE,
        **dict.fromkeys(("source", "format", "sha256", "taken_at"), TEXT),
        **dict.fromkeys(("bytes", "threads", "frames", "unparsed_lines"), WHOLE),
    },
    "threads": {
        **_CASE,
        **dict.fromkeys(("process", "fingerprint", "progress", "state", "idle", "pool", "waits_for"), TEXT),
        "count": WHOLE,
        "lwps": WHOLES,
    },
    "stacks": {"case_id": TEXT, "fingerprint": TEXT, "depth": WHOLE, "frames": TEXTS},
    "frames": {"case_id": TEXT, "fingerprint": TEXT, "level": WHOLE, "function": TEXT},
    "pools": {
        **_CASE,
        **dict.fromkeys(("process", "name"), TEXT),
        **dict.fromkeys(("size", "idle", "blocked", "progressing"), WHOLE),
        "exhausted": TRUTH,
        "evidence": TEXT,
    },
    "findings": {
        **_CASE,
        "finding": WHOLE,
        **dict.fromkeys(("kind", "severity", "confidence", "title", "explanation"), TEXT),
        "processes": TEXTS,
        **dict.fromkeys(("threads", "behind", "perhaps_behind"), WHOLE),
        "resources": TEXTS,
        "advice": TEXTS,
    },
    "evidence": {**_CASE, "finding": WHOLE, "source": TEXT, "line": WHOLE, "text": TEXT},
    "events": {
        **_CASE,
        **dict.fromkeys(("source", "log", "host", "node", "process", "time"), TEXT),
        "line": WHOLE,
        "kind": TEXT,
        "count": WHOLE,
        "text": TEXT,
        "means": TEXT,
    },
    "episodes": {
        **_CASE,
        **dict.fromkeys(("kind", "started", "ended", "phase"), TEXT),
        "restarted": WHOLE,
        "failed": TEXTS,
        "processes": TEXTS,
    },
    "signatures": {
        **_CASE,
        **dict.fromkeys(("process", "fingerprint", "signature", "progress", "state", "waits_for"), TEXT),
        "count": WHOLE,
        "names": TEXTS,
    },
    "cases": {
        **_CASE,
        **dict.fromkeys(("sha256", "version", "verdict", "headline", "error", "failure"), TEXT),
        "seconds": NUMBER,
        **dict.fromkeys(("bytes", "processes", "snapshots", "threads", "stuck", "findings"), WHOLE),
        "signature": TEXT,
        "taken_at": TEXT,
        "analyzed_at": TIME,
        "document": TEXT,
    },
}  # fmt: skip
