"""The reduction against its definition, written down plainly, on every small graph that hypothesis thinks of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain, combinations
from typing import Any, NamedTuple

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackan import backend
from stackan.graph.reduce import causes, components, reduce_plainly, shortest_cycle, unreleased
from stackan.model.waitgraph import WAITS_FOR, Edge

MOST = 7  # nodes: all subsets of them are tried


class Graph(NamedTuple):
    needs: list[int]
    successors: list[list[int]]


@st.composite
def graphs(draw: st.DrawFn, satisfiable: bool = True) -> Graph:
    """Active nodes, OR, AND and k-of-n waits, with self loops and with edges that stand twice.

    No node of a wait-for graph needs more than it has successors; with `satisfiable=False` some may.
    """
    size = draw(st.integers(0, MOST))
    needs: list[int] = []
    successors: list[list[int]] = []
    for _ in range(size):
        targets = draw(st.lists(st.integers(0, size - 1), max_size=4))
        successors.append(targets)
        needs.append(draw(st.integers(0, len(targets) + (0 if satisfiable else 2))))
    return Graph(needs, successors)


def subsets(nodes: Collection[int]) -> chain[tuple[int, ...]]:
    """All subsets, the largest first."""
    ordered = sorted(nodes)
    return chain.from_iterable(combinations(ordered, size) for size in range(len(ordered), -1, -1))


def is_released(graph: Graph, node: int, still_held: Collection[int]) -> bool:
    """Whether a node can go on when everything but `still_held` has."""
    return sum(supplier not in still_held for supplier in graph.successors[node]) >= graph.needs[node]


def deadlocked_by_definition(graph: Graph, among: Collection[int] | None = None) -> set[int]:
    """The largest set of which no node can be released when everything outside of it is."""
    nodes = range(len(graph.needs)) if among is None else among
    return next(set(held) for held in subsets(nodes) if not any(is_released(graph, node, held) for node in held))


def deadlocked_by_scanning(graph: Graph, order: Sequence[int]) -> set[int]:
    """Release one node after the other, scanning from the start again after each."""
    held = set(order)
    while True:
        free = next((node for node in order if node in held and is_released(graph, node, held)), None)
        if free is None:
            return held
        held.discard(free)


def as_networkx(graph: Graph, nodes: Collection[int] | None = None) -> networkx.DiGraph:
    result = networkx.DiGraph()
    result.add_nodes_from(range(len(graph.needs)) if nodes is None else nodes)
    result.add_edges_from(
        (node, other) for node, others in enumerate(graph.successors) for other in others if node in result and other in result
    )
    return result


# -- natively


@settings(max_examples=1000)
@given(graphs(satisfiable=False), st.integers(1, 40))
def test_native_code_finds_the_same_causes_and_cycles(graph: Graph, copies: int) -> None:
    """The same graph, many times side by side, as of many processes."""
    reducer = backend.reducer()
    if reducer is None:
        pytest.skip("the native part is not in use")
    size = len(graph.needs)
    needs = graph.needs * copies
    out = [
        [Edge(at * size + node, at * size + other, "", "", 0, WAITS_FOR) for other in graph.successors[node]]
        for at in range(copies)
        for node in range(size)
    ]
    held, causes = reducer(needs, out)
    plain_held, plain_causes = reduce_plainly(needs, out)
    assert (held, causes) == (sorted(plain_held), plain_causes)


@settings(max_examples=200)
@given(st.data())
def test_native_code_finds_the_same_cycles_in_larger_graphs(data: st.DataObject) -> None:
    reducer = backend.reducer()
    if reducer is None:
        pytest.skip("the native part is not in use")
    size = data.draw(st.integers(8, 60))
    random = data.draw(st.randoms(use_true_random=False))
    out = [[Edge(node, random.randrange(size), "", "", 0, WAITS_FOR) for _ in range(random.randrange(4))] for node in range(size)]
    needs = [random.randint(0, len(edges)) for edges in out]
    held, causes = reducer(needs, out)
    plain_held, plain_causes = reduce_plainly(needs, out)
    assert (held, causes) == (sorted(plain_held), plain_causes)


@pytest.mark.parametrize(
    ("needs", "out"),
    [
        ([1], []),
        ([], [[]]),
        ([1], [[(0, 1)]]),
        ([1], [[(0, -1)]]),
        ([1], [[(0,)]]),
        ([1], [[0]]),
        ([1], [(0, 0)]),
        (["1"], [[]]),
        ([2**40], [[]]),
    ],
)
def test_native_code_refuses_what_is_no_graph(needs: list[Any], out: list[Any]) -> None:
    reducer = backend.reducer()
    if reducer is None:
        pytest.skip("the native part is not in use")
    with pytest.raises((ValueError, TypeError, IndexError, OverflowError)):
        reducer(needs, out)


# -- unreleased


@settings(deadline=None)
@given(graphs(satisfiable=False))
def test_what_stays_is_the_largest_set_that_cannot_be_released(graph: Graph) -> None:
    assert unreleased(graph.needs, graph.successors) == deadlocked_by_definition(graph)


@settings(deadline=None)
@given(graphs(satisfiable=False), st.data())
def test_what_stays_does_not_depend_on_the_order_of_releases(graph: Graph, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(graph.needs))))

    assert unreleased(graph.needs, graph.successors) == deadlocked_by_scanning(graph, order)


@settings(deadline=None)
@given(graphs(satisfiable=False), st.data())
def test_a_reduction_among_some_takes_all_others_as_released(graph: Graph, data: st.DataObject) -> None:
    among = data.draw(st.sets(st.integers(0, MOST - 1).filter(lambda node: node < len(graph.needs)))) if graph.needs else set()

    assert unreleased(graph.needs, graph.successors, among) == deadlocked_by_definition(graph, among)


@settings(deadline=None)
@given(graphs(), st.data())
def test_another_supplier_of_an_or_wait_never_holds_anybody(graph: Graph, data: st.DataObject) -> None:
    """Why the suppliers of an OR wait have to be a superset of the true ones: more of them only release more."""
    alternatives = [node for node, need in enumerate(graph.needs) if need == 1]
    if not alternatives:
        return
    node = data.draw(st.sampled_from(alternatives))
    more = [list(others) for others in graph.successors]
    more[node].append(data.draw(st.integers(0, len(graph.needs) - 1)))

    assert unreleased(graph.needs, more) <= unreleased(graph.needs, graph.successors)


# -- components


@settings(deadline=None)
@given(graphs(), st.data())
def test_components_are_those_of_networkx(graph: Graph, data: st.DataObject) -> None:
    nodes = data.draw(st.sets(st.sampled_from(range(len(graph.needs))))) if graph.needs else set()

    found = components(nodes, graph.successors)

    assert sorted(found) == sorted(sorted(component) for component in networkx.strongly_connected_components(as_networkx(graph, nodes)))


@settings(deadline=None)
@given(graphs())
def test_suppliers_stand_before_those_who_wait_for_them(graph: Graph) -> None:
    found = components(range(len(graph.needs)), graph.successors)

    place = {node: at for at, component in enumerate(found) for node in component}
    assert all(place[other] <= place[node] for node, others in enumerate(graph.successors) for other in others)


# -- causes


@settings(deadline=None)
@given(graphs())
def test_a_cause_is_a_component_that_stays_held_with_all_outside_released(graph: Graph) -> None:
    held = unreleased(graph.needs, graph.successors)

    expected = [
        sorted(component)
        for component in networkx.strongly_connected_components(as_networkx(graph, held))
        if deadlocked_by_definition(graph, component)
    ]
    assert sorted(causes(graph.needs, graph.successors, held)) == sorted(expected)


@settings(deadline=None)
@given(graphs())
def test_whoever_is_held_waits_for_a_cause_or_is_in_one(graph: Graph) -> None:
    held = unreleased(graph.needs, graph.successors)
    in_causes = {node for component in causes(graph.needs, graph.successors, held) for node in component}

    among_held = as_networkx(graph, held)
    assert in_causes <= held
    assert all(in_causes & ({node} | networkx.descendants(among_held, node)) for node in held)


# -- shortest cycles


def shortest_by_networkx(graph: networkx.DiGraph) -> int:
    back = dict(networkx.all_pairs_shortest_path_length(graph))
    return min(1 + back[supplier][waiter] for waiter, supplier in graph.edges if waiter in back[supplier])


@settings(deadline=None)
@given(graphs())
def test_the_proof_of_a_component_is_one_of_its_shortest_cycles(graph: Graph) -> None:
    for component in components(range(len(graph.needs)), graph.successors):
        if len(component) == 1 and component[0] not in graph.successors[component[0]]:
            continue

        cycle = shortest_cycle(component, graph.successors)

        inside = as_networkx(graph, component)
        assert len(cycle) == shortest_by_networkx(inside)
        assert len(set(cycle)) == len(cycle)
        assert all(inside.has_edge(node, cycle[(at + 1) % len(cycle)]) for at, node in enumerate(cycle))
        assert cycle[0] == min(cycle)


def test_a_node_that_waits_for_itself_is_a_cycle_of_one() -> None:
    assert shortest_cycle([0], [[0]]) == [0]
    assert shortest_cycle([0, 1, 2], [[1], [2, 1], [0]]) == [1]
    assert shortest_cycle([0, 1], [[1], [0, 1]]) == [1], "shorter than the cycle of two, although that has the smaller node"


def test_a_shorter_cycle_away_from_the_smallest_node_is_preferred() -> None:
    assert shortest_cycle([0, 1, 2, 3], [[1], [2], [3, 1], [0]]) == [1, 2]


def test_one_root_is_enough_in_a_huge_component() -> None:
    size = 200_000
    ring = [[(node + 1) % size] for node in range(size)]

    assert shortest_cycle(range(size), ring) == list(range(size))


# -- examples with names


class Waits:
    """Says who waits for whom, by name."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.needs: list[int] = []
        self.successors: list[list[int]] = []

    def node(self, name: str) -> int:
        if name not in self.names:
            self.names.append(name)
            self.needs.append(0)
            self.successors.append([])
        return self.names.index(name)

    def all_of(self, waiter: str, *suppliers: str) -> None:
        self.k_of(len(suppliers), waiter, *suppliers)

    def any_of(self, waiter: str, *suppliers: str) -> None:
        self.k_of(1, waiter, *suppliers)

    def k_of(self, need: int, waiter: str, *suppliers: str) -> None:
        node = self.node(waiter)
        self.successors[node] = [self.node(supplier) for supplier in suppliers]
        self.needs[node] = need

    def held(self) -> set[str]:
        return {self.names[node] for node in unreleased(self.needs, self.successors)}

    def causes(self) -> list[set[str]]:
        return [
            {self.names[node] for node in component}
            for component in causes(self.needs, self.successors, unreleased(self.needs, self.successors))
        ]


