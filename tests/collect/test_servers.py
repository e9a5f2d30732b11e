"""Stacks of real servers, taken in stackan's own ways, are those that eu-stack finds; `pytest -s` prints the counts."""

from __future__ import annotations

import shutil

import pytest

from tests.collect.comparing import compare_standing
from tests.collect.servers import SERVERS


@pytest.mark.parametrize("name", SERVERS)
def test_frames_of_blocked_threads_are_those_of_eu_stack(name: str) -> None:
    if shutil.which("eu-stack") is None:
        pytest.skip("no eu-stack is here to compare with")
    with SERVERS[name]() as pids:
        for option, attach in (("--per-thread", True), ("--no-block", False)):
            found = compare_standing(pids, attach)
            threads = found.same + len(found.others)
            print(f"{name} {option}: {found.same} of {threads} threads that stood")
            assert threads >= 10 and found.same >= 0.99 * threads, found.others[:1]
