"""The reduced graph, and what else stands still → findings with their proof → verdicts."""

from stackan.diagnose.findings import find
from stackan.diagnose.headline import headline
from stackan.diagnose.verdict import judge_case, judge_processes

__all__ = ["find", "headline", "judge_case", "judge_processes"]
