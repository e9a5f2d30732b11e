"""Texts of a capture that are for people, and show no thread to an analysis."""

from __future__ import annotations


def is_of_capture(text: bytes) -> bool:
    """Whether a text is one of those that a capture has for people: its manifest, the machine, what does not change of a process."""
    return text.startswith((b'{\n "schema": "stackan.capture/1"', b"stackan machine/1\n", b"stackan process/1\n"))
