"""The page for those who use no mouse, see no colors, or have it read to them."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ["small", "deadlock", "several", "two-thousand", "hostile", "one-thread", "unnamed"]


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("no axe-core: run `npm ci` in web/")
    return AXE.read_text(encoding="utf-8")


def violations(page, axe: str) -> list[str]:
    page.tab.evaluate(axe)
    found = page.tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(show, axe, name, scheme):
    page = show(name, color_scheme=scheme, reduced_motion="reduce")
    page.views()
    page.tab.wait_for_timeout(200)
    assert violations(page, axe) == []
    page.tab.locator(".grid .row").first.click()
    page.tab.wait_for_selector(".panel h2")
    page.tab.wait_for_timeout(200)
    assert violations(page, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_page_of_logs(show, axe, scheme):
    assert violations(show("logs", color_scheme=scheme), axe) == []


def test_axe_finds_nothing_in_chinese_on_a_phone(show, axe):
    page = show("small", "zh_CN", viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    page.views()
    assert violations(page, axe) == []


def test_the_first_key_leads_past_the_list_of_sections(show):
    page = show("small")
    page.tab.keyboard.press("Tab")
    assert page.tab.evaluate("document.activeElement.className") == "skip"
    page.tab.keyboard.press("Enter")
    assert page.tab.url.endswith("#findings")


def test_every_color_has_a_letter_or_a_word_beside_it(show):
    page = show("small")
    page.view("matrix")
    cells = page.tab.locator(".row .cell").evaluate_all("all => all.map(each => [each.textContent, each.getAttribute('aria-label')])")
    assert cells
    assert all(letter and words for letter, words in cells)


@pytest.mark.parametrize("name", ["small", "several", "hostile"])
def test_nothing_is_wider_than_a_phone(show, name):
    page = show(name, viewport={"width": 390, "height": 800})
    page.views()
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= 390
