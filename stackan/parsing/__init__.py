"""Bytes → Dump: every line accounted for, bad content counted and listed, never raised."""

from stackan.parsing.detect import Detected
from stackan.parsing.detect import detect as _detect
from stackan.parsing.others import tell_others
from stackan.parsing.parse import ASK_FOR, parse_all
from stackan.parsing.prepare import prepare
from stackan.parsing.refused.magic import name_of_binary

__all__ = ["ASK_FOR", "detect", "parse_all", "tell_others"]


def detect(data: bytes) -> Detected | None:
    """The format of a text, or None if nothing in it looks like threads or a debugger's words."""
    binary = name_of_binary(data)
    return Detected(binary, None, "") if binary is not None else _detect(prepare(data).data)
