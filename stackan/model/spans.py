"""Spans of time between snapshots."""

from stackan.model.said import said

CLOSE = 5  # seconds from the first to the last, within which what is merely slow may well be met twice at one place


def spoken(seconds: int) -> str:
    """`45 s`, `4 min`, `3 h`"""
    if seconds < 120:
        return said("{count} s", count=seconds)
    return said("{count} min", count=seconds // 60) if seconds < 7200 else said("{count} h", count=seconds // 3600)
