"""The threads of a text by their stacks, as folded lines need them: all that a text which passes by leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from stackan.model.brief import brief
from stackan.model.records import NamedTuple

if TYPE_CHECKING:
    from stackan.model.dump import Dump


Groups = Sequence[tuple[str, Sequence[int]]]


@brief
class Stacks(NamedTuple):
    """The stacks of a text's threads.  Nodes and sites are those of `stackan.model.columns.Columns`."""

    functions: Sequence[bytes]  # of each site
    node_site: Sequence[int]
    node_parent: Sequence[int]
    groups: Groups  # what the stacks of each snapshot, or of a part of it, stand on ("" for nothing), and the nodes, -1 without frames


def stacks_of(dump: Dump, root_of: Callable[[int], str] | None = None) -> Stacks:
    """The stacks of a snapshot that is whole; `root_of` says of a thread, by its row, what its stack stands on."""
    columns = dump.columns
    nodes = columns.thread_node[dump.first_thread : dump.stop_thread]
    groups: dict[str, list[int]] = {}
    if root_of is not None:
        for row, node in enumerate(nodes, dump.first_thread):
            groups.setdefault(root_of(row), []).append(node)
    found = list(groups.items()) if root_of is not None else [("", nodes)]
    return Stacks(columns.site_function, columns.node_site, columns.node_parent, found)
