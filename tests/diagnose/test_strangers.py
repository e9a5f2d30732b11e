"""Servers from Debian's packages that no profile names, without symbols of their own or of the C library, in states that are known.

They were run by hand, and made to hang: who reads a log, a program's output or a request was stopped (SIGSTOP), or a FIFO was opened
that nobody writes to.  What the kernel said of each thread agrees with what is expected here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from tests.dumping import lwps

DUMPS = Path(__file__).resolve().parents[1] / "dumps" / "strangers"


def of(server: str) -> stackan.Analysis:
    return stackan.analyze(stackan.load(*(DUMPS / server / name for name in ("1.txt", "2.txt"))))


@pytest.mark.parametrize(
    ("server", "roots"),
    [
        ("named-hung", [2258]),  # a log on standard error that nobody reads, below uv_run
        ("unbound-hung", [799]),  # a log file that nobody reads, below event_base_loop
        ("rsyslog-hung", [20915, 22167]),  # both workers of the main queue write to programs that were stopped
        ("collectd-hung", [12096]),  # one of three writers waits for an HTTP server, two for that one's lock
        ("dnsdist-hung", [31445]),  # a script opens a FIFO in one of two threads that receive, the other waits for the script's lock
        ("tarantool-hung", [8035]),  # a fiber opens a FIFO in the one thread that runs all fibers
    ],
)
def test_a_hung_server_is_critical_and_its_root_is_named(server: str, roots: list[int]) -> None:
    analysis = of(server)
    assert (analysis.verdict, analysis.critical) == ("blocked", True)
    assert roots in [lwps(finding) for finding in analysis.findings if finding.kind == "stalled-io" and finding.severity == "critical"]


def test_a_server_whose_loops_may_stand_in_writes_is_not_called_moving() -> None:
    analysis = of("gearmand-hung")
    assert analysis.verdict == "inconclusive"
    assert "/proc/PID/task/TID/syscall" in analysis.headline


def test_a_stripped_server_at_rest_is_idle() -> None:
    assert of("freeradius-idle").verdict == "idle"
