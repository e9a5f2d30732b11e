"""The wait-for graph as a networkx graph; imported only when somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackan.model.waitgraph import WaitGraph

if TYPE_CHECKING:
    import networkx


def to_networkx(graph: WaitGraph) -> networkx.MultiDiGraph[int]:
    """A MultiDiGraph whose nodes carry kind, label, process, lwp, resource, address and needs, and whose edges carry
    evidence, source, line and relation."""
    import networkx

    result: networkx.MultiDiGraph[int] = networkx.MultiDiGraph()
    for number, node in enumerate(graph.nodes):
        result.add_node(
            number,
            kind=node.kind,
            label=node.label,
            process=node.process.id if node.process else None,
            lwp=node.track.lwp if node.track else None,
            resource=node.resource or None,
            address=f"{node.address:#x}" if node.address is not None else None,
            needs=graph.needs[number],
        )
    for edges in graph.out:
        for edge in edges:
            result.add_edge(
                edge.waiter,
                edge.supplier,
                evidence=edge.evidence,
                source=edge.source or None,
                line=edge.line or None,
                relation=edge.relation,
            )
    return result
