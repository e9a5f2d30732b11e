"""TBB's workers: a pool of programs whose library is stripped of all names but its API (dumps/runtimes/tbb.cpp)."""

from __future__ import annotations

import lzma
from pathlib import Path

import stackan
from tests.dumping import analyze, lwps, progress, told

DUMPS = Path(__file__).parent.parent / "dumps" / "runtimes"


def dumps(name: str) -> list[bytes]:
    return [lzma.decompress((DUMPS / f"{name}{number}.txt.xz").read_bytes()) for number in (1, 2)]


def pools(analysis: stackan.Analysis) -> list[tuple[str, int, bool]]:
    return [(pool.name, len(pool.workers), pool.exhausted) for pool in analysis.processes[0].pools]


def test_enqueued_tasks_that_wait_for_enqueued_tasks_exhaust_the_workers() -> None:
    analysis = analyze(*dumps("tbb"))
    finding = analysis.findings[0]
    assert (finding.kind, finding.severity, finding.confidence) == ("worker-exhaustion", "critical", "likely")
    assert pools(analysis) == [("TBB's workers", 2, True)]
    assert len(lwps(finding)) == 2 and told(finding, "tasks-wait-for-tasks")


def test_a_worker_that_is_parked_may_run_them() -> None:
    frames = dumps("tbbidle")[0].partition(b"Thread 2 ")[2].partition(b"\n")[2].partition(b"\n\n")[0]
    for there, here in ((b"7f1f372a", b"7f79c8ca"), (b"7f1f3732", b"7f79c8d2"), (b"7f1f3777", b"7f79c917")):
        frames = frames.replace(there, here)  # where the libraries are in the other process
    worker = b'Thread 4 (Thread 0x7f79c74fb6c0 (LWP 30895) "tbb"):\n' + frames + b"\n\nThread 3 "
    first, second = (b"[New LWP 30895]\n" + text.replace(b"Thread 3 ", worker, 1) for text in dumps("tbb"))
    analysis = analyze(first, second)
    assert pools(analysis) == [("TBB's workers", 3, False)]
    assert analysis.verdict == "blocked"


def test_a_worker_between_two_loops_is_at_rest() -> None:
    analysis = analyze(*dumps("tbbidle"))
    assert sorted(progress(analysis).values()) == ["idle", "idle"]
    assert analysis.verdict == "idle"


def test_a_worker_that_went_on_leaves_the_pool_to_the_others() -> None:
    first, second = dumps("tbb")
    moved = second.replace(b"fetch_part (", b"other_part (", 1)
    assert moved != second
    analysis = analyze(first, moved)
    assert pools(analysis) == [("TBB's workers", 2, False)]
    assert [(finding.kind, finding.severity) for finding in analysis.findings] == [("stuck-wait", "warning")]
