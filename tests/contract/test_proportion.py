"""Every stage takes time in proportion to its input, whichever of its dimensions grows.

Sizes are those at which a square of the number of threads, snapshots or pools shows: four times the input gives sixteen.
"""

from __future__ import annotations

import io
import itertools
import string
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.report import drawing, text
from stackan.report.html import page

FACTOR = 10  # in time, for four times the input
QUICK = 0.02  # seconds below which nothing is told
LOCK = 0x5555_8100_0000
POLL = ["poll () from /lib/libc.so.6"]
COND = ["__futex_abstimed_wait_common (abstime=0x0) at a.c:1", "pthread_cond_wait (cond=0x5000, mutex=0x6000) at b.c:2"]
LETTERS = ["".join(letters) for letters in itertools.product(string.ascii_lowercase, repeat=3)]
ALLOCATOR = [f"{name} () from /lib/libc.so.6" for name in ("__lll_lock_wait_private", "_L_lock_14108", "free")]
START = ["start_thread () from /lib/libc.so.6", "clone3 () from /lib/libc.so.6"]
JVM = "Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode):\n\n"
MONITOR = (
    '"w-{0}" #{0} prio=5 os_prio=0 cpu=1.0ms elapsed=2.0s tid=0x{0:016x} nid=0x{0:x} waiting for monitor entry  [0x0]\n'
    "   java.lang.Thread.State: BLOCKED (on object monitor)\n\tat Main.f(Main.java:1)\n\t- waiting to lock <0x{0:016x}> (a Ledger)\n"
    "\tat Main.g(Main.java:2)\n\t- locked <0x{1:016x}> (a Ledger)\n\n"
)


def mutex(number: int) -> list[str]:
    return ["__lll_lock_wait () from /lib/libc.so.6", f"___pthread_mutex_lock (mutex=0x{LOCK + 64 * number:x}) at c.c:93"]


def arriving(number: int, turn: int) -> list[str]:
    """A thread at a barrier of its own, or one that moves on its way to any of them."""
    barrier = f"0x{LOCK + 64 * number:x}"
    return [COND[0], f"___pthread_barrier_wait (barrier={barrier}) at e.c:1", "step ()"] if number % 2 else [f"burn{turn} ()", "step ()"]


def guard(number: int, shared: bool = False) -> str:
    address = f"0x{LOCK + 64 * number:x}"
    return f"\n        g = {{_M_pm = {address}, _M_owns = true}}" if shared else f"\n        g = {{_M_device = @{address}}}"


def writer(behind: str) -> list[str]:
    return ["__futex_abstimed_wait () from /lib/libc.so.6", f"___pthread_rwlock_wrlock (rwlock=0x{LOCK:x}) at d.c:1", "write ()" + behind]


def thread(number: int, frames: list[str]) -> str:
    lines = "".join(f"#{at}  0x{0x5500_0000_0000 + at:016x} in {frame}\n" for at, frame in enumerate(frames))
    return f"Thread {number} (Thread 0x{0x7F00_0000_0000 + number * 0x1000:x} (LWP {100 + number})):\n{lines}\n"


def named(text: str, name: str) -> str:
    return text.replace("):\n", f') "{name}":\n', 1)


def threads(frames: Callable[[int], list[str]]) -> Callable[[int], str]:
    return lambda size: "".join(thread(at, [*frames(at), *START]) for at in range(1, size + 1))


def asked(number: int, owner: int) -> str:
    question = f"+p *(pthread_mutex_t *) 0x{LOCK + 64 * number:x}\n"
    return f"{question}$1 = {{__data = {{__lock = 2, __count = 0, __owner = {owner}, __nusers = 1}}}}\n"


def in_a_row(snapshot: Callable[[int], str]) -> Callable[[int], str]:
    return lambda size: "".join(map(snapshot, range(size)))


def one_deep(frames: list[str]) -> Callable[[int], str]:
    return lambda size: thread(1, [*POLL, *frames * size, "main ()"])


def in_symbol(piece: str) -> Callable[[int], str]:
    return lambda size: thread(1, [*POLL, piece * size + " ()", "main ()"])


PAIR = thread(2, [*mutex(0), "f ()", *START]) + thread(1, [*COND, "main ()"])
GUARDED = thread(2, [*mutex(0), "f ()" + guard(1), *START]) + thread(1, [*mutex(1), "g ()" + guard(0), "main ()"])
STRING = "* thread #1, name = 'w', stop reason = signal SIGSTOP\n  * frame #0: 0x00007fee8cac1545 libc.so.6`f(s={}) at a.c:1:2\n"

