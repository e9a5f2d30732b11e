"""Stacks as folded lines, `outermost;…;innermost COUNT`, as flame-graph tools and speedscope read them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from stackan import backend
from stackan.escapes import shown
from stackan.model.columns import UNKNOWN
from stackan.model.folding import Stacks


def fold(texts: Iterable[Stacks]) -> Iterator[bytes | str]:
    """A line for each distinct stack of each snapshot; as bytes where all of them are ASCII."""
    functions: Sequence[bytes] | None = None
    for stacks in texts:
        if stacks.functions is not functions:  # else it is a further snapshot of the same text
            functions = stacks.functions
            names = [part_of(name) for name in functions]
            plain = all(map(bytes.isascii, names))
            folder = (backend.folder() or PlainFolder)(stacks.node_site, stacks.node_parent, names)
        for root, nodes in stacks.groups:
            beginning = part_of(root.encode()) + b";" if root else b""
            lines = folder.fold(array("i", nodes), beginning)
            yield lines if plain and beginning.isascii() else lines.decode()


def part_of(name: bytes) -> bytes:
    """A name as one part of a folded line, which ends at a semicolon and lies on one line."""
    return (shown(name.decode("utf-8", "replace").replace(";", ":")) or "??").encode()


class PlainFolder:
    """The specification of `Folder` in _fast_folded.pxi."""

    def __init__(self, node_site: Sequence[int], node_parent: Sequence[int], names: list[bytes]) -> None:
        self._sites = node_site
        self._parents = node_parent
        self._names = names

    def fold(self, nodes: Sequence[int], root: bytes) -> bytes:
        """The lines of some threads, by their nodes; `root` is the beginning of each."""
        counts: dict[int, int] = {}
        for node in nodes:
            if node != UNKNOWN:
                counts[node] = counts.get(node, 0) + 1
        return b"".join(root + b";".join(self._stack(node)) + b" %d\n" % number for node, number in counts.items())

    def _stack(self, node: int) -> list[bytes]:
        parts = []
        while node != UNKNOWN:
            parts.append(self._names[self._sites[node]])
            node = self._parents[node]
        return parts[::-1]
