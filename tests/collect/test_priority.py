"""Who has the lowest priority, and who must not: whoever waits for it may stand."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from stackan.collect import tools
from stackan.collect.priority import humbly
from tests.collect.conftest import Debugger, Start


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_work_that_stops_nobody_is_done_at_the_lowest_priority_and_nothing_else_is() -> None:
    before = niceness()
    assert humbly(niceness) == min(before + 10, 19)
    assert niceness() == before


def test_what_goes_wrong_there_is_told_here() -> None:
    def fails() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        humbly(fails)


def test_a_debugger_has_the_priority_of_whoever_called(start: Start, debugger: Debugger, tmp_path: Path) -> None:
    from stackan.collect.archive import Archive
    from stackan.collect.plan import Plan
    from stackan.collect.rounds import collect
    from stackan.collect.targets import Wanted, find_targets

    program = start("parked")
    with Archive(str(tmp_path / "case.tar.gz")) as archive:
        collect(find_targets(Wanted([program.pid])), Plan(rounds=1, way="gdb", timeout=1.0), archive, lambda words: None)
    assert debugger.notes.read_text().split()[2:] == [str(niceness()), "0"]
    assert tools.TOOLS["gdb"].path == str(debugger.folder / "gdb")