def test_two_threads_with_two_locks_are_the_cause_and_who_waits_behind_is_none() -> None:
    waits = Waits()
    waits.all_of("clerk", "lock B")
    waits.all_of("lock B", "teller")
    waits.all_of("teller", "lock A")
    waits.all_of("lock A", "clerk")
    waits.all_of("audit", "lock A")
    waits.all_of("report", "audit")

    assert waits.held() == {"clerk", "teller", "lock A", "lock B", "audit", "report"}
    assert waits.causes() == [{"clerk", "teller", "lock A", "lock B"}]


def test_one_active_supplier_frees_an_or_wait_and_all_behind_it() -> None:
    waits = Waits()
    waits.any_of("reader", "feeder 1", "feeder 2")
    waits.all_of("feeder 1", "reader")
    waits.all_of("behind", "reader")
    waits.node("feeder 2")

    assert waits.held() == set()


def test_two_locked_threads_hold_an_or_wait_only_together() -> None:
    waits = Waits()
    waits.all_of("left", "left")
    waits.all_of("right", "right")
    waits.any_of("either", "left", "right")

    assert waits.held() == {"left", "right", "either"}
    assert waits.causes() == [{"left"}, {"right"}]


def test_a_pool_whose_workers_all_wait_for_it_is_a_cause() -> None:
    waits = Waits()
    waits.any_of("pool", "worker 1", "worker 2", "worker 3")
    for worker in ("worker 1", "worker 2", "worker 3"):
        waits.any_of(worker, "task result")
    waits.any_of("task result", "pool")
    waits.all_of("client", "task result")

    assert waits.causes() == [{"pool", "task result", "worker 1", "worker 2", "worker 3"}]
    assert waits.held() == {"pool", "task result", "worker 1", "worker 2", "worker 3", "client"}


