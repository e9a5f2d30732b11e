"""Stores that are filled with rows, and looks that are made of names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

Stacks = Sequence[Sequence[str]]


@pytest.fixture
def rows_of() -> Callable[..., list[dict[str, Any]]]:
    """Rows of `signatures` for stacks, as if their threads were stuck."""

    def rows_of(stacks: Stacks, progress: str = "stuck", count: int = 3) -> list[dict[str, Any]]:
        import hashlib

        return [
            {
                "process": "p",
                "fingerprint": "f",
                "signature": hashlib.sha256("\n".join(names).encode()).hexdigest()[:16],
                "progress": progress,
                "state": "lock",
                "waits_for": "mutex",
                "count": count,
                "names": list(names),
            }
            for names in stacks
        ]

    return rows_of


@pytest.fixture
def fill(rows_of) -> Callable[..., None]:
    """Write cases, given as {name: stacks}, as one part of a store."""
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from stackan.store.about import introduce
    from stackan.store.parts import case_id, write_part
    from stackan.store.rows import name_case
    from stackan.store.signatures import case_signature

    def fill(place: Any, cases: dict[str, Stacks], progress: str = "stuck", version: int = 1) -> None:
        parts = []
        for name, stacks in cases.items():
            found = rows_of(stacks, progress)
            row = {"sha256": f"sha of {name}", "version": str(version), "verdict": "blocked", "headline": f"{name} hangs."}
            row["analyzed_at"] = datetime(2026, 1, version, tzinfo=timezone.utc)
            rows = {"signatures": found, "cases": [{**row, "signature": case_signature(found)}]}
            name_case(rows, case_id(name, name, str(version)), name)
            parts.append(rows)
        introduce(place, {})
        write_part(place, parts)

    return fill
