"""Bytes → Dump: every line accounted for, bad content counted and listed, never raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackan.parsing.detect import Detected
from stackan.parsing.detect import detect as _detect
from stackan.parsing.prepare import prepare
from stackan.parsing.refused.magic import name_of_binary

if TYPE_CHECKING:
    from typing import Any

    from stackan.parsing.others import tell_others as tell_others
    from stackan.parsing.parse import ASK_FOR as ASK_FOR
    from stackan.parsing.parse import parse_all as parse_all

__all__ = ["ASK_FOR", "detect", "parse_all", "tell_others"]

_HOMES = {"ASK_FOR": "stackan.parsing.parse", "parse_all": "stackan.parsing.parse", "tell_others": "stackan.parsing.others"}


def __getattr__(name: str) -> Any:
    """Import on first use: a text that is counted while it passes by needs none of this."""
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def detect(data: bytes) -> Detected | None:
    """The format of a text, or None if nothing in it looks like threads or a debugger's words."""
    binary = name_of_binary(data)
    return Detected(binary, None, "") if binary is not None else _detect(prepare(data).data)
