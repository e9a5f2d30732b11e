"""The threads of a text by their stacks, as folded lines need them: all that a text which passes by leaves behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from stackan.model.brief import brief

if TYPE_CHECKING:
    from stackan.model.dump import Dump


@brief
class Stacks(NamedTuple):
    """The stacks of a text's snapshots.  Nodes and sites are those of `stackan.model.columns.Columns`."""

    functions: Sequence[bytes]  # of each site
    node_site: Sequence[int]
    node_parent: Sequence[int]
    snapshots: Sequence[Sequence[int]]  # of each the nodes of its threads, -1 without frames


def stacks_of(dumps: Iterable[Dump]) -> Iterable[Stacks]:
    """The same of dumps that are whole, text by text."""
    for dump in dumps:
        columns = dump.columns
        nodes = columns.thread_node[dump.first_thread : dump.stop_thread]
        yield Stacks(columns.site_function, columns.node_site, columns.node_parent, [nodes])
