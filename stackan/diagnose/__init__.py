"""The reduced graph, and the other threads that stand still → findings with their proof → verdicts; no sentences."""

from stackan.diagnose.findings import find
from stackan.diagnose.headline import headline
from stackan.diagnose.similar import group_equal_findings, group_stuck_stacks
from stackan.diagnose.verdict import judge_case, judge_processes, judge_with_unseen

__all__ = ["find", "group_equal_findings", "group_stuck_stacks", "headline", "judge_case", "judge_processes", "judge_with_unseen"]