def test_one_free_worker_frees_the_pool() -> None:
    waits = Waits()
    waits.any_of("pool", "worker 1", "worker 2", "worker 3")
    for worker in ("worker 1", "worker 2"):
        waits.any_of(worker, "task result")
    waits.any_of("task result", "pool")

    assert waits.held() == set()


def test_a_pool_behind_a_deadlock_is_no_cause_of_its_own() -> None:
    waits = Waits()
    waits.any_of("pool", "worker 1", "worker 2", "worker 3")
    waits.all_of("worker 1", "worker 2")
    waits.all_of("worker 2", "worker 1")
    waits.any_of("worker 3", "pool")

    assert waits.held() == {"pool", "worker 1", "worker 2", "worker 3"}
    assert waits.causes() == [{"worker 1", "worker 2"}]


def test_a_writer_waits_for_all_readers_so_one_reader_in_the_cycle_is_enough() -> None:
    waits = Waits()
    waits.all_of("writer", "catalog")
    waits.all_of("catalog", "reader 1", "reader 2")
    waits.all_of("reader 1", "statistics")
    waits.all_of("statistics", "writer")
    waits.node("reader 2")

    assert waits.causes() == [{"writer", "catalog", "reader 1", "statistics"}]


def test_a_semaphore_of_three_units_frees_who_needs_two_when_one_holder_is_stuck() -> None:
    waits = Waits()
    waits.all_of("stuck", "stuck")
    waits.k_of(2, "two units", "stuck", "busy 1", "busy 2")
    waits.k_of(3, "three units", "stuck", "busy 1", "busy 2")
    waits.node("busy 1")
    waits.node("busy 2")

    assert waits.held() == {"stuck", "three units"}
    assert waits.causes() == [{"stuck"}]


