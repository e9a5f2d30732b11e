"""Analysis → the JSON document."""

from __future__ import annotations

from typing import Any

from stackan.collector import collector_paused
from stackan.model.analysis import Analysis
from stackan.report.document import document
from stackan.report.json_lines import layout
from stackan.report.page import Stream
from stackan.report.rows import Rows
from stackan.wording.catalog import ENGLISH

_DOCUMENT = 4  # levels: the document, its lists, a process or finding, its lists; each item in those gets a line


def write(analysis: Analysis, stream: Stream, lang: str = ENGLISH) -> None:
    """Write the document with its sentences in a language, the same bytes for the same input."""
    with collector_paused():
        for piece in layout(document(analysis, lang, Rows), _DOCUMENT):
            stream.write(piece)
    stream.write("\n")


def text_of(made: dict[str, Any]) -> str:
    """The text of a document that was made before, which `write` would write."""
    return "".join((*layout(made, _DOCUMENT), "\n"))
