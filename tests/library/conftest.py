"""Cases of every kind that the project has dumps of, as its users load them."""

from __future__ import annotations

import pathlib

import pytest

import stackan

ROOT = pathlib.Path(__file__).parents[2]
CASES = (
    "examples/mariadb-pool-exhausted",
    "tests/dumps/counters/stopped",
    "tests/dumps/dolphindb/loop.tar.gz",
    "tests/dumps/peers/silent",
    "tests/dumps/rwlock",
    "tests/dumps/java",
    "tests/dumps/go",
    "tests/dumps/python",
)


@pytest.fixture(scope="session", params=CASES)
def analysis(request: pytest.FixtureRequest) -> stackan.Analysis:
    return stackan.analyze(stackan.load(ROOT / request.param))


@pytest.fixture(scope="session")
def exhausted() -> stackan.Analysis:
    """All workers of a MariaDB's pool wait for a row lock."""
    return stackan.analyze(stackan.load(ROOT / CASES[0]))
