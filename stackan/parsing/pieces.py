"""Where one snapshot of a text ends and the next begins: one mechanism for the formats whose threads have an LWP, an id or a number.

(Tables and logs whose own lines say where a round begins tell it themselves: `Builder.snapshot`.)  Readers and the scanner tell borders,
with what the text says there: a process by name, the first line of a dump.  Between borders the threads themselves tell: a thread that
comes again, numbers that begin anew, code that is loaded elsewhere.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import compress, pairwise, repeat
from typing import TYPE_CHECKING

from stackan import backend
from stackan.model.columns import UNKNOWN, Columns
from stackan.model.loads import contradict, far_calls, loaded_calls, places
from stackan.model.printed import Facts
from stackan.parsing.parsed import ParsedText

if TYPE_CHECKING:
    from stackan.parsing.builder import Builder

NOTHING_SAID = Facts(None, None, (), ())


def split_snapshots(builder: Builder, facts: Mapping[int, Facts]) -> ParsedText:
    """The reading of a text in which, from each of these rows of threads on, other facts hold.

    Of two with one row the caller keeps the later: no thread comes between them.  Facts hold on for a piece that only its threads tell.
    """
    return split_columns(builder.columns, facts, builder.joined, builder.snapshots)


def split_columns(columns: Columns, facts: Mapping[int, Facts], joined: Collection[int] = (), borders: Collection[int] = ()) -> ParsedText:
    """The same of columns; `borders` are further rows at which a snapshot begins."""
    pieces = split(columns, {*facts, *borders}, joined)
    said = [0, *sorted(row for row in facts if row)]
    told = [facts.get(said[bisect_right(said, piece.start) - 1], NOTHING_SAID) for piece in pieces]
    return ParsedText(columns, tuple(told), tuple(piece.start for piece in pieces[1:]))


def split(columns: Columns, borders: Collection[int] = (), joined: Collection[int] = ()) -> list[range]:
    """The threads of each snapshot.  A new one begins

    - at a border, which is the row of a thread,
    - at a thread that was seen before, by its LWP, else its pthread id, else its number,
    - at a number that was seen before for another thread, and behind threads that are numbered down to 1 at the next such row: it may
      have threads, and so numbers, that the one before had not,
    - at a thread whose libraries are loaded elsewhere: it is of another process, but where the numbers go on down: one list is of one.

    A thread printed twice in a row at one place is no new snapshot, nor is a line about a thread without its stack where others have
    theirs, nor are rows that are `joined` to what came before: a reader knows that they are printed again.
    """
    starts = {*borders, *_find_elsewhere(columns, borders)}
    starts.discard(0)  # the first snapshot begins there anyway
    numbers, ids = columns.thread_number, identities(columns)
    if not starts and _is_plain(columns, ids):
        return [range(len(ids))]
    pieces: list[range] = []
    start, alone = 0, UNKNOWN  # the first of the rows without a stack that come right before this one, if any was seen before
    seen: set[int] = set()
    counted: set[int] = set()
    before = above = UNKNOWN  # id and number of the last thread with a stack
    count, down = 0, False  # how many there are, and whether each number so far is the one below that of the thread before
    has_stacks = any(columns.thread_frames)
    for row, (each, number, frames) in enumerate(zip(ids, numbers, columns.thread_frames if has_stacks else repeat(1))):
        if row in starts and row > start:
            ends = row in borders or (frames > 0 and row not in joined and not _counts_on(numbers, row, above, down))
        elif row in joined or not frames:
            ends = False
            if not frames and alone == UNKNOWN and each in seen:
                alone = row
        elif each == before:
            ends = each != UNKNOWN and number == above and _has_moved(columns, row)
        else:
            ends = (each in seen and each != UNKNOWN) or (number in counted and number != UNKNOWN)
            ends = ends or (down and above == 1 < number and _counts_again(columns, row))
        if ends:
            first = row if alone == UNKNOWN or row in borders else alone
            pieces.append(range(start, first))
            start, count, down, alone = first, 0, False, UNKNOWN
            seen, counted = set(), set()
            above = UNKNOWN
        if frames:
            down = number == above - 1 and (down or count == 1)
            seen.add(each)
            counted.add(number)
            before, above, count, alone = each, number, count + 1, UNKNOWN
    pieces.append(range(start, len(ids)))
    return pieces


def _is_plain(columns: Columns, ids: list[int]) -> bool:
    """Whether no id and no number comes again, and none behind 1, as in most texts: to see that takes less than to go through them."""
    numbers = columns.thread_number.tolist()
    if not _are_different(ids) or not _are_different(numbers):
        return False
    if 0 in columns.thread_frames and any(columns.thread_frames):
        numbers = list(compress(numbers, columns.thread_frames))
    first = numbers[0] if numbers else 0
    return not 2 <= first < len(numbers) or numbers[first - 1] != 1


def _are_different(values: list[int]) -> bool:
    return len(set(values)) + max(values.count(UNKNOWN) - 1, 0) == len(values)


def _has_moved(columns: Columns, row: int) -> bool:
    """Whether a thread that is printed twice in a row, with a header, is at another place than before."""
    return _is_headed(columns, row) and _innermost(columns, row) != _innermost(columns, row - 1)


def _counts_on(numbers: Sequence[int], row: int, above: int, down: bool) -> bool:
    """Whether a list of threads that are numbered down goes on: two of its steps are seen."""
    follows = row + 1 < len(numbers) and numbers[row + 1] == above - 2
    return numbers[row] == above - 1 > 0 and (down or follows)


def _counts_again(columns: Columns, row: int) -> bool:
    """Whether another `thread apply all` begins: its numbers go down, too.  Who looks at single threads prints no such headers."""
    numbers = columns.thread_number
    follows = row + 1 < len(numbers) and numbers[row + 1] == numbers[row] - 1
    return follows and _is_headed(columns, row) and _is_headed(columns, row - 1)


def identities(columns: Columns) -> list[int]:
    """Each thread's LWP, else its pthread id, else its number, as one number; UNKNOWN where the text gives none."""
    if UNKNOWN not in columns.thread_lwp:
        return columns.thread_lwp.tolist()
    if not any(columns.thread_pthread) and max(columns.thread_lwp) == UNKNOWN:
        return [UNKNOWN if number == UNKNOWN else -2 - number for number in columns.thread_number]
    return [identity(columns, row) for row in range(len(columns.thread_lwp))]


