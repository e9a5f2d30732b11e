"""The script for customers without Python: `capture.sh`, which makes the same capture with a shell, and gdb, eu-stack or pstack."""

from __future__ import annotations

import pathlib

from stackan._version import __version__


def script() -> str:
    """Its text, with the version that it belongs to."""
    text = (pathlib.Path(__file__).parent / "capture.sh").read_text(encoding="utf-8")
    return text.replace("@VERSION@", __version__)
