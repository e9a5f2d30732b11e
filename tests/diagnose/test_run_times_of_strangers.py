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
