"""`stackan --version`, which needs neither the grammar of the options nor what makes it."""

from __future__ import annotations

import sys

from stackan import backend
from stackan._version import __version__
from stackan.cli.printing import SafeText, standard_output


def print_version() -> int:
    stream = SafeText(standard_output())
    stream.write(f"stackan {__version__} ({backend.name()} scanner, Python {sys.version.split()[0]})\n")
    stream.flush()
    return 0
