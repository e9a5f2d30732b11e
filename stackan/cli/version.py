"""`stackan --version`, which needs neither the grammar of the options nor what makes it."""

from __future__ import annotations

import sys

from stackan import backend
from stackan._version import __version__
from stackan.cli.streams import output


def print_version() -> int:
    with output(None) as stream:
        stream.write(f"stackan {__version__} ({backend.name()} scanner, Python {sys.version.split()[0]})\n")
    return 0