def test_two_independent_deadlocks_are_two_causes() -> None:
    waits = Waits()
    for one, other in (("a", "b"), ("c", "d")):
        waits.all_of(one, other)
        waits.all_of(other, one)
    waits.all_of("victim of both", "a", "c")

    assert waits.causes() == [{"a", "b"}, {"c", "d"}]


def test_a_cause_may_wait_for_another_cause() -> None:
    waits = Waits()
    waits.all_of("a", "b", "c")
    waits.all_of("b", "a")
    waits.all_of("c", "d")
    waits.all_of("d", "c")

    assert waits.causes() == [{"c", "d"}, {"a", "b"}]


def test_a_thread_that_waits_for_itself_is_a_cause_of_one() -> None:
    waits = Waits()
    waits.all_of("handler", "handler")

    assert waits.causes() == [{"handler"}]


# -- size


CHAIN = 200_000


def test_a_long_chain_behind_an_active_node_is_released_to_its_end() -> None:
    successors = [[node + 1] for node in range(CHAIN)] + [[]]

    assert unreleased([1] * CHAIN + [0], successors) == set()


def test_a_long_chain_behind_a_deadlock_is_held_to_its_end_and_has_one_cause() -> None:
    needs = [1] * CHAIN
    successors = [[node + 1] for node in range(CHAIN - 1)] + [[CHAIN - 1]]

    held = unreleased(needs, successors)

    assert held == set(range(CHAIN))
    assert causes(needs, successors, held) == [[CHAIN - 1]]
    assert len(components(held, successors)) == CHAIN


def test_a_resource_with_very_many_waiters_and_holders_is_reduced() -> None:
    """One class node between waiters and suppliers: 400 000 edges instead of 40 000 000 000."""
    waiters = range(1, CHAIN + 1)
    needs = [1] + [1] * CHAIN + [0]
    successors = [[*waiters, CHAIN + 1]] + [[0] for _ in waiters] + [[]]

    assert unreleased(needs, successors) == set()
    assert len(unreleased(needs, [list(waiters), *successors[1:]])) == CHAIN + 1
