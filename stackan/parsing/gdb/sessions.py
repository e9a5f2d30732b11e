"""The thread that a block of frames without a header belongs to, as in a session at gdb's prompt.

    (gdb) thread 2
    [Switching to thread 2 (Thread 0x7f8af73c96c0 (LWP 17543))]
    #0  0x00007f8af76c012b in __lll_lock_wait () from /lib/x86_64-linux-gnu/libc.so.6
    (gdb) bt
    #0  0x00007f8af76c012b in __lll_lock_wait () from /lib/x86_64-linux-gnu/libc.so.6
    #1  0x00005587d17817e5 in lock_second ()

gdb prints which thread it looks at, and prints that thread for each such command: `bt`, `bt full`, `up`, `frame 3`, the
current frame on switching and on opening a core.  What was printed before is no other thread: the block is taken out,
and its frames are frames of the text that belong to none.

Blocks with nothing between them are different threads: so `thread apply all -q bt` prints them.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from stackan.model.columns import UNKNOWN, Columns
from stackan.model.frames import frame_arguments, frame_start, level_at
from stackan.model.records import NamedTuple
from stackan.parsing.fields import is_hex
from stackan.parsing.gdb.commands import find_commands
from stackan.parsing.rows import drop_rows

_SWITCHES = (b"[Switching to thread ", b"[Switching to Thread ", b"[Switching to LWP ", b"[Switching to process ", b"[Current thread is ")
# Words after which the process is not where it was, or is another.
_RESUMED = (
    b"GNU gdb ",
    b"Continuing.",
    b"Starting program: ",
    b"[Switching to Thread ",
    b"Attaching to ",
    b"[Inferior ",
    b"Detaching from ",
)
# Commands on which it goes on, be its answer cut out or not.
_MOVES = re.compile(
    rb"\(gdb\) +(?:c|continue|n|next|s|step|fin|finish|u|until|r|run|start|si|stepi|ni|nexti|advance|jump|attach|detach|kill)\b(?! *=)"
)


class Identity(NamedTuple):
    """The words of gdb about the thread that it looks at."""

    number: int
    pthread: int
    lwp: int


NOBODY = Identity(UNKNOWN, 0, UNKNOWN)


def settle(data: bytes, columns: Columns) -> None:
    """Name the blocks without header, and take those out that print a thread again."""
    nameless = [row for row in range(len(columns.thread_lwp)) if _is_nameless(columns, row)]
    _name(data, columns, nameless)
    repeated = _find_repeated(data, columns, nameless)
    if repeated:
        drop_rows(columns, repeated)


def _is_nameless(columns: Columns, row: int) -> bool:
    """Whether the block begins at a frame, and at no header."""
    first = columns.thread_first[row]
    return columns.thread_frames[row] > 0 and columns.frame_start[first] == 0


def _identity(columns: Columns, row: int) -> Identity:
    return Identity(columns.thread_number[row], columns.thread_pthread[row], columns.thread_lwp[row])


# -- the identity of a block


def _name(data: bytes, columns: Columns, nameless: list[int]) -> None:
    """Give each block that is alone the identity that gdb printed last."""
    current, note = NOBODY, 0
    lwps = _called_processes(data, columns)
    for row in nameless:
        start = columns.thread_start[row]
        while note < len(columns.note_start) and columns.note_start[note] < start:
            current = _switched(data, columns.note_start[note], lwps) or current
            note += 1
        if not _is_in_a_run(columns, row):
            columns.thread_number[row], columns.thread_pthread[row], columns.thread_lwp[row] = current


def _called_processes(data: bytes, columns: Columns) -> Mapping[int, int]:
    """{number: LWP} of threads that an old gdb on Linux calls processes: `[Switching to thread 5 (process 20195)]`.

    Apple's gdb writes the same and means the process, `[Switching to thread 3 (process 216)]`: an id that two threads have is no thread's.
    """
    called: dict[int, int] = {}
    for start in columns.note_start:
        if data.startswith(b"[Switching to thread ", start):
            line = _line(data, start)
            lwp = _number(line, b" (process ")
            if lwp != UNKNOWN:
                called[_number(line, b"thread ")] = lwp
    return called if 1 < len(called) == len(set(called.values())) else {}


def _line(data: bytes, start: int) -> bytes:
    stop = data.find(b"\n", start)
    return data[start : len(data) if stop < 0 else stop]


def _switched(data: bytes, start: int, lwps: Mapping[int, int] = MappingProxyType({})) -> Identity | None:
    """The thread of `[Switching to thread 2 (Thread 0x7f8af73c96c0 (LWP 17543))]` and the like, or None if the line is another."""
    starred = data.startswith(b"* ", start)
    if not starred and not data.startswith(_SWITCHES, start):
        return None
    line = _line(data, start)
    if starred:
        return _starred(line)
    number = UNKNOWN
    if line.startswith((b"[Switching to thread ", b"[Current thread is ")):
        number = _number(line, b"thread " if line.startswith(b"[S") else b" is ")
    lwp = _number(line, b"LWP ")
    return Identity(number, _hex(line, b"Thread 0x"), lwp if lwp != UNKNOWN else lwps.get(number, UNKNOWN))


def _starred(line: bytes) -> Identity | None:
    """The thread of a row of `info threads`:

    * 1    Thread 0x7fffd97fa700 (LWP 24348) "demo" 0x00007ffff6ceadfd in nanosleep () …
    * 1    LWP 24348 "demo" 0x00007ffff6ceadfd in nanosleep () …
    * 1 process 24348  0x00007ffff6ceadfd in nanosleep () …
    """
    number, _, target = line[2:].lstrip().partition(b" ")
    target = target.lstrip()
    bare = target.startswith(b"LWP ") or (target.startswith(b"process ") and b" thread 0x" not in target)  # Apple's gdb means the process
    lwp = _number(target, target[: target.index(b" ") + 1] if bare else b"(LWP ")
    return Identity(int(number), _hex(target, b"Thread 0x"), lwp) if number.isdigit() and len(number) < 10 and lwp != UNKNOWN else None


def read_switch(data: bytes, start: int) -> int:
    """The LWP of the thread that gdb says it looks at from here on, or UNKNOWN if the line does not say so."""
    switched = _switched(data, start)
    return switched.lwp if switched is not None else UNKNOWN


def _number(line: bytes, word: bytes) -> int:
    """The number behind a word, or UNKNOWN."""
    digits = line.partition(word)[2][:10]
    end = 0
    while end < len(digits) and 48 <= digits[end] <= 57:
        end += 1
    return int(digits[:end]) if end else UNKNOWN


def _hex(line: bytes, word: bytes) -> int:
    digits = line.partition(word)[2][:16].partition(b" ")[0].rstrip(b")]\r")
    return int(digits, 16) if is_hex(digits) else 0


def _is_behind_a_block(columns: Columns, row: int) -> bool:
    """Whether only blank lines and locals are between a block without header and the thread before it."""
    if not row or not _is_nameless(columns, row):
        return False
    start, stop = columns.thread_start[row - 1], columns.thread_start[row]
    return not (_stands_between(columns.note_start, start, stop) or _stands_between(columns.unparsed_start, start, stop))


def _is_in_a_run(columns: Columns, row: int) -> bool:
    """Whether the block has another one right before or behind it."""
    return _is_behind_a_block(columns, row) or (row + 1 < len(columns.thread_lwp) and _is_behind_a_block(columns, row + 1))


def _stands_between(starts: array[int], start: int, stop: int) -> bool:
    at = bisect_left(starts, start)
    return at < len(starts) and starts[at] < stop


# -- what was printed before


def _find_repeated(data: bytes, columns: Columns, nameless: list[int]) -> set[int]:
    """Blocks whose thread is printed once more, and at least as far, in the same stop of the process."""
    repeated = {0} if _is_current_frame(columns) else set()
    if not columns.note_start:
        return repeated  # no word of a debugger: these may be as many processes
    stops = _stops(data, columns)
    headed = _printed_with_header(columns, stops, set(nameless))
    in_run = {row for row in nameless if _is_in_a_run(columns, row)}  # printed by `thread apply all -q bt`
    all_printed = {_look(data, columns, row, stops[row]) for row in in_run}
    kept: dict[tuple[Identity, int], int] = {}  # {a thread in a stop: the block that prints most of it}
    for row in nameless:
        who, stop = _identity(columns, row), stops[row]
        if row in repeated:
            continue
        if row in in_run:
            kept[who, stop] = row
            continue
        current = kept.get((NOBODY, stop))  # on opening a core, before gdb switched to another thread
        other = kept.get((who, stop), current)
        if other is not None and (_holds(data, columns, other, row) or _is_of(data, columns, row, other)):
            repeated.add(row)
            continue
        if other is not None and (_holds(data, columns, row, other) or _is_of(data, columns, other, row)):
            repeated.add(other)
        if _look(data, columns, row, stop) in all_printed or not headed.isdisjoint(_keys(columns, row, stop, who == NOBODY)):
            repeated.add(row)
        kept[who, stop] = row
    return repeated


def _is_current_frame(columns: Columns) -> bool:
    """Whether the first block is only the current frame that gdb prints on opening a core, before the first header:

    #0  0x00007f8af7709545 in __GI___clock_nanosleep (clock_id=clock_id@entry=0, …
    [Current thread is 1 (Thread 0x7f8af7637740 (LWP 17540))]
    """
    several = len(columns.thread_lwp) > 1
    return several and columns.thread_frames[0] == 1 and _is_nameless(columns, 0) and not _is_nameless(columns, 1)


def _stops(data: bytes, columns: Columns) -> list[int]:
    """How often the process had gone on before each thread was printed."""
    resumed = [start for start in columns.note_start if data.startswith(_RESUMED, start) or _MOVES.match(data, start)]
    commands = find_commands(data, columns)
    resumed = sorted({*resumed, *commands, *_opened(data, columns, list(commands))})
    return [bisect_left(resumed, start) for start in columns.thread_start]


def _opened(data: bytes, columns: Columns, commands: list[int]) -> Iterator[int]:
    """Where gdb's own words begin behind a command that is not gdb's: a session whose own command was cut out."""
    prompts = [start for start in columns.note_start if data.startswith(b"(gdb) ", start)]
    for start in commands:
        at = bisect_left(prompts, start)
        if at < len(prompts):
            yield prompts[at]


# The identity of a thread in a stop of the process: its LWP, its number, or its stack.
Key = tuple[str, int, int]


def _printed_with_header(columns: Columns, stops: list[int], nameless: set[int]) -> set[Key]:
    headed: set[Key] = set()
    for row, stop in enumerate(stops):
        if row not in nameless:
            headed.update(_keys(columns, row, stop, True))
    return headed


def _keys(columns: Columns, row: int, stop: int, by_stack: bool) -> list[Key]:
    values = (("lwp", columns.thread_lwp[row]), ("number", columns.thread_number[row]), ("stack", columns.thread_node[row]))
    return [(what, value, stop) for what, value in values if value != UNKNOWN and (by_stack or what != "stack")]


def _look(data: bytes, columns: Columns, row: int, stop: int) -> tuple[int, bytes, int]:
    """The key that two prints of one thread in a stop have in common."""
    return columns.thread_node[row], _arguments(data, columns, columns.thread_first[row]), stop


def _holds(data: bytes, columns: Columns, row: int, other: int) -> bool:
    """Whether each frame of a block is in this one, too, at its level, and the innermost with the same arguments."""
    first, frames = columns.thread_first[row], columns.thread_frames[row]
    begin, count = columns.thread_first[other], columns.thread_frames[other]
    offset = _level(data, columns, begin) - _level(data, columns, first) if frames and count else 0
    if offset < 0 or offset + count > frames or _arguments(data, columns, first + offset) != _arguments(data, columns, begin):
        return False
    return all(
        columns.call_site[ours] == columns.call_site[theirs]
        for ours, theirs in zip(columns.frame_call[first + offset : first + offset + count], columns.frame_call[begin : begin + count])
    )


def _is_of(data: bytes, columns: Columns, row: int, other: int) -> bool:
    """Whether a block is one frame further out in a thread of which another block shows the stack: `thread 135` prints the selected one.

    [Switching to thread 135 (Thread 0x7f3cfcf7a700 (LWP 1742))]
    #6  0x00007f3d7f0a1110 in demo::Handle::reclaim (this=0x7f3d5e0db200)
    (gdb) bt -5
    """
    who = _identity(columns, row)
    if who == NOBODY or who != _identity(columns, other) or columns.thread_frames[row] != 1:
        return False
    level = _level(data, columns, columns.thread_first[row])
    outermost = columns.thread_first[other] + columns.thread_frames[other] - 1
    return level > 0 and (columns.thread_frames[other] > 1 or level > _level(data, columns, outermost))


def _level(data: bytes, columns: Columns, frame: int) -> int:
    return level_at(data, frame_start(columns, frame))


def _arguments(data: bytes, columns: Columns, frame: int) -> bytes:
    """A frame's arguments, however their line is wrapped."""
    return b"".join(frame_arguments(data, columns, frame).split())
