"""Moments in ISO form as seconds, whose differences count and nothing else: logs print no zone."""

from __future__ import annotations

from datetime import datetime, timedelta

_START = datetime(1970, 1, 1)


def seconds_of(iso: str | None) -> float | None:
    """Seconds from a moment such as 2024-05-12T10:03:17.123; None for what is none of the calendar (the 31st of June)."""
    if iso is None:
        return None
    try:
        moment = datetime.fromisoformat(iso.removesuffix("Z"))
    except ValueError:
        return None
    return (moment.replace(tzinfo=None) - _START).total_seconds()


def iso_of(seconds: float) -> str:
    """The other way, to the second."""
    return (_START + timedelta(seconds=int(seconds))).isoformat()