# {what grows: (how many at first, the text)}
SHAPES: dict[str, tuple[int, Callable[[int], str]]] = {
    "threads": (500, threads(lambda at: [*POLL, f"f{at} ()"])),
    "waiters of a lock": (500, threads(lambda at: [*mutex(0), f"f{at % 9} ()"])),
    "functions that wait for the allocator": (500, threads(lambda at: [*ALLOCATOR, f"f{at} ()"])),
    "locks": (300, threads(lambda at: [*mutex(at), "f ()"])),
    "a row of holders": (300, threads(lambda at: [*mutex(at - 1), "f ()" + guard(at)])),
    "deadlocks": (300, threads(lambda at: [*mutex((at - 1) ^ 1), "f ()" + guard(at - 1)])),
    "a ring": (300, lambda size: threads(lambda at: [*mutex(at % size), "f ()" + guard(at - 1)])(size)),
    "readers and writers": (500, threads(lambda at: [*POLL, "read_on ()" + guard(0, True)] if at % 2 else writer(""))),
    "readers, writers and what they hold": (
        300,
        threads(lambda at: [*mutex(at + 1), "read_on ()" + guard(0, True)] if at % 2 else writer(guard(at))),
    ),
    "barriers": (1000, lambda size: "".join(threads(lambda at, turn=turn: arriving(at, turn))(size) for turn in (1, 2))),
    "pools": (200, threads(lambda at: [*(COND if at % 2 else [*mutex(0), "work ()"]), f"Pool{at // 2}::loop ()"])),
    "names of a pool's threads": (
        200,
        lambda size: in_a_row(lambda at: named(thread(at, [*(COND if at % 2 else mutex(0)), "loop ()", *START]), LETTERS[at]))(size),
    ),
    "snapshots": (500, in_a_row(lambda at: PAIR)),
    "snapshots with guards": (300, in_a_row(lambda at: GUARDED)),
    "quoted snapshots with guards": (300, in_a_row(lambda at: "> " + GUARDED.replace("\n", "\n> ") + "\n")),
    "snapshots with owners": (300, in_a_row(lambda at: PAIR + asked(at, 101))),
    "owners": (300, lambda size: threads(lambda at: [*mutex(at), "f ()"])(size) + in_a_row(lambda at: asked(at, 101 + at))(size)),
    "frames": (2000, one_deep(["rec (n=1) at r.c:1"])),
    "executors in one stack": (
        500,
        one_deep([f"{caller}::operator() ()" for caller in ("std::packaged_task<void ()>", "f()::{lambda()#1}", "std::function<void ()>")]),
    ),
    "locals": (5000, one_deep(["f ()\n        x = {y = 1, z = 2}"])),
    "templates": (5000, in_symbol("a<b>::")),
    "templates that open": (5000, in_symbol("a<")),
    "lambdas": (1000, in_symbol("a::{lambda(int)#1}::operator()(int) const::")),
    "mangled names": (2000, lambda size: in_symbol("3abc")(size).replace("in 3abc", "in _ZN3abc")),
    "a string of lldb's": (5000, lambda size: STRING.format('"' + '\\"' * size + "\\")),
    "parentheses of lldb's": (5000, lambda size: STRING.format("(" * size)),
    "monitors": (300, lambda size: JVM + in_a_row(lambda at: MONITOR.format(at + 1, at + 2))(size)),
    "goroutines": (500, in_a_row(lambda at: f"goroutine {at + 1} [chan receive]:\nmain.f(0x1)\n\t/srv/a.go:{at + 1} +0x1\n\n")),
}


def stages(path: Path) -> dict[str, float]:
    """{stage: seconds of CPU time}"""
    taken = {}
    start = time.process_time()
    case = stackan.load(path)
    taken["load"] = time.process_time() - start
    start = time.process_time()
    analysis = stackan.analyze(case)
    taken["analyze"] = time.process_time() - start
    start = time.process_time()
    text.write(analysis, io.StringIO(), False)
    taken["text"] = time.process_time() - start
    start = time.process_time()
    drawing.write(analysis, "graphml", io.StringIO())
    taken["graph"] = time.process_time() - start
    start = time.process_time()
    page.write(analysis, io.StringIO())
    taken["page"] = time.process_time() - start
    return taken


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_input_takes_about_four_times_as_long(shape: str, tmp_path: Path) -> None:
    size, make = SHAPES[shape]
    short, long = tmp_path / "short.txt", tmp_path / "long.txt"
    short.write_text(make(size))
    long.write_text(make(4 * size))
    stages(short)  # what is imported or cached at first is paid
    for _ in range(3):
        before, after = stages(short), stages(long)
        grown = {stage: after[stage] / max(before[stage], 1e-4) for stage in after if after[stage] > QUICK}
        if max(grown.values(), default=0) < FACTOR:
            return
    pytest.fail(f"four times as many {shape} take {', '.join(f'{stage} {ratio:.0f}' for stage, ratio in grown.items())} times as long")
