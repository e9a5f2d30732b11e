"""The report as Markdown: what a ticket shows of it, and that nothing from a dump is a mark, a mention or a link there."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import stackan
from stackan.report.markdown.marking import block, code, plain
from stackan.report.markdown.report import render, write
from stackan.report.page import Page
from tests.dumping import START, analyze, app, dump, lock_guard, mutex, parked, thread

READER = MarkdownIt("commonmark", {"html": True}).enable("table")
MAIN = thread(4100, "srv", parked("Quiet::loop"))
EVIL = "<script>alert(1)</script> [x](http://evil) `a` @octocat #12 | **b** <!-- "


@pytest.fixture(scope="module")
def lines(example) -> list[str]:  # type: ignore[no-untyped-def]
    return list(render(stackan.analyze(stackan.load(example)), Page(whole=True)))


def test_verdict_cause_findings_pools_and_inputs_stand_in_this_order(lines: list[str]) -> None:
    marks = [
        "## WORKER-EXHAUSTION",
        "**MariaDB thread pool: all 10",
        "```mermaid",
        "### 1",
        "```text",
        "1. ",
        "| 17802 | MariaDB thread pool",
    ]
    places = [next(at for at, line in enumerate(lines) if line.startswith(mark)) for mark in (*marks, "| 17802 | `mariadb-pool")]
    assert places == sorted(places)
    assert any("snap1.txt:36  (10 threads, both snapshots)" in line for line in lines)


def test_the_drawing_is_a_flowchart_of_the_chain(lines: list[str]) -> None:
    start = lines.index("```mermaid")
    chart = lines[start + 1 : lines.index("```", start)]
    assert chart[0] == "flowchart LR"
    assert sum("-->" in line or "-.->" in line for line in chart) == 3


def test_all_but_the_gravest_findings_is_folded_and_every_fold_is_closed(lines: list[str]) -> None:
    assert sum(line.startswith("<details>") for line in lines) == sum(line == "</details>" for line in lines) >= 2


@pytest.mark.parametrize(
    "evil", [EVIL, "1. no list", "- no list", "# no head", "> no quote", "a://b", "GH-7 @x", "std::lock::take", "``` fence"]
)
def test_text_of_a_dump_is_shown_and_is_nothing_else(evil: str) -> None:
    tokens = READER.parse(plain(evil))
    within = [child for token in tokens for child in token.children or ()]
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in within} == {"text"}
    shown = "".join(child.content for child in within)
    assert shown.replace("\N{WORD JOINER}", "") == evil.strip()
    assert not re.search(r"(?<!\N{WORD JOINER})(@\w|#\d|\w://|:[a-z]+:)", shown)


@given(st.text(alphabet="`ab |\\"))
def test_code_holds_any_backticks(text: str) -> None:
    (token,) = [child for each in READER.parse(f"x {code(text)} y") for child in each.children or () if child.type == "code_inline"][
        :1
    ] or [None]
    assert token is None or token.content.strip() == text.strip()


@given(st.lists(st.text(alphabet="`~ab\n"), min_size=1))
def test_a_block_ends_where_it_should(texts: list[str]) -> None:
    tokens = READER.parse("\n".join([*block(texts), "behind"]))
    assert [token.type for token in tokens][:2] == ["fence", "paragraph_open"]


def test_a_hostile_function_is_no_markup_in_the_report() -> None:
    name = "run<script>"
    text = dump(MAIN, thread(4301, "<img src=x>", mutex(0x55813000), app(name), START), full=True)
    rendered = READER.render("\n".join(render(analyze(text, text), Page(whole=True))))
    assert "<script>" not in rendered and "<img" not in rendered


def test_a_case_of_many_findings_is_no_longer_than_a_ticket_may_be() -> None:
    pairs = [
        thread(
            4300 + at,
            "w" * 15,
            mutex(0x55813000 + 64 * (at ^ 1)),
            app(f"post_{at}_" + "x" * 300, locals=(f"g = {lock_guard(0x55813000 + 64 * at)}",)),
            START,
        )
        for at in range(400)
    ]
    stream = io.StringIO()
    text = dump(MAIN, *pairs, full=True)
    write(analyze(text, text), stream)
    report = stream.getvalue()
    assert len(report) < 65_536
    assert max(map(len, report.splitlines())) <= 4_100
    assert "more finding" in report or "longer than a ticket" in report


def test_it_speaks_chinese(example) -> None:  # type: ignore[no-untyped-def]
    report = "\n".join(render(stackan.analyze(stackan.load(example)), Page("zh_CN", whole=True)))
    assert "线程池" in report and "waits for" not in report
