"""Waits, holders and pools → AND/OR wait-for graph → reduction."""

from stackan.graph.build import build
from stackan.graph.dams import find_dams
from stackan.graph.pools import find_pools
from stackan.graph.reduce import reduce

__all__ = ["build", "find_dams", "find_pools", "reduce"]
