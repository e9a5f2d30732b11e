"""The real cases of tests/dumps/peers, read as a user gives them: the dumps of both rounds, and any of the tables beside them."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import pytest

import stackan
from stackan.model.analysis import Analysis

DUMPS = pathlib.Path(__file__).parents[1] / "dumps" / "peers"


@pytest.fixture(scope="session")
def dumps() -> pathlib.Path:
    return DUMPS


@pytest.fixture(scope="session")
def judge() -> Callable[..., Analysis]:
    """The analysis of a case with some of its tables, or with one round of its dumps."""

    def judge(case: str, *tables: str, rounds: tuple[str, ...] = ("t1", "t2")) -> Analysis:
        folder = DUMPS / case
        return stackan.analyze(stackan.load(*(folder / name for name in (*rounds, *tables))))

    return judge
