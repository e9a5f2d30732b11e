"""The data of the page's program, packed: JSON, gzip, base64, as text that no parser of markup has to understand."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from stackan.report.html.findings import SHOWN
from stackan.report.html.markup import Markup, element
from stackan.report.html.quotes import quotes
from stackan.report.html.report import Report
from stackan.report.html.rows import Rows, findings_of, titles
from stackan.report.html.waits import Waits
from stackan.report.html.words import words_of
from stackan.report.terms import TERMS

_LEVEL = 6
_GZIP = 16 + 15  # zlib's word for a gzip stream, whose header has no time of writing


def blocks(report: Report) -> list[Markup]:
    """What the program needs at once, and what it asks for when a thread is opened."""
    waits = Waits(report)
    case = {
        "lang": report.page.language,
        "words": words_of(report.page.catalog),
        "terms": {code: report.page.say(words) for code, words in TERMS.items()},
        "findings": list(titles(report, SHOWN)),
        "waits": waits.document(),
        **Rows(report, waits.box_of, findings_of(report)).document(),
    }
    return [_block("case", case), _block("quotes", quotes(report))]


def _block(name: str, value: dict[str, Any]) -> Markup:
    return element("script", Markup(pack(value)), type="application/octet-stream", id=f"data-{name}")


def pack(value: object) -> str:
    """The same bytes for the same value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), check_circular=False).encode("utf-8", "backslashreplace")
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return base64.b64encode(packer.compress(text) + packer.flush()).decode("ascii")
