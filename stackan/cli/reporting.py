"""The report on the stream that a person reads: in the colors and with the links that this knows."""

from __future__ import annotations

from stackan.cli.terminal import address_of, knows_links, wants_color

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from stackan.cli.printing import SafeText
    from stackan.model.analysis import Analysis
    from stackan.report.page import Page


def write_report(analysis: Analysis, options: argparse.Namespace, stream: SafeText, page: Page) -> None:
    from stackan.report import text

    colored = wants_color(options.color, stream, named=options.output is not None)
    text.write(analysis, stream, page, stream.color if colored else None, _linker(stream) if knows_links(stream) else None)


def _linker(stream: SafeText) -> Callable[[str, str], object]:
    """A function that writes a text as a link to an input, where that is a plain file."""

    def link(source: str, text: str) -> None:
        address = address_of(source)
        if address is None:
            stream.write(text)
        else:
            stream.link(address, text)

    return link
