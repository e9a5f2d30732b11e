"""Values of options that several commands take."""

from __future__ import annotations

from stackan.cli.help import WrongValue
from stackan.model.said import said

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """`180`, `10s`, `5m`, `50ms`"""
    unit = next((unit for unit in _UNITS if text.endswith(unit)), "")
    number = text.removesuffix(unit)
    try:
        found = float(number) * _UNITS.get(unit, 1.0)
    except ValueError:
        found = -1.0
    if not 0 <= found < 7 * 86400:
        raise WrongValue(said("{text} is no time: give seconds, or a number with ms, s, m or h", text=repr(text)))
    return found


def whole(text: str) -> int:
    """A number of things to show, from 1 to 1000."""
    if not text.isdecimal() or not 0 < int(text[:5]) <= 1000:
        raise WrongValue(said("{text} is no number of things to show: give 1 to 1000", text=repr(text)))
    return int(text)


def process(text: str) -> int:
    """The id of a process."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise WrongValue(said("{text} is no process id: give the number that `pgrep -a NAME` shows", text=repr(text)))
    return int(text)
