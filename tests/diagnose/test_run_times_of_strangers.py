"""Programs on run-times that many servers are built of, written for this, in states that are known: two dumps five seconds apart.

How they were made to hang stands beside each; what the kernel said of each thread agrees with what is expected here.
"""

from __future__ import annotations

from pathlib import Path

import stackan

DUMPS = Path(__file__).resolve().parents[1] / "dumps" / "strangers"


def of(program: str) -> stackan.Analysis:
    return stackan.analyze(stackan.load(*(DUMPS / program / name for name in ("1.txt", "2.txt"))))


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
    """uWSGI with four threads, without symbols of the C library: the one that has its turn polls two functions inside of the others' lock."""
    analysis = of("uwsgi-idle")
    assert (analysis.verdict, analysis.findings) == ("idle", ())
    assert [track.place.reason for track in analysis.processes[0].tracks].count("turn-to-accept") == 3
