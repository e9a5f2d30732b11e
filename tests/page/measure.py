"""The table of docs/html.md: `python -m tests.page.measure` measures it anew, on a machine that has nothing else to do."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.page.cases import ROOT, crowd, pair
from tests.page.conftest import SWITCHES, Opened, write

TIMES = 5  # each page is opened, of which the table has the median
HEAD = "| | 25 threads | 2,000 threads | 100,000 threads |\n|---|---|---|---|"
ROWS = ("dumps", "page", "first painted", "all views ready", "search through all frames", "a frame of scrolling, median")
# Each in milliseconds, by the browser's own clock.
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
SEARCHED = """async () => {
    const input = document.querySelector("#matrix input[type=search]"), before = performance.now();
    input.value = "lock";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    while (!document.querySelector("#matrix .row mark")) await new Promise(requestAnimationFrame);
    return performance.now() - before;
}"""
SCROLLED = """async () => {
    const grid = document.querySelector("#matrix .grid"), times = [];
    let last = performance.now();
    for (let at = 0; at < 60; at++) {
        grid.scrollTop = (grid.scrollHeight / 60) * at;
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - last);
        last = performance.now();
    }
    return times.sort((one, other) => one - other)[30];
}"""


def main() -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=SWITCHES)
        columns = [
            measured(browser, folder, str(ROOT / "examples" / "mariadb-pool-exhausted")),
            *(measured(browser, folder, *pair(folder / str(threads), snapshots_of(threads))) for threads in (2_000, 100_000)),
        ]
        print(f"Chromium {browser.version}")
        browser.close()
    print(table(columns))


def snapshots_of(threads: int) -> Callable[[int], str]:
    return lambda snapshot: "".join(crowd(threads, snapshot))


def measured(browser: Any, folder: Path, dumps: str) -> list[str]:
    """A column of the table."""
    path = folder / "page.html"
    write(path, "analyze", dumps)
    opened = [times_of(browser, path) for _ in range(TIMES)]
    size = sum(each.stat().st_size for each in Path(dumps).glob("snap*.txt"))
    painted, ready, searched, scrolled = (statistics.median(column) for column in zip(*opened))
    return [bytes_as_words(size), bytes_as_words(path.stat().st_size), *map(time_as_words, (painted, ready, searched, scrolled))]


def times_of(browser: Any, path: Path) -> list[float]:
    """Until the first is painted, until all views are there, of a search, and of a frame while it scrolls."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = Opened(context.new_page(), path)
    page.go()
    page.wait()
    page.views()
    ready = page.tab.evaluate("performance.now()")
    times = [page.tab.evaluate(PAINTED), ready, page.tab.evaluate(SEARCHED)]
    page.tab.locator("#matrix input[type=search]").fill("")
    times.append(page.tab.evaluate(SCROLLED))
    context.close()
    return times


def bytes_as_words(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} KB"


def time_as_words(milliseconds: float) -> str:
    return f"{milliseconds / 1e3:.1f} s" if milliseconds >= 100 else f"{milliseconds:.0f} ms"


def table(columns: list[list[str]]) -> str:
    """As docs/html.md has it."""
    lines = [f"| {' | '.join(line)} |" for line in zip(ROWS, *columns)]
    return "\n".join([HEAD, *lines])


if __name__ == "__main__":
    main()
