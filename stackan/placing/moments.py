"""Moments in names and texts, as ISO 8601: `2024-06-07_101500`, `20240607T1015`, `1717755300`, `Fri Jun  7 10:15:00 CST 2024`."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.expressions import expression
from stackan.model.records import NamedTuple

_DATE = expression(r"(?<!\d)(20\d\d)([-_.]?)(0[1-9]|1[0-2])\2([0-2]\d|3[01])")
_CLOCK = expression(r"([01]\d|2[0-3])([-_:.h]?)([0-5]\d)(?:[-_:.m]?([0-5]\d))?s?(?!\d)(?:[.,]\d{1,9}(?!\d))?(Z?)")
_EPOCH = expression(r"(?<!\d)(1\d{9})(?:\d{3})?(?!\d)")  # seconds or milliseconds from 2001 to 2033
# The output of `date`: `Fri Jun  7 10:15:00 CST 2024`, with a zone whose letters do not give its distance from UTC.
_SPOKEN = expression(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(\d\d?) (\d\d:\d\d:\d\d) (?:[AP]M )?(?:(\w{2,5}) )?(20\d\d)\b")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Moment(NamedTuple):
    """A time, or a date, and the range of its characters."""

    iso: str
    start: int
    stop: int


def find_moment(name: str) -> Moment | None:
    """The first moment in a name; a date without the time of day is none."""
    return min([*find_moments(name), *_counted(name)], key=lambda moment: moment.start, default=None)


def find_date(text: str) -> Moment | None:
    """The first date in a name, as 20240607."""
    date = next((date for date in _DATE.finditer(text) if not text[date.end() : date.end() + 1].isdecimal()), None)
    return Moment(f"{date[1]}{date[3]}{date[4]}", *date.span()) if date is not None else None


def find_moments(text: str) -> list[Moment]:
    """Moments as people and programs write them, in their order."""
    return sorted([*_dated(text), *_spoken(text)], key=lambda moment: moment.start)


def _counted(name: str) -> Iterator[Moment]:
    """Seconds since 1970.  In a text such a number may be anything."""
    for match in _EPOCH.finditer(name):
        yield Moment(_of_epoch(int(match[1])), *match.span())


def _dated(text: str) -> Iterator[Moment]:
    for date in _DATE.finditer(text):
        apart = text[date.end() : date.end() + 1] in tuple("T_-. @/")
        clock = _CLOCK.match(text, date.end() + apart)
        if clock is not None and (apart or clock[3]):
            iso = f"{date[1]}-{date[3]}-{date[4]}T{clock[1]}:{clock[3]}:{clock[4] or '00'}{clock[5]}"
            yield Moment(iso, date.start(), clock.end())


def _spoken(text: str) -> Iterator[Moment]:
    for match in _SPOKEN.finditer(text):
        month = _MONTHS.index(match[1]) + 1
        zone = "Z" if match[4] in ("UTC", "GMT") else ""
        yield Moment(f"{match[5]}-{month:02}-{int(match[2]):02}T{match[3]}{zone}", *match.span())


def _of_epoch(seconds: int) -> str:
    from datetime import datetime, timezone

    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_between(before: str, after: str) -> int | None:
    """How long one moment is behind another; None where one of them is no moment of the calendar (the 31st of June)."""
    from datetime import datetime

    try:
        first, second = (datetime.fromisoformat(iso.removesuffix("Z")) for iso in (before, after))
    except ValueError:
        return None
    return round((second - first).total_seconds())
