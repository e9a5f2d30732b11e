"""The result of a scanner: a dump as columns, without one Python object per line.

Both scanners (`_fast`, `_reference`) fill the same columns, and tests hold them equal on every input.

A *site* is a distinct frame text: its function and its location, and whether a program counter was printed
(an inlined frame has none).  A *call* is a site at one program counter.  Argument values change from thread to thread;
they stay in the buffer and are found through offsets.  A *node* is a stack: the node's site is its innermost frame, its
parent (always a smaller number) the rest of the stack, so that two threads have equal stacks exactly if they have the same
node, wherever their code was loaded.

There are far more frames than anything else, and few of them are ever looked at: their rows hold only what cannot be
derived from the text (docs/decisions/0008-narrow-rows.md).  `Dump` gives the rest: a frame's line, its level, its end.
"""

from __future__ import annotations

from array import array

# Line kinds.  Every line of the input counts for exactly one of them.
THREAD, FRAME, CONTINUATION, LOCALS, NOISE, BLANK, UNPARSED = range(7)
KINDS = ("threads", "frames", "continuations", "locals", "noise", "blank", "unparsed")

# How frames are written.
GDB, EU_STACK = range(2)

UNKNOWN = -1  # in signed columns


class Columns:
    """The columns of one scanned buffer.  Offsets are bytes from the buffer's start, lines count from 1."""

    __slots__ = (
        "call_pc",  # 0 where the site has none
        "call_site",
        "frame_args_size",
        "frame_args_start",  # first byte behind the opening parenthesis, from the frame's start, or UNKNOWN
        "frame_call",
        "frame_start",  # from its thread's start
        "lines_by_kind",  # seven counts in the order of KINDS
        "node_parent",  # or UNKNOWN at a stack's outermost frame
        "node_site",
        "note_line",  # lines of known noise: their meaning is read later
        "note_start",
        "site_function",  # list of bytes
        "site_has_pc",
        "site_location",  # list of bytes: "at FILE:LINE", "from LIBRARY", both, or nothing
        "thread_first",  # index of its innermost frame
        "thread_frames",
        "thread_line",  # of the header, or of frame #0 where a thread has no header
        "thread_lwp",  # the kernel's thread id, or UNKNOWN
        "thread_name_size",
        "thread_name_start",  # where the quoted name starts, or UNKNOWN
        "thread_node",  # its stack, or UNKNOWN if it has no frame
        "thread_number",  # the dump's own number, or UNKNOWN
        "thread_pthread",  # the pthread id, or 0
        "thread_start",
        "thread_stop",  # first byte behind the thread's last line
        "unparsed_line",
        "unparsed_start",
    )

    def __init__(self) -> None:
        self.thread_number = array("q")
        self.thread_lwp = array("q")
        self.thread_pthread = array("Q")
        self.thread_name_start = array("q")
        self.thread_name_size = array("i")
        self.thread_line = array("i")
        self.thread_start = array("q")
        self.thread_stop = array("q")
        self.thread_first = array("i")
        self.thread_frames = array("i")
        self.thread_node = array("i")
        self.frame_call = array("i")
        self.frame_start = array("I")
        self.frame_args_start = array("i")
        self.frame_args_size = array("i")
        self.call_site = array("i")
        self.call_pc = array("Q")
        self.site_function: list[bytes] = []
        self.site_location: list[bytes] = []
        self.site_has_pc = array("b")
        self.node_site = array("i")
        self.node_parent = array("i")
        self.note_line = array("i")
        self.note_start = array("q")
        self.unparsed_line = array("i")
        self.unparsed_start = array("q")
        self.lines_by_kind = array("q", [0] * len(KINDS))

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        """What a pickle keeps: the native scanner's memory as arrays, which the plain scanner makes anyway."""
        return None, {name: _kept(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        return f"<Columns of {len(self.thread_lwp)} threads, {len(self.frame_call)} frames, {len(self.site_function)} sites>"


def _kept(column: object) -> object:
    if not isinstance(column, memoryview):
        return column
    kept = array(column.format)
    kept.frombytes(column.tobytes())
    return kept