def identity(columns: Columns, row: int) -> int:
    """The same of one thread."""
    if columns.thread_lwp[row] != UNKNOWN:
        return columns.thread_lwp[row]
    if columns.thread_pthread[row]:
        return -columns.thread_pthread[row] << 40
    return -2 - columns.thread_number[row] if columns.thread_number[row] != UNKNOWN else UNKNOWN


def _innermost(columns: Columns, row: int) -> int:
    return columns.frame_call[columns.thread_first[row]] if columns.thread_frames[row] else UNKNOWN


def _is_headed(columns: Columns, row: int) -> bool:
    return not columns.thread_frames[row] or columns.frame_start[columns.thread_first[row]] > 0


def _find_elsewhere(columns: Columns, borders: Collection[int]) -> set[int]:
    """The threads with a library at another place than in the threads before them."""
    far = far_calls(columns, loaded_calls(columns))
    found = set[int]()
    if not far:
        return found
    seen = _see_elsewhere(columns, far, borders)
    if seen is not None:
        return set(seen)
    shown: dict[bytes, dict[bytes, int]] = {}
    known: dict[bytes, int] = {}
    fitting: set[bytes] = set()  # the stacks that were seen since, as bytes: threads repeat them, and they fit again
    for row, (first, frames) in enumerate(zip(columns.thread_first, columns.thread_frames)):
        calls = columns.frame_call[first : first + frames]
        stack = calls.tobytes()
        if stack in fitting and row not in borders:
            continue
        own = shown.get(stack)
        if own is None:
            own = shown[stack] = places(calls, far)
        contradicts = row not in borders and contradict(own, known)
        if contradicts:
            found.add(row)
        if contradicts or row in borders:
            known, fitting = {}, set()
        fitting.add(stack)
        known.update(own)
    return found


def _see_elsewhere(columns: Columns, far: Mapping[int, tuple[bytes, int]], borders: Collection[int]) -> list[int] | None:
    """The same natively, where that can be; None else."""
    find = backend.find_elsewhere()
    if find is None:
        return None
    numbers: dict[bytes, int] = {}
    libraries = array("i", [UNKNOWN]) * len(columns.call_site)
    for call, (library, _) in far.items():
        libraries[call] = numbers.setdefault(library, len(numbers))
    return find(columns, libraries, array("i", sorted(borders)))


def pieces_of(reading: ParsedText) -> list[range]:
    bounds = [0, *reading.snapshots, len(reading.columns.thread_lwp)]
    return [range(start, stop) for start, stop in pairwise(bounds)]


def bare_lines(columns: Columns, pieces: Collection[range]) -> Iterator[int]:
    """The lines about threads of which the same snapshot shows the stack elsewhere: they are no threads of their own."""
    for piece in pieces:
        bare = [row for row in piece if not columns.thread_frames[row] and identity(columns, row) != UNKNOWN]
        shown = {identity(columns, row) for row in piece if columns.thread_frames[row]} if bare else ()
        yield from (row for row in bare if identity(columns, row) in shown)
