"""The result of a command in the format that was asked for; a text in the colors and with the links that its stream knows."""

from __future__ import annotations

from stackan.cli.streams import output
from stackan.cli.terminal import address_of, draws_lines, knows_links, wants_color, width_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from stackan.cli.printing import SafeText
    from stackan.model.analysis import Analysis
    from stackan.report.page import Page


def write_result(analysis: Analysis, options: argparse.Namespace, inputs: Sequence[str]) -> None:
    """Write the whole result where `-o` says, in the format that `--format` or `--open` says."""
    if options.format == "html" or options.open:
        from stackan.cli.opening import write_html

        write_html(analysis, options, inputs)
        return
    with output(options.output, inputs) as stream:
        if options.format == "json":
            from stackan.report import json

            json.write(analysis, stream, options.language)
        elif options.format == "markdown":
            from stackan.report.markdown import report
            from stackan.report.page import Page

            report.write(analysis, stream, Page(options.language, whole=True))
        else:
            _write_text(analysis, options, stream)


def _write_text(analysis: Analysis, options: argparse.Namespace, stream: SafeText) -> None:
    from stackan.report import text

    colored = wants_color(options.color, stream, named=options.output is not None)
    linker = _linker(stream) if knows_links(stream) else None
    text.write(analysis, stream, page_for(stream, options.language), stream.color if colored else None, linker)


def page_for(stream: SafeText, language: str) -> Page:
    """The page of a stream: its width, and the characters that it may draw with."""
    from stackan.report.page import Page

    return Page(language, width_for(stream), whole=not stream.isatty(), plain=not draws_lines(stream))


def _linker(stream: SafeText) -> Callable[[str, str], object]:
    """A function that writes a text as a link to an input, where that is a plain file."""

    def link(source: str, text: str) -> None:
        address = address_of(source)
        if address is None:
            stream.write(text)
        else:
            stream.link(address, text)

    return link
