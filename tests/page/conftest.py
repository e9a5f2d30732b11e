"""Pages in a real browser: Debian's chromium, driven by Playwright, which downloads none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.page.cases import cases, crowd, pair

ROOT = Path(__file__).resolve().parents[2]
SWITCHES = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
PageOf = Callable[..., Path]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -r tests/page/requirements.txt")
    chromium = os.environ.get("STACKAN_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium here: apt-get install chromium")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield running
        running.close()


@pytest.fixture(scope="session")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> PageOf:
    """The page of a case by its name, in a language; each is written once, by the command as a user calls it."""
    folder = tmp_path_factory.mktemp("pages")
    known = cases(folder)
    known["hundred-thousand"] = []
    known["logs"] = [str(ROOT / "tests" / "dumps" / "dameng")]

    def page_of(name: str, language: str = "en") -> Path:
        path = folder / f"{name}.{language}.html"
        if name == "hundred-thousand" and not known[name]:
            known[name] = pair(folder / name, lambda snapshot: "".join(crowd(100_000, snapshot)))
        if not path.exists():
            write(path, "logs" if name == "logs" else "analyze", *known[name], "--lang", language)
        return path

    return page_of


def write(path: Path, *call: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stackan", *call, "--format", "html", "--exit-zero", "-o", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class Opened:
    """A page that is open, with all that it asked for and complained of."""

    def __init__(self, tab: Any, path: Path) -> None:
        self.tab = tab
        self.path = path
        self.requests: list[str] = []
        self.complaints: list[str] = []
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)

    def go(self, anchor: str = "") -> None:
        self.tab.goto(f"file://{self.path}{anchor}")

    def wait(self) -> None:
        """Until the program runs."""
        self.tab.wait_for_selector("html[data-ready]")

    def view(self, name: str) -> Any:
        """A view of the program, which is made when it comes into sight."""
        self.tab.locator(f"#{name}").scroll_into_view_if_needed()
        self.tab.wait_for_selector(f"#{name} .view > *")
        return self.tab.locator(f"#{name}")

    def views(self) -> None:
        for name in ("waits", "matrix", "calls"):
            self.view(name)

    def text(self, selector: str) -> str:
        words: str = self.tab.locator(selector).first.inner_text()
        return words


Show = Callable[..., Opened]


@pytest.fixture
def show(browser: Any, page_of: PageOf) -> Iterator[Show]:
    """Open a page; at the end it must have asked for nothing but itself, and complained of nothing."""
    opened: list[Opened] = []
    contexts = []

    def show(name: str, language: str = "en", anchor: str = "", **settings: Any) -> Opened:
        settings.setdefault("viewport", {"width": 1200, "height": 900})
        contexts.append(browser.new_context(**settings))
        page = Opened(contexts[-1].new_page(), page_of(name, language))
        opened.append(page)
        page.go(anchor)
        if settings.get("java_script_enabled", True) and name != "logs":  # which need no program
            page.wait()
        return page

    yield show
    wrong = [(page.path.name, page.complaints) for page in opened if page.complaints]
    asked = [url.partition("#")[0] for page in opened for url in page.requests if url.partition("#")[0] != f"file://{page.path}"]
    for context in contexts:
        context.close()
    assert (wrong, asked) == ([], [])


@pytest.fixture
def run_stackan() -> Callable[..., str]:
    def run(*call: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "stackan", *call], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        ).stdout

    return run
