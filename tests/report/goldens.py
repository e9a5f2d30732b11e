"""Ten cases as a terminal shows them, in both languages, 80 and 140 columns wide.

`python tests/report/goldens.py` writes them anew; a person reads what has changed before it is committed.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).resolve().parent / "golden"
WIDTHS = (80, 140)
LANGUAGES = ("en", "zh_CN")
CASES: dict[str, list[str]] = {
    "mariadb-pool-exhausted": ["examples/mariadb-pool-exhausted"],
    "mariadb-idle": ["tests/dumps/mariadb"],
    "postgres-waiting": ["tests/dumps/postgres/waiting.1.gdb.txt", "tests/dumps/postgres/waiting.2.gdb.txt"],
    "java-deadlock": ["tests/dumps/java/jdk17-monitor-1.txt", "tests/dumps/java/jdk17-monitor-2.txt"],
    "java-convoy": ["tests/dumps/java/jdk17-convoy-1.txt", "tests/dumps/java/jdk17-convoy-2.txt"],
    "java-one-snapshot": ["tests/dumps/java/jdk17-pool-1.txt"],
    "python-pool": ["tests/dumps/python/exhausted-1.py-spy.txt", "tests/dumps/python/exhausted-2.py-spy.txt"],
    "go-goroutines-asleep": ["tests/dumps/go/asleep.txt"],
    "two-services": ["tests/dumps/services"],
    "calls-in-a-circle": ["tests/dumps/peers/crew"],
}


class Screen(io.TextIOWrapper):
    """Standard output that is a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        content = self.buffer
        assert isinstance(content, io.BytesIO)
        return content.getvalue().decode()


@contextlib.contextmanager
def terminal(columns: int, **environment: str) -> Iterator[Screen]:
    """A terminal without colors or links, in a process that stands in the project's root."""
    screen, before = Screen(), Path.cwd()
    os.chdir(ROOT)
    try:
        with (
            mock.patch.dict(os.environ, {"COLUMNS": str(columns), "TERM": "dumb", **environment}),
            mock.patch.object(sys, "stdout", screen),
        ):
            yield screen
    finally:
        os.chdir(before)


def shown(case: str, language: str, columns: int) -> str:
    """What `stackan analyze` shows of a case."""
    from stackan.cli import main

    with terminal(columns) as screen:
        main(["analyze", "--lang", language, *CASES[case]])
    return screen.text


def speaks(language: str) -> bool:
    """Whether the catalog of a language has been built."""
    return language == "en" or (ROOT / "stackan" / "locale" / language / "LC_MESSAGES" / "stackan.mo").exists()


def path_of(case: str, language: str, columns: int) -> Path:
    return FOLDER / f"{case}.{language}.{columns}.txt"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in CASES:
        for lang in filter(speaks, LANGUAGES):
            for width in WIDTHS:
                path_of(each, lang, width).write_text(shown(each, lang, width), encoding="utf-8")
