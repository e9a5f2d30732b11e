"""Spans of time between snapshots."""

CLOSE = 5  # seconds from the first to the last, within which what is merely slow may well be met twice at one place


def spoken(seconds: int) -> str:
    """`45 s`, `4 min`, `3 h`"""
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
