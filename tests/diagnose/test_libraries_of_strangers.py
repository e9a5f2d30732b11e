"""Programs on libraries and in idioms that a fourth trial met, written for it: two dumps three seconds apart, the truth written down before.

How they were made to hang stands beside each; `/proc` was the witness.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from tests.dumping import lwps

DUMPS = Path(__file__).resolve().parents[1] / "dumps" / "strangers"


def of(program: str) -> stackan.Analysis:
    """Of all dumps of a program, be it one process or several."""
    return stackan.analyze(stackan.load(*sorted((DUMPS / program).iterdir())))


@pytest.mark.parametrize(
    "program",
    [
        "boost-fiber-idle",  # the schedulers of three threads have no fiber that is ready
        "ada-tasks-idle",  # four tasks wait for an entry of a protected object to open, main is in a delay
        "grpc-idle",  # a synchronous server, its threads wait by Abseil's own futexes
        "own-parker-idle",  # a pool whose workers park in a class that is called as the JVM's is: Parker::park
    ],
)
def test_a_program_at_rest_on_a_library_with_waits_of_its_own_is_idle(program: str) -> None:
    analysis = of(program)
    assert (analysis.verdict, analysis.findings) == ("idle", ())


def test_a_child_that_serves_a_silent_client_rests_while_a_brother_accepts() -> None:
    """Four children: two read from keep-alive clients, two accept the next."""
    analysis = of("prefork-serves-idle")
    assert (analysis.verdict, analysis.findings) == ("idle", ())


def test_children_that_all_read_from_clients_leave_nobody_to_accept() -> None:
    both = [path for path in sorted((DUMPS / "prefork-serves-idle").iterdir()) if "accept" not in path.read_text()]
    analysis = stackan.analyze(stackan.load(*both))
    assert (analysis.verdict, analysis.critical) == ("blocked", True)


def test_coroutines_that_wait_for_others_of_their_own_pool_are_tasks() -> None:
    """Three of three workers resumed coroutines that wait by semaphores for coroutines, for which no worker is left."""
    analysis = of("coroutines-hung")
    assert (analysis.verdict, analysis.critical) == ("blocked", True)
    assert [len(finding.threads) for finding in analysis.findings if finding.severity == "critical"] == [3]


def test_an_updater_of_rcu_waits_for_the_readers() -> None:
    """Readers ask a dead peer inside of their critical sections."""
    analysis = of("rcu-hung")
    assert analysis.verdict == "blocked"
    assert "readers of RCU" in analysis.headline
    assert lwps(analysis.findings[0]) == [20086]
