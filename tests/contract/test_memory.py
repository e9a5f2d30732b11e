"""The library frees what it read and analyzed, at once and without Python's collector of cycles."""

from __future__ import annotations

import gc
import pathlib
import tracemalloc
import weakref
from collections.abc import Iterator

import pytest

import stackan

DUMPS = pathlib.Path(__file__).parents[1] / "dumps"
MIB = 1 << 20


@pytest.fixture(params=["mariadb-pool-exhausted", *sorted(folder.name for folder in DUMPS.iterdir() if folder.is_dir())])
def dumps(request: pytest.FixtureRequest, example: pathlib.Path) -> str:
    """The example, and each folder of dumps, as one case: deadlocks, pools, locals, logs, peers, many formats."""
    return str(example if request.param == example.name else DUMPS / request.param)


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_dump_is_gone_when_its_last_name_is(no_collector: None, dumps: str) -> None:
    case = stackan.load(dumps)
    analysis = stackan.analyze(case)
    analysis.to_dict()
    left = [weakref.ref(each) for each in (case, analysis, *case.dumps)]

    del case, analysis

    assert not [each for each in left if each() is not None]


def test_memory_is_flat_after_two_hundred_analyses(no_collector: None, example: pathlib.Path) -> None:
    def analyze_some(times: int) -> int:
        for _ in range(times):
            stackan.analyze(stackan.load(str(example)))
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = analyze_some(10)
        assert analyze_some(200) - before < 2 * MIB  # Python keeps some freed tuples for later; two dumps each time would be 80 MiB
    finally:
        tracemalloc.stop()


def test_cycles_of_a_caller_are_found_between_analyses(example: pathlib.Path) -> None:
    """One cycle may hold an analysis; the collector has to go on counting behind each of them."""

    class Session:
        def __init__(self) -> None:
            self.analysis = stackan.analyze(stackan.load(str(example)))
            self.itself = self

    gc.collect()
    left = [weakref.ref(Session()) for _ in range(200)]

    assert sum(each() is not None for each in left) < 100
