"""Pictures of the page for docs/html.md: `python -m tests.page.screenshots` takes them anew, and a person looks at them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.page.cases import ROOT
from tests.page.conftest import SWITCHES, write

FOLDER = ROOT / "docs" / "pictures"
DESKTOP, PHONE, PAPER = {"width": 1000, "height": 860}, {"width": 390, "height": 780}, {"width": 800, "height": 1120}


def main() -> None:
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        english, chinese = Path(folder, "en.html"), Path(folder, "zh.html")
        write(english, "analyze", "examples/mariadb-pool-exhausted", "--lang", "en")
        write(chinese, "analyze", "tests/dumps/java/jdk17-monitor-1.txt", "tests/dumps/java/jdk17-monitor-2.txt", "--lang", "zh_CN")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=SWITCHES)
        take(browser, english, "desktop", DESKTOP)
        take(browser, english, "thread", DESKTOP, anchor="#lwp-17870")
        take(browser, english, "views", DESKTOP, section="#matrix")
        take(browser, chinese, "dark-chinese", DESKTOP, color_scheme="dark")
        take(browser, english, "phone", PHONE)
        take(browser, english, "print", PAPER, media="print")
        browser.close()
    if shutil.which("pngquant"):  # a palette is enough for letters and lines
        subprocess.run(["pngquant", "--force", "--ext", ".png", "--speed", "1", "48", *FOLDER.glob("html-*.png")], check=True)


def take(
    browser: Any, path: Path, name: str, viewport: dict[str, int], anchor: str = "", section: str = "", media: str = "", **more: Any
) -> None:
    tab = browser.new_context(viewport=viewport, reduced_motion="reduce", **more).new_page()
    tab.goto(f"file://{path}{anchor}")
    tab.wait_for_selector("html[data-ready]")
    if anchor:
        tab.wait_for_selector(".panel pre")
    if section:
        for each in ("waits", "matrix", "calls"):
            tab.locator(f"#{each}").scroll_into_view_if_needed()
            tab.wait_for_selector(f"#{each} .view > *")
        tab.locator(section).evaluate("each => each.scrollIntoView()")
    if media:
        tab.emulate_media(media=media)
    tab.wait_for_timeout(300)
    tab.screenshot(path=FOLDER / f"html-{name}.png")


if __name__ == "__main__":
    main()
