"""The wait-for graph as a networkx graph; imported only when somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackan.escapes import shown
from stackan.model.waitgraph import WaitGraph

if TYPE_CHECKING:
    import networkx


_NAMES = frozenset(("kind", "label", "process", "lwp", "resource", "address", "needs", "evidence", "source", "line", "relation"))


class Attributes(dict[str, "str | int"]):
    """What is known of a node or an edge.  One of the names that is not there is read as None."""

    def __missing__(self, name: str) -> None:
        if name not in _NAMES:
            raise KeyError(name)


def to_networkx(graph: WaitGraph) -> networkx.MultiDiGraph[int]:
    """A MultiDiGraph whose nodes carry kind, label, process, lwp, resource, address and needs, and whose edges carry
    evidence, source, line and relation.

    Each is a plain string or number, as no writer of networkx takes a None; `data["lwp"]` is None where there is no such attribute.
    """
    import networkx

    result: networkx.MultiDiGraph[int] = networkx.MultiDiGraph()
    for factory in ("node_attr_dict_factory", "edge_attr_dict_factory"):
        setattr(result, factory, Attributes)
    for number, node in enumerate(graph.nodes):
        values = _known(
            kind=node.kind,
            label=node.label,
            process=node.process.id if node.process else None,
            lwp=node.track.lwp if node.track else None,
            resource=node.resource or None,
            address=f"{node.address:#x}" if node.address is not None else None,
            needs=graph.needs[number],
        )
        result.add_node(number, **values)
    for edges in graph.out:
        for edge in edges:
            values = _known(evidence=edge.evidence, source=edge.source or None, line=edge.line or None, relation=edge.relation)
            result.add_edge(edge.waiter, edge.supplier, **values)
    return result


def _known(**values: str | int | None) -> dict[str, str | int]:
    """The values without those that are not known; names as escapes where they hold what no XML can, as a control character."""
    return {name: shown(str(value)) if isinstance(value, str) else value for name, value in values.items() if value is not None}
