"""Signs that a text needs a cure: looked for in every text, so they cost little and load nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stackan.backend import find
from stackan.model.columns import UNKNOWN, Columns
from stackan.model.frames import frame_before, frame_stop

_MARKED = b"Thread "
_TARGETS = (b"Thread ", b"LWP ", b"process ")  # by which gdb names a thread in a table
_BEHIND_A_PROMPT = (b"#", b"Thread ", b"[Switching to ", b"[Current thread is ")


def find_frame(head: bytes) -> int:
    """Where the first line begins that a frame begins, or -1."""
    at = 0
    while True:
        if head.startswith(b"#", at) and head[at + 1 : at + 2].isdigit():
            return at
        at = find(head, b"\n#", at) + 1
        if not at:
            return -1


def is_peadars(head: bytes, frame: int) -> bool:
    """Whether a header of peadar's pstack comes before the first frame: `thread: 0, lwp: 532040, type: 0`."""
    start = head.rfind(b"\n", 0, max(0, frame - 1)) + 1
    return head.startswith(b"thread: ", start) and b", lwp: " in head[start:frame]


def has_entities(data: bytes, columns: Columns) -> bool:
    """HTML shows in names; C++ writes no `&lt`."""
    return b"&lt;" in b"\n".join(columns.site_function)


def has_questions(data: bytes, columns: Columns) -> bool:
    """gdb's pager begins a line, or what it cut in two is left over; else it is not looked for, which takes as long as to scan."""
    if any(data[start] == 45 and data.startswith((b"--Type <", b"---Type <"), start) for start in columns.note_start):
        return True
    return len(columns.unparsed_start) > 0 and b"--Type <" in data


def has_prompts(data: bytes, columns: Columns) -> bool:
    """Whether a frame or a header is behind gdb's prompt."""
    return any(data[start] == 40 and _behind_prompts(data[start : start + 80]) for start in columns.note_start)


def _behind_prompts(line: bytes) -> bool:
    while line.startswith(b"(gdb)"):
        line = line[5:].lstrip(b" ")
    return line.startswith(_BEHIND_A_PROMPT)


def has_glue(data: bytes, columns: Columns) -> bool:
    """Whether a frame's number is in another's name or place, or in the header of a thread that has no frame of its own."""
    if b" #" in b"\n".join(columns.site_function) or b" #" in b"\n".join(columns.site_location):
        return True
    if 0 not in columns.thread_frames:
        return False
    empty = (start for start, frames in zip(columns.thread_start, columns.thread_frames) if not frames)
    return any(b": #0 " in data[start : start + 256].partition(b"\n")[0] for start in empty)


def has_wraps(data: bytes, columns: Columns) -> bool:
    """Whether an unparsed line is right behind a frame."""
    before = UNKNOWN
    for start in columns.unparsed_start:
        frame = frame_before(columns, start)
        if frame != before and start - frame_stop(data, columns, frame) <= 2:
            return True
        before = frame  # further lines are further from it
    return False


def has_rows(data: bytes, columns: Columns) -> bool:
    """Whether a row of `info threads` names a thread that has no header."""
    lwps: set[int] | None = None
    numbers: set[int] = set()
    for start in _rows(data, columns):
        from stackan.parsing.prepare.table import read_row

        row = read_row(data[start : start + 512].partition(b"\n")[0])
        if row is None or not row.frame:
            continue
        if lwps is None:
            lwps, numbers = set(columns.thread_lwp), set(columns.thread_number)
        # By its number alone a row's thread cannot be told from a backtrace that has no header; of Windows no other id is read.
        if row.lwp not in lwps if row.lwp else b".0x" in row.target and int(row.number.rpartition(b".")[2]) not in numbers:
            return True
    return False


def _rows(data: bytes, columns: Columns) -> Iterator[int]:
    """Where lines begin that may be rows; a tracker takes the blanks before them away."""
    for starts, first in ((columns.note_start, b" *"), (columns.unparsed_start, b"0123456789")):
        for start in starts:
            if data[start] in first and any(word in data[start : start + 80] for word in _TARGETS):
                yield start


def has_ticks(data: bytes, columns: Columns) -> bool:
    """Whether a header or a frame stands behind what a tracker writes before code; few lines are left over in a dump."""
    return any(data[start] in b"`{<[\"'" and _MARKED in data[start : start + 64].partition(b"\n")[0] for start in columns.unparsed_start)


# Signs of damage that are left after a scan, and the module that cures it.  In this order: wrapped or glued lines may hide in
# the earlier kinds of damage.
REPAIRS_AFTER_SCAN: tuple[tuple[Callable[[bytes, Columns], bool], str], ...] = (
    (has_entities, "entities"),
    (has_questions, "pager"),
    (has_prompts, "prompts"),
    (has_ticks, "ticks"),
    (has_glue, "glue"),
    (has_wraps, "wraps"),
    (has_rows, "beside"),
)
