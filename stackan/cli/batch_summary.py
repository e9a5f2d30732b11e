"""The summary of a batch, as text or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from stackan.cli.language import in_language
from stackan.model.said import said, said_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from stackan.batch.summary import Summary
    from stackan.cli.printing import SafeText

_LISTED = 20  # failures; the others are in the store


def write_summary(summary: Summary, stream: SafeText, options: argparse.Namespace) -> None:
    """Write it in the format of `--format`."""
    if options.format == "json":
        stream.write(json.dumps(_document(summary, options.store), indent=1, ensure_ascii=False) + "\n")
    else:
        for indent, line in _lines(summary):
            stream.write(f"{indent}{in_language(line, options.language)}\n")


def _document(summary: Summary, store: str) -> dict[str, object]:
    return {
        "store": store,
        "cases": summary.cases,
        "known": summary.known,
        "analyzed": summary.cases - len(summary.failures),
        "failed": len(summary.failures),
        "verdicts": summary.verdicts,
        "hangs": [hang._asdict() for hang in summary.hangs],
        "failures": [failure._asdict() for failure in summary.failures],
    }


def _lines(summary: Summary) -> Iterator[tuple[str, str]]:
    """(indent, sentence) of each line."""
    failed = len(summary.failures)
    yield (
        "",
        said_of(
            summary.cases,
            "{count} case: {analyzed} analyzed, {failed} not; {known} of them before",
            "{count} cases: {analyzed} analyzed, {failed} not; {known} of them before",
            analyzed=summary.cases - failed,
            failed=failed,
            known=summary.known,
        ),
    )
    if summary.verdicts:
        yield "", ""
        widest = max(map(len, summary.verdicts))
        yield from (("  ", f"{verdict:<{widest}}  {count:>6}") for verdict, count in summary.verdicts.items())
    if summary.hangs:
        yield "", ""
        yield "", said("the same threads stuck in the same places:")
        for hang in summary.hangs:
            yield "  ", said("{count} cases like {case}: {headline}", count=hang.cases, case=hang.like, headline=hang.headline)
    if summary.failures:
        yield "", ""
        yield "", said("not analyzed:")
        yield from (("  ", failure.error) for failure in summary.failures[:_LISTED])
        if failed > _LISTED:
            yield "  ", said("... {count} more: in the store, in the column `error` of the table `cases`", count=failed - _LISTED)
