"""An analysis says by itself what the command line prints: the report, the drawings, and what a notebook shows."""

from __future__ import annotations

import html.parser
import subprocess
import sys

import pytest

import stackan
from stackan.report.layout import columns
from tests.faultlogs.clusters import Cluster


def command(*arguments: object) -> str:
    """What the command line prints into a pipe."""
    done = subprocess.run([sys.executable, "-m", "stackan", "analyze", *map(str, arguments)], capture_output=True, timeout=60, check=False)
    return done.stdout.decode()


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_the_text_is_what_the_command_prints(example, lang):
    result = stackan.analyze(stackan.load(example))
    assert result.to_text(lang=lang) == command("--lang", lang, example)


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_so_are_the_drawings(example, lang):
    result = stackan.analyze(stackan.load(example))
    assert result.to_dot(lang=lang) == command("--lang", lang, "--graph", "dot", example)
    assert result.to_mermaid(lang=lang) == command("--lang", lang, "--graph", "mermaid", example)


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_longer_than_the_width_that_is_asked_for(analysis, lang, width):
    assert max(map(columns, analysis.to_text(lang=lang, width=width).splitlines())) <= width


def test_zh_means_simplified_chinese(exhausted):
    assert exhausted.to_text("zh") == exhausted.to_text("zh_CN") != exhausted.to_text()
    assert exhausted.to_dict("zh")["lang"] == "zh_CN"


@pytest.mark.parametrize(
    "call",
    [
        lambda result: result.to_text(lang="tlh"),
        lambda result: result.to_dict(lang="tlh"),
        lambda result: result.to_dot(lang="tlh"),
        lambda result: result.to_mermaid(lang="tlh"),
        lambda result: result.describe(result.findings[0], lang="tlh"),
        lambda result: result.to_text(width=59),
        lambda result: result.to_text(width=float("nan")),
    ],
)
def test_a_language_or_a_width_that_cannot_be_is_refused_in_one_sentence(exhausted, call):
    with pytest.raises(stackan.StackanError) as caught:
        call(exhausted)
    assert "\n" not in str(caught.value)


# -- notebooks


class Tags(html.parser.HTMLParser):
    """The tags of a piece of HTML, each of which has to be closed, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.met: set[str] = set()
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.met.add(tag)
        self.open.append(tag)
        assert {name for name, _ in attrs} <= {"style"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_a_notebook_shows_the_verdict_the_findings_and_the_threads(exhausted):
    tags = Tags(exhausted._repr_html_())
    words = " ".join(tags.text)
    assert not tags.open
    for expected in ("WORKER-EXHAUSTION", exhausted.headline, "1. worker-exhaustion: critical, likely", "10 threads", "15 idle, 10 stuck"):
        assert expected in words


def test_it_is_short_and_needs_nothing_from_outside(analysis):
    shown = analysis._repr_html_()
    tags = Tags(shown)
    assert not tags.open
    assert tags.met <= {"div", "b", "table", "tr", "td", "span"}
    assert len(shown) < 12_000


def test_names_of_strangers_are_text_there(example):
    text = (example / "snap1.txt").read_bytes().replace(b"lock_wait (", b"<img/src=x/onerror=alert(1)>\x1b&amp; (")
    case = stackan.Case([stackan.parse(text), stackan.parse(text)], given_order=True)
    shown = stackan.analyze(case)._repr_html_()
    assert "<img" not in shown
    assert shown.isprintable()
    Tags(shown)


def test_logs_alone_have_one_too(tmp_path):
    cluster = Cluster()
    cluster.chat("CSS0", "09:00:00.000", "11:00:00.000")
    cluster.handle("10:03", "10:09", "DSC1", "DSC0")
    result = stackan.analyze(stackan.load(cluster.write(tmp_path / "logs")))
    words = " ".join(Tags(result._repr_html_()).text)
    assert "1 FAULT" in words and "1. log-fault" in words
    assert result.threads == []
