"""Waits, holders and pools → AND/OR wait-for graph → reduction → findings with their proof."""

from stackan.graph.build import build
from stackan.graph.findings import find
from stackan.graph.pools import find_pools
from stackan.graph.verdict import judge_case, judge_process

__all__ = ["build", "find", "find_pools", "judge_case", "judge_process"]
