"""Bytes → Dump: every line accounted for, bad content counted and listed, never raised."""

from stackan.parsing.detect import detect
from stackan.parsing.parse import parse_all

__all__ = ["detect", "parse_all"]
