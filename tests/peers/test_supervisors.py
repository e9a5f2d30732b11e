"""A process that waits for its child, which reads what only its parent could send; and locks of which only the process is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import stackan

LIBC = "from /lib64/libc.so.6"
Thread = tuple[Sequence[str], str]  # its frames, innermost first, and what the table of waits says of it

SUPERVISES: Thread = ((f"wait4 () {LIBC}", "supervise () at p.c:1", "main () at p.c:2"), "waits for a child, process 1100, by its call")
READS: Thread = (
    (f"read () {LIBC}", "read_request () at c.c:1", "main () at c.c:2"),
    "waits for pipe of descriptor 0 for read, by its call",
)
ACCEPTS: Thread = ((f"accept () {LIBC}", "forward () at p.c:9", f"start_thread () {LIBC}"), "accepts connections")
TICKS: Thread = ((f"clock_nanosleep () {LIBC}", "tick () at p.c:8", "ticker () at p.c:9", f"start_thread () {LIBC}"), "sleeps")
PIPE = {1000: "l-wx------ 1 root root 64 Nov 30 16:01 4 -> pipe:[777]\n", 1100: "lr-x------ 1 root root 64 Nov 30 16:01 0 -> pipe:[777]\n"}


def captured(folder: Path, processes: Mapping[int, Sequence[Thread]], descriptors: Mapping[int, str]) -> stackan.Analysis:
    """Two rounds of these processes, in which nothing moves."""
    tables = "".join(f"/proc/{pid}/fd:\ntotal 0\n{rows}" for pid, rows in descriptors.items())
    for pid, threads in processes.items():
        for number in (1, 2):
            place = folder / "node1" / str(pid) / f"round-{number}"
            place.mkdir(parents=True)
            head = f"stackan waits/1 of process {pid}: {len(threads)} threads at 2026-11-30T16:0{number}:11.204Z in 0.014 s\n"
            waits = [f'thread {lwp} S "app": {wait}\n' for lwp, (_, wait) in enumerate(threads, pid)]
            (place / "waits.txt").write_text(head + "".join(waits))
            (place / "gdb.txt").write_text("".join(_dump(lwp, frames) for lwp, (frames, _) in enumerate(threads, pid)))
            if tables:
                (place / "descriptors.txt").write_text(tables)
    return stackan.analyze(stackan.load(folder))


def _dump(lwp: int, frames: Sequence[str]) -> str:
    rows = [f"#{at}  0x{0x560000000000 + lwp * 256 + at:016x} in {frame}\n" for at, frame in enumerate(frames)]
    return f"Thread {lwp % 100 + 1} (Thread 0x7f{lwp:010x} (LWP {lwp})):\n" + "".join(rows) + "\n"


def test_a_parent_and_its_child_that_wait_for_each_other_alone_are_a_deadlock(tmp_path: Path) -> None:
    assert captured(tmp_path, {1000: [SUPERVISES], 1100: [READS]}, PIPE).verdict == "deadlock"


@pytest.mark.parametrize("beside", [ACCEPTS, TICKS])
def test_who_is_prompted_by_a_client_or_the_clock_may_bring_the_childs_next_request(tmp_path: Path, beside: Thread) -> None:
    assert captured(tmp_path, {1000: [SUPERVISES, beside], 1100: [READS]}, PIPE).verdict != "deadlock"


def test_a_lock_of_a_large_process_is_not_followed_to_each_of_its_threads(tmp_path: Path) -> None:
    """Each waiter would have an edge to each of them."""
    locks: Thread = (
        (f"fcntl () {LIBC}", "lock_file () at a.c:1", "work () at a.c:2"),
        "waits for file of descriptor 7 for lock, held by process 5000, by its kernel-table",
    )
    works: Thread = (("compute () at b.c:1", "run () at b.c:2"), "runs")
    waiters, holders = 90, 90
    analysis = captured(tmp_path, {1000: [locks] * waiters, 5000: [works] * holders}, {})
    assert sum(map(len, analysis.waits.out)) < 4 * waiters
