"""Call trees that a sampling tool prints: of each thread's tree the path with most of its samples.

2569 start  (in dyld) + 2236                    2569 samples went through here,
  2500 serve  (in ledgerd) + 81                 2500 of them on through here, which is the path;
  !  2500 __psynch_cvwait  (in libsystem_kernel.dylib) + 10
  69 tidy  (in ledgerd) + 9                     the others went elsewhere
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.records import NamedTuple
from stackan.parsing.fields import is_number
from stackan.parsing.known import once_each

_MARKS = b" +!:|"  # signs that may come before a count; `*` marks the kernel's part


class Node(NamedTuple):
    """A line of a tree."""

    column: int  # of its count: a following line that begins further right is inside it
    samples: int
    kernel: bool
    start: int  # of the frame, behind the count


class Path(NamedTuple):
    """The heaviest path of a tree."""

    lines: frozenset[int]
    weight: int  # samples that end at its end: those of the whole stack
    samples: int  # of the tree


class Tree:
    """A thread's tree, line by line; the path is known when all lines are."""

    def __init__(self) -> None:
        self._lines: list[int] = []
        self._counts: list[int] = []
        self._inside: list[int] = []  # samples of the children
        self._heaviest: list[int] = []  # the child with most of them; -1 where there is none
        self._open: list[tuple[int, int]] = []  # (column, node) from the root to the last line
        self._roots: list[int] = []

    def add(self, line: int, column: int, count: int) -> None:
        while self._open and self._open[-1][0] >= column:
            self._open.pop()
        node = len(self._lines)
        self._lines.append(line)
        self._counts.append(count)
        self._inside.append(0)
        self._heaviest.append(-1)
        if self._open:
            parent = self._open[-1][1]
            self._inside[parent] += count
            best = self._heaviest[parent]
            if best < 0 or count > self._counts[best]:
                self._heaviest[parent] = node
        else:
            self._roots.append(node)
        self._open.append((column, node))

    def path(self) -> Path:
        """From the heaviest root inwards, as long as a child holds more samples than end at its parent itself."""
        samples = sum(self._counts[root] for root in self._roots)
        node = max(self._roots, key=lambda root: self._counts[root], default=-1)
        lines, weight = [], 0
        while node >= 0:
            lines.append(self._lines[node])
            child = self._heaviest[node]
            weight = max(self._counts[node] - self._inside[node], 0)
            node = child if child >= 0 and self._counts[child] >= weight else -1
        return Path(frozenset(lines), weight, samples)


def is_flat(column: int, columns: Sequence[int]) -> bool:
    """Whether the indentation is lost: no line begins further right than another, nor than its header (UNKNOWN where that is no root)."""
    return len(columns) > 1 and len(set(columns)) == 1 and (column < 0 or columns[0] <= column)


def chain(lines: Sequence[tuple[int, int]], samples: int) -> Path:
    """The heaviest path of a tree without indentation, as far as its counts show it.

    A line is inside the one before it for certain if no other one can hold it: all that are open have fewer samples left.
    """
    path = list[int]()
    samples = samples or lines[0][1]
    held, around, weight = samples, 0, 0  # what the innermost one holds, what any around it has left, and what ends in the innermost
    for line, count in lines:
        if not around < count <= held:
            weight = max(held - count, 0) if path else 0
            break
        around = max(around, held - count)
        path.append(line)
        held = weight = count
    return Path(frozenset(path), weight, samples)


@once_each
def read_node(text: bytes) -> Node | None:
    """`    + ! 2569 start  (in dyld) + 2236`; `     *1001  ipc_mqueue_receive_continue + 0 …` in the kernel."""
    marks = len(text) - len(text.lstrip(_MARKS))
    kernel = text[marks : marks + 1] == b"*"
    column = marks + kernel
    stop = text.find(b" ", column)
    digits = text[column:stop] if stop > 0 else b""
    if not is_number(digits, 12) or (not marks and not _is_unindented(text, stop)):
        return None
    start = stop + len(text[stop:]) - len(text[stop:].lstrip(b" "))
    return Node(column, int(digits), kernel, start) if start < len(text) else None


def _is_unindented(text: bytes, at: int) -> bool:
    """Whether a line without indentation is one of a tree all the same: `2617 start  (in dyld) + 2236  [0x18f2b60e0]`."""
    return text.startswith(b" Thread_", at) or b"  (in " in text
