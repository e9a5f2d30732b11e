"""The page of a report: written as bytes, so that its encoding is never the terminal's, and opened where that is wanted."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence

from stackan.cli.printing import say
from stackan.cli.streams import binary_output
from stackan.model.said import said

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from stackan.model.analysis import Analysis


def write_html(analysis: Analysis, options: argparse.Namespace, inputs: Sequence[str]) -> None:
    """Write the page where `-o` says, and open it if `--open` does."""
    from stackan.report.html import page

    path = options.output or (_new_file() if options.open else None)
    with binary_output(path, inputs) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="\n")
        page.write(analysis, text, options.language)
        text.flush()
        text.detach()
    if options.open and path is not None:
        _open(os.path.abspath(path), options)


def _new_file() -> str:
    """A new file that only its user may read: dumps are nobody else's business."""
    import tempfile

    handle, path = tempfile.mkstemp(prefix="stackan-", suffix=".html")
    os.close(handle)
    return path


def _open(path: str, options: argparse.Namespace) -> None:
    import webbrowser

    opened = webbrowser.open(_address(path))
    if not opened:
        say(said("{path}: written, but no browser could be started; open the file in one", path=path), options.language)
    elif not options.quiet:
        say(said("{path}: written, and opened in the browser", path=path), options.language)


def _address(path: str) -> str:
    import pathlib

    return pathlib.Path(path).as_uri()
