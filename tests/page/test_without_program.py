"""What the page says as it is: with JavaScript off, under a policy that lets no script and no style run, and in print."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.page.cases import EVIL

NAMES = ["small", "deadlock", "several", "two-thousand", "hostile", "one-thread", "unnamed"]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("name", NAMES)
def test_every_section_is_readable_without_javascript(show, name, language):
    page = show(name, language, java_script_enabled=False)
    shown = page.tab.locator("main > *:visible").evaluate_all("all => all.map(each => each.id)")
    assert shown[0] == "verdict"
    assert {"findings", "pools", "stacks", "inputs"} <= set(shown)
    assert not {"waits", "matrix", "calls"} & set(shown), "what needs the program is not promised"
    assert page.text("h1")


def test_the_verdict_how_sure_it_is_what_to_do_and_where_come_first(show):
    page = show("small", java_script_enabled=False)
    assert page.text("h1") == "MariaDB thread pool: all 10 workers wait for an InnoDB row lock."
    head = page.text("#verdict")
    for words in (
        "WORKER-EXHAUSTION (likely)",
        "How sure",
        "Do first",
        "Connect through the side door",
        "process 17802",
        "25 threads, 2 snapshots",
    ):
        assert words.lower() in head.lower()
    box = page.tab.locator("#verdict").bounding_box()
    assert box["y"] + box["height"] < 900, "it is seen without scrolling"


def test_the_chain_of_the_cause_is_drawn_and_said(show):
    page = show("small", java_script_enabled=False)
    drawn = page.tab.locator("#cause svg text").evaluate_all("all => all.map(each => each.textContent)")
    assert "10 × an InnoDB row lock" in drawn
    assert "MariaDB thread pool" in drawn
    steps = page.tab.locator("#cause li").all_inner_texts()
    assert steps[0] == "10 threads of MariaDB thread pool (in lock_wait) → waits for → 10 × an InnoDB row lock"
    assert len(steps) == 3, "the chain closes"


def test_every_finding_has_its_proof_and_its_advice(show):
    page = show("small", java_script_enabled=False)
    finding = page.text("#finding-1")
    assert "mariadb-pool-exhausted/snap1.txt:36" in finding
    assert "in lock_wait (thr=thr@entry=0x772bb00173c0)" in finding
    assert "KILL QUERY some of the waiting statements" in finding


def test_a_pool_is_a_bar_with_its_numbers_in_words(show):
    page = show("small", java_script_enabled=False)
    row = page.tab.locator("#pools tr.exhausted")
    assert "MariaDB thread pool" in row.inner_text()
    assert "10 stuck" in row.inner_text()
    assert row.locator("svg.bar").get_attribute("aria-label") == "10 stuck"


def test_the_inputs_say_what_could_not_be_read(show):
    page = show("hostile", java_script_enabled=False)
    unread = page.tab.locator("#inputs details").first
    assert "lines could not be read" in unread.inner_text()
    unread.locator("summary").click()
    assert "not a line of any dump" in unread.inner_text()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_logs_alone_have_a_page_with_their_time_line(show, language):
    page = show("logs", language)
    assert page.tab.locator("#timeline tbody tr").count() > 3
    assert page.tab.locator("#timeline svg.times .moment").count() > 3
    assert page.tab.evaluate("document.scripts.length") == 0, "a page without threads needs no program"


def test_the_time_line_has_every_snapshot_that_is_dated_beside_the_logs(show):
    page = show("dated", java_script_enabled=False)
    tips = page.tab.locator("#timeline .snapshot title").evaluate_all("all => all.map(each => each.textContent)")
    assert [tip for tip in tips if "57949" in tip] == [
        "2024-05-12 11:30:00 process 57949, snapshot 1",
        "2024-05-12 11:35:00 process 57949, snapshot 2",
    ], "long after the episode"
    assert page.tab.locator("#timeline .episode").count() == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere_without_javascript(show, name):
    page = show(name, java_script_enabled=False)
    dead = page.tab.locator("a[href^='#']").evaluate_all(
        "all => all.map(each => each.getAttribute('href')).filter(href => !document.getElementById(href.slice(1)))"
    )
    assert dead == []


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_nothing_of_a_dump_becomes_markup(show, language):
    page = show("hostile", language)
    page.views()
    assert page.tab.title() != "taken"
    assert page.tab.locator("img").count() == 0
    assert page.tab.evaluate("document.scripts.length") == 3
    assert EVIL[:20] in page.tab.locator("#inputs").inner_html().replace("&lt;", "<").replace("&gt;", ">")


def test_no_control_character_reaches_the_page(page_of):
    text = page_of("hostile").read_text(encoding="utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize(
    "policy",
    [
        "sandbox; default-src 'none'; img-src 'self'; style-src 'self'",  # that of Jenkins
        "script-src 'none'",
        "default-src 'self'",
    ],
)
def test_it_is_readable_under_a_policy_that_blocks_inline_scripts(browser: Any, page_of, policy):
    body = page_of("small").read_bytes()
    context = browser.new_context()
    tab = context.new_page()
    headers = {"content-type": "text/html", "content-security-policy": policy}
    tab.route("**/*", lambda route: route.fulfill(body=body, headers=headers))
    tab.goto("http://ci.invalid/report.html")
    assert tab.locator("html[data-ready]").count() == 0
    assert "all 10 workers wait" in tab.locator("h1").inner_text()
    for name in ("cause", "findings", "pools", "stacks", "inputs"):
        assert tab.locator(f"#{name}").is_visible()
    assert tab.locator("#waits").is_hidden()
    assert tab.locator("nav").inner_text().lower().split() == ["findings", "processes", "and", "pools", "stacks", "inputs"]
    assert re.search(r"snap1\.txt:36 .*\n *#5 ", tab.locator(".proof li").first.inner_text())
    context.close()


def test_its_own_policy_lets_nothing_else_in(page_of):
    text = page_of("small").read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "unsafe" not in policy[1]
    assert not re.search(r'(src|href)="(?!#)', text), "nothing is fetched"
    assert not re.search(r'<[^>]+ style="', text), "the policy would take such a style away"


def test_it_prints_as_it_is_read(show):
    page = show("small")
    page.tab.emulate_media(media="print")
    assert page.tab.locator("nav").is_hidden()
    assert page.tab.locator("#waits").is_hidden()
    assert page.tab.locator("#finding-1").is_visible()
    assert len(page.tab.pdf()) > 10_000


@pytest.mark.parametrize(("language", "lang", "words"), [("en", "en", "Findings"), ("zh_CN", "zh-CN", "结论")])
def test_it_speaks_one_language_and_names_it(show, language, lang, words):
    page = show("small", language)
    assert page.tab.locator("html").get_attribute("lang") == lang
    assert words in page.text("nav")
    if language == "zh_CN":
        page.views()
        page.tab.locator(".grid .row").first.click()
        page.tab.wait_for_selector(".panel pre")
        own = page.tab.evaluate(
            "[...document.querySelectorAll('h2, h3, h4, th, dt, button, nav a, .note, label')].map(each => each.textContent)"
        )
        english = [each for each in own if re.search(r"\b[a-z]+( [a-z]+){2}\b", re.sub(r"`[^`]*`|\S+[./_:]\S*", "", each))]
        assert english == []


def test_the_same_case_gives_the_same_page(page_of, tmp_path):
    from tests.page.conftest import write

    again = tmp_path / "again.html"
    write(again, "analyze", "examples/mariadb-pool-exhausted", "--lang", "en")
    other = tmp_path / "other.html"
    write(other, "analyze", "examples/mariadb-pool-exhausted", "--lang", "en")
    assert again.read_bytes() == other.read_bytes()
