"""Threads in which a process ends, and a debugger's words for the signal that has ended it.

    #1  0x00bc3da0 in raise () from /lib/libc.so.6
    #2  0x00bc5781 in abort () from /lib/libc.so.6
    #5  0x00c05c10 in free () from /lib/libc.so.6
    #6  0xb6442774 in demo_grow (this=0xb58547bc) at demo.cpp:81

SIGABRT alone tells nothing: people send it to a server that hangs, to get a core.  Then no thread stands in abort().
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from stackan.backend import find
from stackan.model.arguments import number_argument
from stackan.model.dump import Dump
from stackan.model.expressions import expression
from stackan.model.finding import Quote
from stackan.model.process import Process
from stackan.model.records import NamedTuple
from stackan.model.rules import Rules
from stackan.model.track import VANISHED, Track

_OPERATOR = expression(r"operator\s(?:new|delete)\b")
_HANDLER = "<signal handler called>"
_FATAL_HANDLER = expression(r"(?i)crash|fatal|segv|sigsegv")
_DEEPEST = 64  # frames from the innermost in which the end of a process shows
# Of faults, by the numbers that Linux, macOS, Solaris and AIX give them: ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS.
_FATAL = frozenset((4, 5, 6, 7, 8, 10, 11, 12, 31))
_SIGNAL = (b"sig", b"signo")  # arguments of the functions that send a signal
# A debugger's or the system's words for a fault of the program itself, each on one line with the first of these words.
_MARKS = (b" signal ", b"EXC_BAD_", b"Access violation - code ", b"Fatal Python error: Segm", b"panic: ")
_FAULT = expression(
    rb"(?:Program (?:terminated with|received) signal |Thread [\d.]+(?: \".*\")? received signal |stop reason = signal |^ *signal )"
    rb"(?:4|7|8|10|11|SIG(?:SEGV|BUS|ILL|FPE))\b"
    rb"|stop reason = EXC_BAD_|Access violation - code c0000005|Fatal Python error: Segmentation fault"
    rb"|^panic: (?!test timed out|deadlock)"  # Go's, which prints all goroutines then; of what hangs, too
)
_LONGEST_LINE = 400  # bytes of a line that are looked at
_AT_ONCE = 4096  # lines that are searched together: a log around a dump may have millions
_LINES = 64  # that are looked at for one of the marks: a log around a dump may speak of signals, too


class Crash(NamedTuple):
    """Where a thread ends its process."""

    track: Track
    at: int  # the innermost frame that says so
    caller: str  # the program's function that has come to this, "" if none has a name
    allocates: bool  # it is inside of the memory allocator


class _Place(NamedTuple):
    """The same of a stack."""

    at: int
    caller: str
    allocates: bool
    senders: int  # how many innermost frames send a signal, if nothing else says that the process ends


def crashes_of(process: Process) -> list[Crash]:
    """The threads of the newest snapshot in which their process ends."""
    found: list[Crash] = []
    known: dict[int, _Place | None] = {}  # by stack: thousands of threads may have the same one
    for track in process.tracks:
        if track.progress == VANISHED:
            continue
        key = id(track.place)
        if key not in known:
            known[key] = _end_in(track.place.names[:_DEEPEST], process.rules)
        place = known[key]
        if place is not None and not _goes_on(track, place.senders):
            found.append(Crash(track, place.at, place.caller, place.allocates))
    return found


def _goes_on(track: Track, senders: int) -> bool:
    """Whether the signal that a thread sends itself is none of a fault: one that stops for a debugger or a shell is continued."""
    dump, thread = track.newest.dump, track.newest.thread
    texts = (dump.arguments_in(thread, at) for at in range(senders))
    signals = {number_argument(text, name) for text in texts for name in _SIGNAL} - {None}
    return bool(signals) and _FATAL.isdisjoint(signals)


def _end_in(names: tuple[str, ...], rules: Rules) -> _Place | None:
    ends = [at for at, name in enumerate(names) if _ends(name, rules.ends)]
    senders = 0
    if not ends:
        raised = next((at for at, name in enumerate(names) if name not in rules.raises), len(names))
        ends = [at for at in range(raised) if names[at] in ("raise", "gsignal")]
        senders = raised if ends else 0
    if not ends and _HANDLER in names:
        ends = [at for at, name in enumerate(names[: names.index(_HANDLER)]) if _FATAL_HANDLER.search(name)]
    if not ends:
        return None
    outside = names[ends[-1] + 1 :]
    caller = next((name for name in outside if _is_the_programs(name, rules)), "")
    inside = outside[: outside.index(caller)] if caller else outside
    return _Place(ends[0], caller, any("free" in name or "alloc" in name for name in inside if name in rules.before_ends), senders)


def _is_the_programs(name: str, rules: Rules) -> bool:
    return not (name.startswith("??") or name in rules.before_ends or name in rules.raises or _OPERATOR.match(name))


def _ends(name: str, ends: frozenset[str]) -> bool:
    """Whether a process ends in a function; a module may stand before its name, and an old glibc's own mark."""
    return name in ends or (("!" in name or name[:1] == "*") and name.rpartition("!")[2].removeprefix("*__GI_") in ends)


def _may_say(dump: Dump) -> bool:
    """Whether a line may say so.  gdb says it outside of threads: that saves the look at hundreds of megabytes of frames."""
    return dump.format != "gdb" or any(mark in lines for lines in _outside_of_threads(dump) for mark in _MARKS)


def _outside_of_threads(dump: Dump) -> Iterator[bytes]:
    """The lines that are of no thread, some thousands at once."""
    data, columns, (begin, end) = dump.data, dump.columns, dump.text_range
    for starts in (columns.note_start, columns.unparsed_start):
        first, stop = bisect_left(starts, begin), bisect_left(starts, end)
        for at in range(first, stop, _AT_ONCE):
            own = starts[at : min(at + _AT_ONCE, stop)]
            yield b"\n".join([data[start : min(start + _LONGEST_LINE, other)] for start, other in zip(own, [*own[1:], end])])


def fault_of(dump: Dump) -> Quote | None:
    """The first line in which a debugger says that the program itself has failed."""
    if not _may_say(dump):
        return None
    found = [begin for mark in _MARKS if (begin := _first_fault(dump, mark)) >= 0]
    if not found:
        return None
    line = dump.line_number(min(found))
    return Quote(dump.source, line, dump.line_text(line))


def _first_fault(dump: Dump, mark: bytes) -> int:
    """Where the first of these lines with a mark begins, -1 if there is none."""
    data, (at, stop) = dump.data, dump.text_range
    for _ in range(_LINES):
        at = find(data, mark, at, stop)
        if at < 0:
            return -1
        begin = data.rfind(b"\n", 0, at) + 1
        end = data.find(b"\n", at, stop)
        at = stop if end < 0 else end
        if _FAULT.search(data[begin : min(at, begin + _LONGEST_LINE)]):
            return begin
    return -1
