"""Markdown's marks around text that is not ours: whatever comes from a dump is shown, and is never a mark, a mention or a link.

GitHub's dialect (https://github.github.com/gfm/), of which GitLab, Gitea and Jira's importers know what is used here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from stackan.escapes import shorten, shown

_LONGEST = 2000  # characters of a paragraph
_LONGEST_CODE = 400  # characters of a quoted line: trackers scroll such lines, and search engines of mail cut at 998
_MARKS = re.compile(r"([\\`*_{}\[\]<>|~#$&!])")
# Trackers make links of these wherever they stand, also behind a backslash; a word joiner parts them, and nobody sees it.
_LINKED = re.compile(r"@(?=\w)|#(?=\d)|(?<=\w)://|\bGH-(?=\d)|\bwww(?=\.)|:(?=[a-z0-9_+-]+:)")
_STARTS = re.compile(r"^(\s*)([-+=>]|\d+[.)])")  # a list, a quotation or a heading, where they begin a line


def plain(text: str) -> str:
    """Text on one line, in which nothing is a mark."""
    safe = shorten(shown(text), _LONGEST)
    return _STARTS.sub(_unstarted, _MARKS.sub(r"\\\1", _LINKED.sub(_parted, safe)))


def _parted(match: re.Match[str]) -> str:
    found = match[0]
    first = {"GH-": "GH", "www": "www"}.get(found, found[:1])
    return f"{first}\N{WORD JOINER}{found[len(first) :]}"


def _unstarted(match: re.Match[str]) -> str:
    sign = match[2]
    return f"{match[1]}{sign[:-1]}\\{sign[-1]}"


def code(text: str, in_table: bool = False) -> str:
    """Text in one line of code, whatever backticks it has itself; a table's bars part cells in code, too."""
    safe = shorten(shown(text), _LONGEST_CODE)
    safe = safe.replace("|", "\\|") if in_table else safe
    ticks = "`" * (_longest_run(safe) + 1)
    return f"{ticks} {safe} {ticks}" if safe[:1] in ("`", " ", "") or safe.endswith("`") else f"{ticks}{safe}{ticks}"


def block(lines: Iterable[str], language: str = "text") -> Iterator[str]:
    """Lines of code."""
    safe = [shorten(shown(line), _LONGEST_CODE) for line in lines]
    fence = "`" * max(max(map(_longest_run, safe), default=0) + 1, 3)
    yield f"{fence}{language}"
    yield from safe
    yield fence


def _longest_run(text: str) -> int:
    return max(map(len, re.findall(r"`+", text)), default=0)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table; a cell's text is marked already."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _in_html(text: str) -> str:
    """Text within HTML's marks, where backslashes mean nothing."""
    return html.escape(_LINKED.sub(_parted, shorten(shown(text), _LONGEST)))


def folded(summary: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines that are shown when somebody clicks on the summary."""
    yield f"<details><summary>{_in_html(summary)}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"
