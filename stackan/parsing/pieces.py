"""Texts in which several processes, or several dumps of one, come one after the other."""

from __future__ import annotations

from stackan.model.dump import Facts
from stackan.parsing.builder import Builder
from stackan.parsing.parsed import ParsedText

NOTHING_SAID = Facts(None, None, (), ())


def split_snapshots(builder: Builder, facts: dict[int, Facts]) -> ParsedText:
    """The reading of a text in which, from each of these rows of threads on, other facts hold.

    Of two with one row the caller keeps the later: no thread comes between them.
    """
    threads = len(builder.columns.thread_lwp)
    rows = sorted({0, *facts} - {threads}) or [0]
    return ParsedText(builder.columns, tuple(facts.get(row, NOTHING_SAID) for row in rows), tuple(rows[1:]))
