"""Moments as text."""

from __future__ import annotations

import time


def utc(seconds: float) -> str | None:
    """Seconds since 1970 as "2024-06-07T08:09:10Z"; None for 0, which archivers write for "not known", and for what is no moment."""
    try:
        whole = int(seconds)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(whole)) if whole > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
