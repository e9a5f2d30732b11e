"""Tables with a line for each thread, as `top -H -b` and `ps -L` print them.

    top - 06:22:14 up  3:14,  0 user,  load average: 2.08, 1.27, 1.11
    Threads:  12 total,   1 running,  11 sleeping,   0 stopped,   0 zombie
    …

        PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND
      25853 root      30  10   95812   2956   2668 R  86.7   0.0   0:07.79 spinner

        PID     LWP ELAPSED     TIME COMMAND                  ps -Lo pid,lwp,etimes,time,comm
      25844   25853       9 00:00:07 spinner

    UID          PID    PPID     LWP  C NLWP STIME TTY          TIME CMD        ps -Lf
    root       25844   25840   25853 91   12 06:22 ?        00:00:07 ./clerks

top's PID is the thread's own id if top shows threads (-H), and prints `Threads:`; with `Tasks:` it is the process's.
Times are `M:SS.cc`, or `M:SS` where that gets too wide (scale_tics in procps' top.c), `[DD-]HH:MM:SS`, or seconds (cputimes, etimes).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.counters.lines import Line, Lines, line_above, number_of
from stackan.model.counters import Count, Table
from stackan.model.records import NamedTuple

_THREAD_IDS = (b"LWP", b"SPID", b"TID")
_TIMES = (b"TIME+", b"TIME", b"CPUTIME")
_WORDY = frozenset((b"COMMAND", b"CMD", b"STARTED"))  # of several words in a line: the columns behind them are counted from the end
_SUMMARY = 2000  # bytes that top's summary may take before the columns' names: a line for each CPU, if that is switched on
_SECOND = 1_000_000  # microseconds


class _Layout(NamedTuple):
    """The position of each of them in a line; from its end if that is negative."""

    kind: str
    lwp: int
    time: int
    pid: int | None
    age: int | None


def read_columns(data: bytes, source: str) -> Iterator[Table]:
    """Every table of a text."""
    lines = Lines(data)
    end = 0  # of the table before
    while (names := lines.seek(b"TIME")) is not None:
        layout = _layout(names.text.split())
        if layout is None:
            continue
        start, summary = names.start, b""
        if layout.kind == "top" and (top := data.rfind(b"top - ", max(end, start - _SUMMARY), start)) >= 0:
            start, summary = top, data[top:start]
        if b"Tasks:" in summary:
            continue
        above = line_above(data, start, end)
        counts = tuple(_rows(lines, layout, source))
        end = lines.at
        if counts:
            yield Table(source, counts[0].line, layout.kind, counts, _clock(summary), above)


def _layout(names: Sequence[bytes]) -> _Layout | None:
    """The positions of the columns, by their names; None if these are no names of columns that give a thread's CPU time."""
    own = next((name for name in _THREAD_IDS if name in names), None)
    time = next((name for name in _TIMES if name in names), None)
    kind = "ps" if own is not None else "top"
    if own is None and time == b"TIME+" and b"PID" in names:
        own = b"PID"
    if own is None or time is None:
        return None
    process = next((name for name in (b"PID", b"TGID") if name in names and name != own), None)
    places = [_place(names, name) for name in (own, time, process, b"ELAPSED")]
    lwp, spent, pid, age = places
    return _Layout(kind, lwp, spent, pid, age) if lwp is not None and spent is not None else None


def _place(names: Sequence[bytes], name: bytes | None) -> int | None:
    """The position of a column; None if columns of several words are on both of its sides, or it isn't there."""
    if name is None or name not in names:
        return None
    at = names.index(name)
    if _WORDY.isdisjoint(names[:at]):
        return at
    return at - len(names) if _WORDY.isdisjoint(names[at:]) else None


def _rows(lines: Lines, layout: _Layout, source: str) -> Iterator[Count]:
    """The threads of a table.  It ends at the first line that has no thread's id where one belongs."""
    for line in lines.rest():
        words = line.text.split()
        lwp = _number(words, layout.lwp)
        if lwp is None:
            lines.back(line)
            return
        yield _count(words, layout, lwp, source, line)


def _count(words: Sequence[bytes], layout: _Layout, lwp: int, source: str, line: Line) -> Count:
    ran, step = _duration(_word(words, layout.time)) or (None, 0)
    age = _duration(_word(words, layout.age)) if layout.age is not None else None
    pid = _number(words, layout.pid) if layout.pid is not None else None
    return Count(lwp, pid, ran, step, None, age[0] // _SECOND if age is not None else None, source, line.number)


def _word(words: Sequence[bytes], at: int) -> bytes:
    return words[at] if -len(words) <= at < len(words) else b""


def _number(words: Sequence[bytes], at: int) -> int | None:
    word = _word(words, at)
    return number_of(word) if len(word) <= 10 else None


def _duration(text: bytes) -> tuple[int, int] | None:
    """(microseconds, step) of `0:07.79`, `7:00`, `00:00:07`, `2-03:04:05` or `7`."""
    clock, dot, hundredths = text.partition(b".")
    days, dash, clock = clock.rpartition(b"-")
    hours, *parts = [number_of(part) for part in clock.split(b":")]
    whole = number_of(days) if dash else 0
    cents = number_of(hundredths) if dot else 0
    if whole is None or hours is None or cents is None or len(parts) > 2 or (dash and len(parts) != 2):
        return None
    seconds = whole * 24 + hours
    for part in parts:
        if part is None:
            return None
        seconds = seconds * 60 + part
    return seconds * _SECOND + cents * 10_000, 10_000 if dot else _SECOND


def _clock(summary: bytes) -> int | None:
    """Seconds since midnight of `top - 06:22:14 up  3:14, …`."""
    clock = _duration(summary.removeprefix(b"top - ")[:8])
    return clock[0] // _SECOND if clock is not None else None
