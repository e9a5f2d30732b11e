"""Java's thread dumps by the native scanner: what it asks the plain readers, and what is said of the threads that it has found.

It reads the usual forms of lines itself, and asks here about all others; so the plain readers say what every line is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stackan import backend
from stackan.model.printed import Facts, Lock, PrintedState
from stackan.parsing.java import file_lines, lines
from stackan.parsing.java.locks import Deadlocks, kind_of, read_class, read_lock, read_owner
from stackan.parsing.java.named_objects import take_waiting
from stackan.parsing.java.snapshots import find_starts
from stackan.parsing.java.thread import CARRIED, JavaThread, are_an_excerpt, give_to_owners, read_frame, read_number, read_times
from stackan.parsing.parsed import ParsedText

if TYPE_CHECKING:
    from stackan.backend import JavaScan

Signs = tuple[bool, bool, bool, "str | None"]


def read_jstack(data: bytes) -> ParsedText:
    """As `jstack.read`."""
    found = backend.scan_jstack(data, _Jstack)
    deadlocks = Deadlocks()
    for line, text in found.deadlock_lines:
        deadlocks.read(text, line)
    starts = find_starts(found.columns, found.starts)
    ends = [*starts[1:], (len(found.columns.thread_lwp), sum(found.columns.lines_by_kind) + 1)]
    naming = list(found.owners)
    facts = [_facts(found, deadlocks, naming, *start, *stop) for start, stop in zip(starts, ends)]
    return ParsedText(found.columns, tuple(facts), tuple(row for row, _ in starts[1:]))


def read_dump_file(data: bytes) -> ParsedText:
    """As `dump_file.read` of the plain form."""
    found = backend.scan_java_file(data, _DumpFile)
    rows = range(len(found.columns.thread_lwp))
    excerpt = not found.is_headed and are_an_excerpt(map(found.name, rows))
    return ParsedText(found.columns, (Facts(found.pid, None, (), (), excerpt=excerpt, states=found.states(0, len(rows))),))


def _facts(found: JavaScan, deadlocks: Deadlocks, naming: Sequence[int], first: int, first_line: int, stop: int, stop_line: int) -> Facts:
    """The facts about the threads of one snapshot: those that others say something about are made whole for it.

    `naming` are the rows of all threads that name an owner.
    """
    pinned = [row for row in _between(found.carriers, first, stop) if found.keeps_carrier(row + 1)]
    owned = bool(_between(naming, first, stop))
    locked = list(deadlocks.between(first_line, stop_line))
    by_name: dict[bytes, list[int]] = {name: [] for name, _ in locked}
    for row in range(first, stop) if locked else ():
        by_name.get(found.name(row), []).append(row)
    told = [(rows[0], said) for name, said in locked if len(rows := by_name[name]) == 1]
    whole = range(first, stop) if owned else sorted({*pinned, *(row for row, _ in told)})
    threads = {row: _made(*found.fields(row)) for row in whole}
    for row in pinned:
        threads[row].pin(_made(*found.fields(row + 1)))
    if owned:
        give_to_owners(threads.values())
    for row, said in told:
        threads[row].add_lock(said)
    states = found.states(first, stop)
    states.update((row, thread.printed_state()) for row, thread in threads.items())
    return Facts(
        pid=found.pids.get(first),
        command=None,
        printed=(),
        refusals=(),
        announced=found.announced.get(first, 0),
        core=first in found.cores,
        excerpt=first not in found.headed and are_an_excerpt(map(found.name, range(first, stop))),
        states=states,
    )


def _between(rows: Sequence[int], first: int, stop: int) -> Sequence[int]:
    """Those of some rows, which go up, that are a snapshot's."""
    return rows[bisect_left(rows, first) : bisect_left(rows, stop)]


def _made(name: bytes, carries: int, facts: dict[str, Any], held: list[Lock]) -> JavaThread:
    """A thread as the plain reader would have it behind its last line."""
    thread = JavaThread(name, 0)
    for fact, value in facts.items():
        setattr(thread, fact, value)
    thread.carries = CARRIED[carries]
    for lock in held:
        if lock.kind == "once":
            thread.holds.append(lock)  # the initialization of a class, which nothing names
        else:
            thread.add_held(lock)
    return thread


class _Answers:
    """What the scanner asks of either form."""

    types = (PrintedState, Lock)
    read_number = staticmethod(read_number)
    read_frame = staticmethod(read_frame)

    @staticmethod
    def words(name: bytes, carries: int, facts: dict[str, Any], held: list[Lock]) -> str:
        return _made(name, carries, facts, held).words()


class _Jstack(_Answers):
    """What it asks about lines of `jstack`."""

    read_header = staticmethod(lines.read_header)
    read_hsdb_frame = staticmethod(lines.read_hsdb_frame)
    read_opening = staticmethod(lines.read_opening)
    read_length = staticmethod(lines.read_length)
    read_times = staticmethod(read_times)
    read_lock = staticmethod(read_lock)
    read_owner = staticmethod(read_owner)
    read_class = staticmethod(read_class)

    @staticmethod
    def signs(function: bytes) -> Signs:
        """(it parks on its carrier, innermost it is Object.wait, innermost it runs a virtual thread, the class that it initializes)"""
        thread = JavaThread(b"", 0)
        thread.add_frame(function, 0)
        return thread.pinned, thread.waits, False, thread.holds[0].what if thread.holds else None

    @staticmethod
    def read_waiting(state: bytes, words: bytes, line: int) -> tuple[Lock | None, tuple[bytes, int] | None]:
        """(lock, owner) of the words behind a state."""
        thread = JavaThread(b"", line)
        thread.state = state
        take_waiting(thread, words, line)
        return thread.awaits, thread.owner


class _DumpFile(_Answers):
    """What it asks about lines of `dump_to_file`."""

    is_time = staticmethod(file_lines.is_time)
    read_file_lock = staticmethod(file_lines.read_lock)

    @staticmethod
    def read_class(text: bytes) -> tuple[str, str]:
        what = text.decode("utf-8", "replace")
        return what, kind_of(what)

    @staticmethod
    def signs(function: bytes) -> Signs:
        pinned, waits, _, initialized = _Jstack.signs(file_lines.without_module(function))
        return pinned, waits, file_lines.runs_virtual_thread(function), initialized
