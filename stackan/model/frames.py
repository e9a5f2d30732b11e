"""Values derived from a frame's row: the place of its text, and what is printed in it.

A frame's start counts from its thread's start; that of a frame of no thread (a session prints some frames twice) from the
thread before it, or from the text's start.
"""

from bisect import bisect_right

from stackan.model.columns import UNKNOWN, Columns
from stackan.model.lines import line_stop

_NUMBER_SIGN = 35  # gdb's and eu-stack's frames begin with it


def thread_before(columns: Columns, frame: int) -> int:
    """The thread that a frame belongs to, or after which it is printed, or UNKNOWN."""
    return bisect_right(columns.thread_first, frame) - 1


def frame_start(columns: Columns, frame: int) -> int:
    thread = thread_before(columns, frame)
    return columns.frame_start[frame] + (columns.thread_start[thread] if thread != UNKNOWN else 0)


def frame_before(columns: Columns, offset: int) -> int:
    """The last frame that starts at a byte or before it, or UNKNOWN; of a text that shows the innermost frame first."""
    thread = bisect_right(columns.thread_start, offset) - 1
    begin, origin = (columns.thread_first[thread], columns.thread_start[thread]) if thread != UNKNOWN else (0, 0)
    end = columns.thread_first[thread + 1] if thread + 1 < len(columns.thread_first) else len(columns.frame_call)
    return bisect_right(columns.frame_start, offset - origin, begin, end) - 1


def frame_stop(data: bytes, columns: Columns, frame: int) -> int:
    """First byte behind a frame's text, continuation lines included; locals follow.

    Lines with three to seven blanks go on with the frame directly before them (other formats wrap no frames):

    #1  0x00007f8af76c012b in futex_wait (private=0, expected=2)
        at ../sysdeps/nptl/futex-internal.h:146
    """
    return text_stop(data, frame_start(columns, frame))


def text_stop(data: bytes, start: int) -> int:
    """The same of the frame whose text starts there."""
    stop = line_stop(data, start)
    following = data.find(b"\n", stop) + 1
    while following and data[start] == _NUMBER_SIGN and data[following : following + 1] == b" ":
        end = line_stop(data, following)
        blanks = len(data[following : min(end, following + 8)]) - len(data[following : min(end, following + 8)].lstrip(b" \t"))
        if not 3 <= blanks <= 7 or following + blanks == end:
            break
        stop, following = end, data.find(b"\n", end) + 1
    return stop


def level_at(data: bytes, start: int) -> int:
    """The level that is printed at the start of a frame's text: `#5  0x…`."""
    return int(data[start + 1 : start + 10].split(maxsplit=1)[0])


def thread_arguments(data: bytes, columns: Columns, thread: int, position: int) -> bytes:
    """The arguments of a thread's frame as printed, counted from its innermost; nothing where none are."""
    frame = columns.thread_first[thread] + position
    behind = columns.frame_args_start[frame]
    if behind == UNKNOWN:
        return b""
    start = columns.thread_start[thread] + columns.frame_start[frame] + behind
    return data[start : start + columns.frame_args_size[frame]]


def frame_arguments(data: bytes, columns: Columns, frame: int) -> bytes:
    """A frame's arguments as printed; a wrapped frame's line ends are kept."""
    if columns.frame_args_start[frame] == UNKNOWN:
        return b""
    start = frame_start(columns, frame) + columns.frame_args_start[frame]
    return data[start : start + columns.frame_args_size[frame]]
