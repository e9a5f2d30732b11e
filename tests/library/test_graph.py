"""The wait-for graph is taken by every writer of networkx as it is."""

from __future__ import annotations

import io

import networkx
import pytest

import stackan


@pytest.mark.parametrize("write", [networkx.write_graphml, networkx.write_gexf, networkx.write_gml])
def test_the_graph_can_be_written_as_it_is(analysis, write):
    write(analysis.graph, io.BytesIO())


def test_graphml_gives_the_same_graph_back(analysis):
    file = io.BytesIO()
    networkx.write_graphml(analysis.graph, file)
    file.seek(0)
    again = networkx.read_graphml(file, node_type=int, force_multigraph=True)
    assert dict(again.nodes(data=True)) == dict(analysis.graph.nodes(data=True))
    assert sorted(again.edges(data="relation")) == sorted(analysis.graph.edges(data="relation"))


def test_every_attribute_is_a_plain_scalar(analysis):
    nodes, edges = analysis.graph.nodes(data=True), analysis.graph.edges(data=True)
    values = [value for *_, data in [*nodes, *edges] for value in data.values()]
    assert values
    assert {type(value) for value in values} <= {str, int}


def test_what_is_not_known_of_a_node_reads_as_none_and_a_mistyped_name_is_an_error(exhausted):
    nodes = exhausted.graph.nodes
    lock = next(node for node, data in nodes(data=True) if data["kind"] == "resource")
    assert nodes[lock]["lwp"] is None
    assert "lwp" not in nodes[lock]
    with pytest.raises(KeyError):
        nodes[lock]["lpw"]


def test_names_with_control_characters_can_be_written_too():
    """XML has no way to write them; networkx would write a file that no one can read."""
    wait = "#0  0x01 in __lll_lock_wait (futex=0x77, private=0) at lowlevellock.c:52\n#1  0x02 in pthread_mutex_lock (mutex=0x77)\n"
    threads = [f'Thread {lwp} (Thread 0x7f{lwp} (LWP {lwp}) "w\x01\x1b[m"):\n{wait}#2  0x03 in w\x02ork ()\n\n' for lwp in (11, 12)]
    dumps = [stackan.parse("".join(threads).encode()) for _ in range(2)]
    case = stackan.Case(dumps, given_order=True)
    graph = stackan.analyze(case).graph
    file = io.BytesIO()
    networkx.write_graphml(graph, file)
    file.seek(0)
    assert len(networkx.read_graphml(file)) == len(graph) > 0
