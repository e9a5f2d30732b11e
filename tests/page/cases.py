"""Cases for the page: small, large, hostile and empty ones, each as the inputs of a call."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBC = "() from /lib/x86_64-linux-gnu/libc.so.6"
EVIL = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
SENTENCE = "'\"><b>&lt;\x1b[31m\u202e\u2028"

# What threads of a crowd do, with the share of each in ten.
_DOING: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("worker", 6, ("__lll_lock_wait", "pthread_mutex_lock", "Ledger::lock", "Ledger::transfer", "Session::execute", "worker_main")),
    ("reader", 2, ("epoll_wait", "EventLoop::poll", "EventLoop::run", "io_main")),
    ("cleaner", 1, ("pthread_cond_timedwait", "Cleaner::sleep", "Cleaner::run", "cleaner_main")),
    ("calc", 1, ("Matrix::step", "Query::aggregate", "Session::execute", "worker_main")),
)
_SYSTEM = ("__lll_lock_wait", "pthread_mutex_lock", "epoll_wait", "pthread_cond_timedwait", "start_thread", "clone")


def block(lwp: int, name: str, functions: tuple[str, ...]) -> str:
    """One thread as gdb prints it."""
    lines = [f'Thread {lwp} (Thread {0x7F00_0000_0000 + lwp * 0x801000:#x} (LWP {lwp}) "{name}"):']
    for level, function in enumerate((*functions, "start_thread", "clone")):
        where = LIBC if function in _SYSTEM else f"(this=0x7f12{lwp % 7:08x}) at src/ledger.cc:{sum(map(ord, function)) % 900}"
        lines.append(f"#{level:<2} {0x5500_0000_0000 + sum(map(ord, function)) * 64:#018x} in {function} {where}")
    return "\n".join(lines) + "\n\n"


def crowd(threads: int, snapshot: int) -> Iterator[str]:
    """A snapshot of so many threads, some of which move from one snapshot to the next."""
    doing = [each for each in _DOING for _ in range(each[1])]
    for at in range(threads, 0, -1):
        name, _, functions = doing[at % 10]
        if name == "calc":
            functions = (f"Matrix::step_{(at * 7 + snapshot * 3) % 50}", *functions[1:])
        elif at % 100 == 0:
            functions = (*functions[:3], f"Handler_{at % 2000}::handle", *functions[3:])
        yield block(10_000 + at, f"{name}-{at}", functions)


def pair(folder: Path, make: Callable[[int], str]) -> list[str]:
    """Two snapshots in a folder."""
    folder.mkdir(exist_ok=True)
    for snapshot in (1, 2):
        (folder / f"snap{snapshot}.txt").write_text(make(snapshot), encoding="utf-8", errors="surrogateescape")
    return [str(folder)]


def hostile(_: int) -> str:
    """Names that would be markup, that a terminal would obey, and that have no end."""
    names = (EVIL, SENTENCE, "x" * 5_000, "a\tb", "-->", "{{count}}", "中文")
    threads = [
        block(500 + at, name[:15], ("__lll_lock_wait", "pthread_mutex_lock", f"ns::{name}", "take<int>", "main_loop"))
        for at, name in enumerate(names)
    ]
    return "".join(threads) + f"{EVIL}\n{SENTENCE}\nnot a line of any dump\n"


def deep(_: int) -> str:
    """A recursion that went on until the stack was full."""
    return block(70, "deep", ("poll", *(f"descend_{level % 3}" for level in range(100_000)), "worker_main"))


def wide(_: int) -> str:
    """Threads that all begin with a function of their own."""
    return "".join(block(3_000 + at, "own", ("epoll_wait", f"entry_{at}")) for at in range(200))


def dated(folder: Path) -> list[str]:
    """A cluster's logs beside dumps of two hours later than its fault was handled."""
    with zipfile.ZipFile(ROOT / "tests" / "dumps" / "dameng" / "handling.zip") as packed:
        for member in packed.namelist():
            name = member
            for number, when in (("1", "_20240512_113000"), ("2", "_20240512_113500")):
                if f"/round{number}/" in member:
                    name = member.replace(f"/round{number}/", "/").replace("57949.log", f"57949{when}.log")
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(packed.read(member))
    return [str(folder)]


def cases(folder: Path) -> dict[str, list[str]]:
    """{name: the inputs of a call}"""
    java, crew = ROOT / "tests" / "dumps" / "java", ROOT / "tests" / "dumps" / "peers" / "crew"
    return {
        "small": [str(ROOT / "examples" / "mariadb-pool-exhausted")],
        "deadlock": [str(java / "jdk17-monitor-1.txt"), str(java / "jdk17-monitor-2.txt")],
        "several": [str(crew)],
        "two-thousand": pair(folder / "two-thousand", lambda snapshot: "".join(crowd(2_000, snapshot))),
        "hostile": pair(folder / "hostile", hostile),
        "one-thread": pair(folder / "one-thread", lambda _: block(7, "only", ("epoll_wait", "EventLoop::run", "main_loop"))),
        "deep": pair(folder / "deep", deep),
        "wide": pair(folder / "wide", wide),
        "dated": dated(folder / "dated"),
        "numbered": [str(ROOT / "tests" / "dumps" / "go" / "mutexes.txt")],
        "debugger": [str(ROOT / "tests" / "dumps" / "lldb" / "bank.txt")],
        "unnamed": pair(folder / "unnamed", lambda _: block(9, "bare", ("??", "??"))),
    }
