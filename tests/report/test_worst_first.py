"""Where a report names some processes of many, those in trouble are among them, wherever they stand in the case."""

from __future__ import annotations

import io
import re

import pytest

import stackan
from stackan.model.case import Case
from stackan.parsing import parse_all
from stackan.report.html import page
from stackan.report.markdown import report
from stackan.report.page import Page
from tests.placing.clusters import another_process

IDLE = 13  # one more than the verdict names


@pytest.fixture(scope="module")
def analysis(example, root) -> stackan.Analysis:
    """Of 14 nodes the last one has no free worker."""
    stuck = [(example / f"snap{at}.txt").read_bytes() for at in (1, 2)]
    idle = [(root / "tests" / "dumps" / "mariadb" / f"idle.{at}.gdb.txt").read_bytes() for at in (1, 2)]
    dumps = []
    for node in range(1, IDLE + 2):
        for at, text in enumerate(another_process(*(idle if node <= IDLE else stuck), seed=node), 1):
            dumps += parse_all(text, f"node{node:02}/round{at}/pstack_dnode_{node}000.log")
    found = stackan.analyze(Case(dumps))
    assert found.verdicts[:IDLE] == ("idle",) * IDLE
    return found


def test_the_page_names_the_process_in_trouble_first_and_says_which_it_is(analysis: stackan.Analysis) -> None:
    stream = io.StringIO()
    page.write(analysis, stream)
    text = stream.getvalue()
    sick = analysis.processes[-1].id
    first = re.sub(r"<[^>]*>", "", re.findall(r"<li>(.*?)</li>", text)[0])
    assert first.startswith(f"process {sick} ") and "– worker-exhaustion, " in first
    assert f"– {sick}, " in text.partition("</title>")[0]


def test_a_ticket_has_the_pools_and_the_inputs_of_the_process_in_trouble_first(analysis: stackan.Analysis) -> None:
    stream = io.StringIO()
    report.write(analysis, stream, Page("en", whole=True))
    rows = [line for line in stream.getvalue().splitlines() if line.startswith("| ") and not line.startswith(("| process", "|---"))]
    pools = [row for row in rows if "`" not in row]
    sick = analysis.processes[-1].id
    assert pools[0].startswith(f"| {sick} |") and "EXHAUSTED" in pools[0]
    assert next(row for row in rows if "`" in row).startswith(f"| {sick} |")
