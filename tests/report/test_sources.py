"""What inputs are called in a report: short, and never two of them the same."""

from __future__ import annotations

import stackan
from stackan.model.case import Case
from stackan.parsing import parse_all
from stackan.report.explain import explain
from stackan.report.text import render


def analyze(text: bytes, *names: str) -> stackan.Analysis:
    return stackan.analyze(Case([dump for name in names for dump in parse_all(text, name)]))


def shown(analysis: stackan.Analysis) -> str:
    """What the report says of a process's snapshots."""
    text = " ".join(line.strip() for line in render(analysis))
    return text.partition("snapshots: ")[2].partition(" 25 threads")[0]


def test_two_parts_of_a_path_are_shown(example):
    text = (example / "snap1.txt").read_bytes()
    assert shown(analyze(text, "case/node1/t1/x.txt", "case/node1/t2/x.txt")) == "t1/x.txt, t2/x.txt"


def test_inputs_that_end_alike_are_shown_as_far_as_they_differ(example):
    text = (example / "snap1.txt").read_bytes()
    names = "a.zip!case/bt/t1/x.txt", "a.zip!case/full/t1/x.txt", "a.zip!case/full/t2/x.txt"
    analysis = analyze(text, *names)
    assert shown(analysis) == "bt/t1/x.txt, t2/x.txt, full/t1/x.txt"  # the second may be a copy
    report = "\n".join(render(analysis))
    assert "proof    bt/t1/x.txt:" in report
    assert "   snapshot 1: bt/t1/x.txt, line" in "\n".join(explain(analysis, 17870))


def test_a_name_that_ends_another_one_is_shown_whole(example):
    text = (example / "snap1.txt").read_bytes()
    assert shown(analyze(text, "t1/x.txt", "full/t1/x.txt")) == "full/t1/x.txt, t1/x.txt"
