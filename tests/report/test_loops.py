"""A loop of pools over two nodes: who waits for whom is a list, and what is idle beside it takes a line."""

from __future__ import annotations

import pytest

import stackan
from stackan.report.page import Page
from stackan.report.text import render


@pytest.fixture(scope="module")
def analysis(root) -> stackan.Analysis:
    return stackan.analyze(stackan.load(root / "tests" / "dumps" / "dolphindb" / "loop.tar.gz"))


@pytest.fixture(scope="module")
def lines(analysis) -> list[str]:
    return list(render(analysis, Page(width=110)))


def test_each_link_has_a_line_with_names_as_short_as_they_stay_clear(lines):
    assert [line for line in lines if " -> " in line] == [
        "      8 workers: 23984: level 0 -> level 1, for subtasks of level 1",
        "      7 workers: 23984: level 1 -> 37132: level 0 or level 1, for work on another node",
        "      8 workers: 37132: level 0 -> level 1, for subtasks of level 1",
        "      7 workers: 37132: level 1 -> 23984: level 0 or level 1, for work on another node",
    ]


def test_the_document_tells_the_links_in_whole_sentences(analysis):
    (finding,) = [finding for finding in analysis.to_dict()["findings"] if finding["kind"] == "worker-exhaustion"]
    assert "8 workers of DolphinDB level 0 (ZeroWorker) (10.20.3.11/23984) wait for subtasks of level 1" in finding["explanation"]
    assert " -> " not in finding["explanation"]


def test_a_stack_of_several_processes_is_headed_by_the_wait_and_not_by_the_loop_of_its_pool(lines):
    (head,) = [line for line in lines if line.startswith("S1. ")]
    assert head == "S1. 16 threads of DolphinDB level 0 (ZeroWorker) in both data nodes stuck in CountDownLatch::wait"


def test_an_idle_process_beside_one_in_trouble_takes_one_line(lines):
    assert lines[-1] == "process 10.20.3.11/3874 (controller, dolphindb): idle (50 threads: 50 idle)"
    assert lines[-2] == ""


def test_findings_are_numbered_as_they_are_shown(root):
    analysis = stackan.analyze(stackan.load(root / "tests" / "dumps" / "dolphindb" / "metadata-stall.tar.gz"))
    assert any(len(same) > 1 for same in analysis.alike[:-1]), "several are shown as one"
    numbers = [line.partition(".")[0] for line in render(analysis) if line[:1].isdigit() and line.partition(".")[0].isdigit()]
    assert numbers == [str(at) for at in range(1, len(analysis.alike) + 1)]
