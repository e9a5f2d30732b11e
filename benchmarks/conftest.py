"""Inputs of the benchmarks: made from the real example, the same bytes for the same seed.

Small by default, so that CI runs each benchmark once; `STACKAN_BENCH=full` gives the sizes of the documented figures.
"""

from __future__ import annotations

import os
import pathlib

import pytest
from generate import deadlocks, grow

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "mariadb-pool-exhausted"
FULL = os.environ.get("STACKAN_BENCH") == "full"


@pytest.fixture(scope="session")
def example() -> pathlib.Path:
    return EXAMPLE


@pytest.fixture(scope="session")
def large_dump() -> bytes:
    """One dump, 64 MB (small: 1 MB)."""
    return grow((EXAMPLE / "snap1.txt").read_bytes(), threads=16_000 if FULL else 250, seed=7)


@pytest.fixture(scope="session")
def small_dump() -> bytes:
    """The text for the plain-Python parsers, which are far slower: 4 MB (small: 0.4 MB)."""
    return grow((EXAMPLE / "snap1.txt").read_bytes(), threads=1_000 if FULL else 100, seed=7)


@pytest.fixture(scope="session")
def large_case() -> tuple[bytes, bytes]:
    """Two snapshots of 20 000 threads (small: 500), all of them in the same place in both."""
    threads = 20_000 if FULL else 500
    first, second = ((EXAMPLE / name).read_bytes() for name in ("snap1.txt", "snap2.txt"))
    return grow(first, threads, seed=7), grow(second, threads, seed=7)


@pytest.fixture(scope="session")
def deadlocked() -> bytes:
    """50 000 deadlocks among 100 000 threads, 81 MB (small: 200)."""
    return deadlocks(pairs=50_000 if FULL else 200, seed=7)
