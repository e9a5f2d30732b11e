"""Programs on run-times that many servers are built of, written for this, in states that are known: two dumps five seconds apart.

How they were made to hang stands beside each; what the kernel said of each thread agrees with what is expected here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from tests.dumping import lwps, progress

DUMPS = Path(__file__).resolve().parents[1] / "dumps" / "strangers"


def of(program: str) -> stackan.Analysis:
    return stackan.analyze(stackan.load(*(DUMPS / program / name for name in ("1.txt", "2.txt"))))


def of_all(server: str) -> stackan.Analysis:
    """Of a server of several processes."""
    return stackan.analyze(stackan.load(*sorted((DUMPS / server).iterdir())))


def test_rusts_workers_that_take_turns_at_a_channel_are_idle_in_a_build_without_debug_information() -> None:
    """One is in recv(), three wait for the lock around it; eu-stack prints how the compiler writes the names."""
    analysis = of("rust-turns-idle")
    assert (analysis.verdict, analysis.findings) == ("idle", ())
    assert "their turn to receive jobs" in analysis.headline


def test_threads_of_a_loaded_server_that_were_met_twice_in_a_send_are_told_as_possible_only() -> None:
    """Three of four workers sent in the first dump, two in the second, and the third works; no arguments are printed."""
    analysis = of("rust-sends-loaded")
    assert (analysis.verdict, analysis.critical) == ("progressing", False)
    assert [(finding.kind, finding.confidence) for finding in analysis.findings] == [("stalled-io", "possible")]
    assert [doubt.name for doubt in analysis.findings[0].doubts] == ["may-send-anew"]


def test_threads_that_queue_for_their_turn_in_a_helper_of_the_loop_are_idle() -> None:
    """uWSGI with four threads, without glibc's symbols: the one that has its turn polls in a helper of what takes the lock."""
    analysis = of("uwsgi-idle")
    assert (analysis.verdict, analysis.findings) == ("idle", ())
    assert [track.place.reason for track in analysis.processes[0].tracks].count("turn-to-accept") == 3


@pytest.mark.parametrize(
    ("program", "roots"),
    [
        ("glib-pool-hung", 1),  # one worker of four reads from a backend that does not answer, three wait for its GMutex
        ("qt-pool-hung", 4),  # four of four workers wait for a socket's answer
        ("qt-blocking-connection", 1),  # main waits for a thread's end in a callback, and that thread for main's event loop
    ],
)
def test_programs_on_stripped_glib_and_qt_that_serve_nobody_are_critical(program: str, roots: int) -> None:
    analysis = of(program)
    assert (analysis.verdict, analysis.critical) == ("blocked", True)
    assert roots in [len(finding.threads) for finding in analysis.findings if finding.severity == "critical"]


def test_a_mutex_of_a_stripped_glib_is_a_lock() -> None:
    assert [str(finding.kind) for finding in of("glib-pool-hung").findings] == ["convoy", "stalled-io"]


@pytest.mark.parametrize("program", ["glib-pool-idle", "qt-pool-idle"])
def test_their_workers_without_a_task_are_idle_by_rule(program: str) -> None:
    analysis = of(program)
    assert (analysis.verdict, analysis.findings) == ("idle", ())
    assert [pool.idle for pool in analysis.processes[0].pools] == [4]


def test_who_waits_for_a_slot_waits_for_the_loop_whose_thread_joins_it() -> None:
    analysis = of("qt-blocking-connection")
    reasons = {track.lwp: track.place.reason for track in analysis.processes[0].tracks}
    assert reasons[1623] == "qt.blocking-connection"
    assert progress(analysis) == {1621: "stuck", 1623: "stuck"}


def test_children_that_take_the_lock_of_their_turn_in_a_helper_are_idle() -> None:
    """A prefork server: one accepts, four wait for a lock on a file in `accept_turn`, the parent for a child's end."""
    analysis = of_all("prefork-turns-idle")
    assert (analysis.verdict, analysis.findings) == ("idle", ())
    assert "4 of them for their turn to accept connections" in analysis.headline


def test_a_child_that_was_met_twice_in_a_write_is_one_of_many() -> None:
    """The same under load, without arguments: one answers a client in both dumps, and others that came the same way move."""
    analysis = of_all("prefork-loaded")
    assert (analysis.verdict, analysis.critical) == ("progressing", False)
    [writing] = [finding for finding in analysis.findings if finding.kind == "stalled-io"]
    assert (writing.confidence, [doubt.name for doubt in writing.doubts]) == ("possible", ["may-send-anew"])


def test_workers_that_wait_for_promises_on_a_futex_of_their_own_are_an_exhausted_pool() -> None:
    """Four of four wait for what only a worker of their pool can bring."""
    analysis = of("promises-hung")
    assert (analysis.verdict, analysis.critical) == ("blocked", True)
    assert [(finding.kind, len(finding.threads)) for finding in analysis.findings] == [("convoy", 4)]


def test_threads_of_a_perl_script_are_not_called_idle() -> None:
    """One reads a server's answer with a lock on a shared variable, three wait for that lock: by a condition, as at an empty queue."""
    assert of("perl-hung").verdict == "inconclusive"


def test_an_event_loop_that_gives_its_cpu_away_while_others_work_is_not_called_spinning() -> None:
    """libuv's loop under load was met twice in sched_yield: its four workers keep both CPUs busy."""
    analysis = of("uv-yields-loaded")
    assert (analysis.verdict, [(finding.kind, finding.confidence) for finding in analysis.findings]) == (
        "progressing",
        [("spin", "possible")],
    )
    assert [doubt.name for doubt in analysis.findings[0].doubts] == ["maybe-yields-to-others"]


def test_who_was_woken_from_a_condition_waits_for_a_lock_that_moves() -> None:
    """A cleaner was met twice as it took the lock of its condition again; sessions that waited for locks went on."""
    analysis = of("woken-loaded")
    assert (analysis.verdict, [(finding.kind, finding.confidence) for finding in analysis.findings]) == (
        "progressing",
        [("stuck-wait", "possible")],
    )
    assert "lock-still-moves" in [doubt.name for doubt in analysis.findings[0].doubts]


def test_a_pool_whose_workers_all_read_in_the_middle_of_a_task_is_not_called_idle() -> None:
    """Four of four wait for an upstream's answer; a stack does not tell it from a silent client, but nobody else is served."""
    analysis = of("rust-pool-reads")
    assert analysis.verdict == "inconclusive"
    assert analysis.headline.endswith("none is free for the next one.")


def test_who_waits_for_an_object_on_its_own_stack_waits_for_an_answer() -> None:
    """nbdkit without symbols: the server behind its plugin was stopped, and four workers wait for semaphores that they themselves made."""
    analysis = of("answers-on-stacks-hung")
    assert analysis.verdict == "blocked"
    assert sorted(lwps(finding)[0] for finding in analysis.findings if finding.severity == "warning") == [13904, 13905, 13906, 13907]
