"""Copies of /proc/PID/task/TID/{schedstat,status,stat,sched}: files of these names, and texts into which they were printed.

    /proc/25844/task/25853/schedstat:7820190163 1004537283 873        grep . /proc/25844/task/*/schedstat

    ==> /proc/25844/task/25853/status <==                             tail -n +1 /proc/25844/task/*/status
    Name:   spinner
    …
    voluntary_ctxt_switches:        1
    nonvoluntary_ctxt_switches:     872

Their contents (Documentation/filesystems/proc.rst and scheduler/sched-stats.rst of the kernel):

    schedstat   CPU time in ns, time spent waiting for a CPU, how often it got one
    status      voluntary_ctxt_switches, nonvoluntary_ctxt_switches
    stat        `25853 (spinner) R …`: utime and stime, the 14th and 15th, in ticks of 10 ms
    sched       se.sum_exec_runtime in ms, nr_switches
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from stackan.counters.lines import Line, Lines, line_above, number_of
from stackan.model.counters import Count, Table
from stackan.model.records import NamedTuple

_MARK = b"/task/"
_TICK = 10_000  # microseconds: USER_HZ is 100 on every machine that Linux runs on but Alpha and IA-64
_LINES = 200  # of one file; the longest has some sixty
_LONGEST_PATH = 64  # folders that are looked at, from the end


class _File(NamedTuple):
    """A file's place in /proc, and the folder in which that lies."""

    folder: str
    pid: int
    lwp: int
    kind: str


class _Found:
    """The counters in the lines of one file."""

    def __init__(self, line: int, start: int = 0) -> None:
        self.line = line
        self.start = start  # of its text
        self.ran: int | None = None
        self.step = 0
        self.switches: int | None = None

    @property
    def says_something(self) -> bool:
        return self.ran is not None or self.switches is not None


def read_procfs(data: bytes, source: str) -> Iterator[Table]:
    """Every table of a text: a table ends where a thread is printed again."""
    file = _file_of(source)
    if file is not None:
        found = _Found(1)
        for line in itertools.islice(Lines(data).rest(), _LINES):
            _READERS[file.kind](found, line.text, line.number)
        if found.says_something:
            yield Table(source, found.line, file.kind, (_count(file, found, source),), folder=file.folder)
    elif _MARK in data:
        yield from _read_printed(data, source)


def _read_printed(data: bytes, source: str) -> Iterator[Table]:
    current: dict[str, dict[tuple[int, int], Count]] = {}
    above: dict[str, str] = {}
    for file, found in _printed(data):
        if not found.says_something:
            continue
        rows, thread = current.setdefault(file.kind, {}), (file.pid, file.lwp)
        if thread in rows:
            yield _table(file.kind, rows, source, above[file.kind])
            rows = current[file.kind] = {}
        if not rows:
            above[file.kind] = line_above(data, found.start)
        rows[thread] = _count(file, found, source)
    for kind, rows in current.items():
        yield _table(kind, rows, source, above[kind])


def _table(kind: str, rows: dict[tuple[int, int], Count], source: str, above: str) -> Table:
    counts = tuple(rows.values())
    return Table(source, counts[0].line, kind, counts, above=above)


def _count(file: _File, found: _Found, source: str) -> Count:
    return Count(file.lwp, file.pid, found.ran, found.step, found.switches, None, source, found.line)


def _printed(data: bytes) -> Iterator[tuple[_File, _Found]]:
    """The files that were printed into a text, each with its name before it or at the start of each of its lines."""
    lines = Lines(data)
    last: tuple[_File, _Found] | None = None  # whose lines, each with the name in front, may go on
    while (line := lines.seek(_MARK)) is not None:
        if line.text.startswith(b"==> ") and line.text.endswith(b" <=="):
            file = _file_of(line.text[4:-4].decode("utf-8", "replace"))
            if file is not None:
                yield file, _read_block(lines, file, line)
            continue
        name, _, content = line.text.partition(b":")
        file = _file_of(name.decode("utf-8", "replace"))
        if file is None:
            continue
        if last is None or last[0] != file:
            if last is not None:
                yield last
            last = file, _Found(line.number, line.start)
        _READERS[file.kind](last[1], content, line.number)
    if last is not None:
        yield last


def _read_block(lines: Lines, file: _File, name: Line) -> _Found:
    """The lines after a name, up to the next one."""
    found = _Found(name.number, name.start)
    for at, line in enumerate(lines.rest()):
        if at == _LINES or line.text.startswith(b"==> "):
            lines.back(line)
            break
        _READERS[file.kind](found, line.text, line.number)
    return found


def _file_of(path: str) -> _File | None:
    """`case/t1/proc/25844/task/25853/stat`"""
    *folders, pid, task, lwp, kind = ["", "", "", *path.replace("!", "/").split("/")[-_LONGEST_PATH:]]
    if kind not in _READERS or task != "task" or not _is_id(pid) or not _is_id(lwp):
        return None
    return _File("/".join(folders), int(pid), int(lwp), kind)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10


def _read_schedstat(found: _Found, text: bytes, line: int) -> None:
    numbers = [number_of(word) for word in text.split()]
    # A kernel that does not count prints `0 0 0` (proc_pid_schedstat in fs/proc/base.c): no thread that ran has such a line.
    if len(numbers) == 3 and numbers[0] and numbers[2]:
        found.ran, found.step, found.switches, found.line = numbers[0] // 1000, 1, numbers[2], line


def _read_status(found: _Found, text: bytes, line: int) -> None:
    name, _, value = text.partition(b":")
    switches = number_of(value.strip()) if name in (b"voluntary_ctxt_switches", b"nonvoluntary_ctxt_switches") else None
    if switches is not None:
        found.line = line if found.switches is None else found.line
        found.switches = (found.switches or 0) + switches


def _read_stat(found: _Found, text: bytes, line: int) -> None:
    fields = text.rpartition(b")")[2].split()  # a name may hold blanks and parentheses; the 3rd field comes first then
    if len(fields) > 12:
        user, system = number_of(fields[11]), number_of(fields[12])
        if user is not None and system is not None:
            found.ran, found.step, found.line = (user + system) * _TICK, _TICK, line


def _read_sched(found: _Found, text: bytes, line: int) -> None:
    name, _, value = text.partition(b":")
    if name.rstrip() == b"nr_switches":
        found.switches = number_of(value.strip())
    elif name.rstrip() == b"se.sum_exec_runtime":
        whole, _, rest = value.strip().partition(b".")
        milliseconds, fraction = number_of(whole), number_of(rest[:3].ljust(3, b"0"))
        if milliseconds is not None and fraction is not None:
            found.ran, found.step, found.line = milliseconds * 1000 + fraction, 1, line


_READERS: dict[str, Callable[[_Found, bytes, int], None]] = {
    "schedstat": _read_schedstat,
    "status": _read_status,
    "stat": _read_stat,
    "sched": _read_sched,
}
