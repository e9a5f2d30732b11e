"""Spans of time in words."""


def spoken(seconds: int) -> str:
    """`45 s`, `4 min`, `3 h`"""
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
