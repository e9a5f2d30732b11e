"""Programs on libraries and in idioms that a fourth trial met, written for it: two dumps three seconds apart.

How they were made to hang stands beside each, and was written down before they were judged; `/proc` was the witness.
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
        "stripped-ring-idle",  # four workers without names wait for a semaphore, main accepts
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


def test_coroutines_that_wait_by_semaphores_are_not_called_idle() -> None:
    """Three of three workers wait for coroutines for which no worker is left; those that read from a channel look the same."""
    analysis = of("coroutines-hung")
    assert (analysis.verdict, analysis.critical) == ("inconclusive", False)
    assert [len(finding.threads) for finding in analysis.findings] == [3]


def test_an_updater_of_rcu_may_wait_for_other_readers_each_time() -> None:
    """Readers ask a dead peer inside of their critical sections; of an updater under load the stack is the same."""
    analysis = of("rcu-hung")
    assert (analysis.verdict, analysis.critical) == ("inconclusive", False)
    assert "rcu_read_lock" in str(analysis.to_dict()["findings"][0])
    assert lwps(analysis.findings[0]) == [20086]


@pytest.mark.parametrize(
    ("program", "still"),
    [
        ("wait-groups-hung", 2),  # two of four workers wait for the parts of a query, the others read parts from a silent pipe
        ("zeromq-hung", 4),  # four of four workers `ask_catalog` by a socket of the library, and no reply comes
        ("caf-hung", 3),  # three of three threads of the scheduler are in an actor's handler that reads from a dead upstream
        ("latch-hung", 3),  # three of three workers wait at a latch for tasks of their own pool; no inlined frame is printed
    ],
)
def test_workers_in_the_middle_of_their_work_are_critical(program: str, still: int) -> None:
    analysis = of(program)
    assert analysis.verdict in ("blocked", "worker-exhaustion")
    assert still in [len(finding.threads) for finding in analysis.findings if finding.severity == "critical"]


def test_a_fiber_that_blocks_in_the_kernel_is_no_idle_client() -> None:
    assert of("boost-fiber-hung").verdict == "blocked"


def test_a_library_that_calls_back_readers_on_all_its_threads_is_not_called_idle() -> None:
    """Four of four task threads of a stripped nng read from a registry in the program's callback."""
    assert of("callbacks-hung").verdict == "inconclusive"


@pytest.mark.parametrize(
    "program",
    [
        "atomic-spins-loaded",  # a stage of a pipeline was met twice in the few rounds that std::atomic::wait spins
        "beam-loaded",  # Erlang's schedulers look for work before they sleep
        "asks-each-other-loaded",  # an object with a thread of its own waits for another's answer, and its kin move
        "passed-lock-loaded",  # two wait for a lock, and who was past it in the first dump reads from its client in the second
        "ada-delay-loaded",  # a task without symbols yields at the end of its delay
        "handed-on-loaded",  # three wait for a lock, and who is past it sends to one client after the other
    ],
)
def test_a_loaded_program_that_was_met_in_its_busy_places_moves(program: str) -> None:
    analysis = of(program)
    assert (analysis.verdict, analysis.critical) == ("progressing", False)


def test_each_stage_of_a_pipeline_drains_a_queue_of_its_own() -> None:
    """Two stages wait in Ring::pop by std::atomic::wait, without addresses; the first reads its input."""
    analysis = of("atomic-pipeline-idle")
    assert (analysis.verdict, analysis.findings) == ("idle", ())


def test_buffers_that_all_workers_want_a_second_one_of_are_no_queue() -> None:
    """Four of four workers hold one of four buffers; a semaphore counts them, and all wait for it in one place."""
    analysis = of("lent-twice-hung")
    assert (analysis.verdict, analysis.critical) == ("blocked", True)
    assert [len(finding.threads) for finding in analysis.findings if finding.severity == "critical"] == [4]


def test_the_guard_of_a_static_is_a_lock_where_the_run_time_is_a_library_of_its_own() -> None:
    """A static's constructor waits for a thread that waits for the static; gdb prints `from …/libstdc++.so.6` behind its guard."""
    analysis = of("static-guard-hung")
    assert (analysis.verdict, analysis.critical) == ("blocked", True)
    assert "initialization" in analysis.headline


@pytest.mark.parametrize(
    "program",
    [
        "libevent-callbacks-hung",  # three of three event loops read from a dead peer in `authorize`, which a callback calls
        "exit-joins-hung",  # exit() joins a worker that reads from a dead peer
    ],
)
def test_what_may_keep_all_others_waiting_is_neither_rest_nor_work(program: str) -> None:
    assert of(program).verdict == "inconclusive"


@pytest.mark.parametrize(
    "program",
    [
        "proxy-sends-loaded",  # twemproxy's event loop was met twice in `conn_sendv`, for one client or another
        "stripped-writes-loaded",  # beanstalkd has no names, and no arguments are printed: it may write anything to anybody
    ],
)
def test_two_writes_of_which_a_text_shows_neither_descriptor_nor_purpose_are_possible_at_most(program: str) -> None:
    analysis = of(program)
    assert (analysis.verdict, analysis.critical) == ("inconclusive", False)
    assert [finding.confidence for finding in analysis.findings] == ["possible"]


@pytest.mark.parametrize(
    ("program", "still"),
    [
        ("child-output-hung", 3),  # three of three runners read by fgets() what a child prints, who prints nothing
        ("admission-hung", 2),  # two sessions wait for an extent, four for memory; the storage's thread reads a silent pipe
        ("snapshot-hung", 1),  # a poll loop waits in `on_request` for the child that it has forked
    ],
)
def test_a_wait_in_the_middle_of_a_request_or_a_job_is_no_rest(program: str, still: int) -> None:
    analysis = of(program)
    assert (analysis.verdict, analysis.critical) == ("blocked", True)
    assert still in [len(finding.threads) for finding in analysis.findings]
