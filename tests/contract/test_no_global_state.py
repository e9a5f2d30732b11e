"""The library leaves the interpreter as it was: its caller's collector of cycles, too."""

from __future__ import annotations

import gc

import pytest

import stackan


@pytest.fixture
def collector():
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


def test_the_collector_is_on_again_after_an_analysis_and_nothing_is_kept_from_it(collector, example):
    gc.enable()
    frozen = gc.get_freeze_count()  # Python 3.12 begins with some
    analysis = stackan.analyze(stackan.load(str(example)))
    assert gc.isenabled()
    assert gc.get_freeze_count() == frozen
    assert gc.is_tracked(analysis.findings)


def test_a_collector_that_was_off_stays_off(collector, example):
    gc.disable()
    stackan.analyze(stackan.load(str(example)))
    assert not gc.isenabled()


def test_what_a_program_keeps_from_the_collector_stays_kept(collector, example):
    gc.enable()
    case = stackan.load(str(example))
    gc.freeze()
    try:
        kept = gc.get_freeze_count()
        stackan.analyze(case)
        assert 0 < gc.get_freeze_count() <= kept
    finally:
        gc.unfreeze()
