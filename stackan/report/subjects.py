"""The threads that a reader means, by what they copied from a dump, a report or `top`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from stackan.errors import UsageError
from stackan.model.analysis import Analysis
from stackan.model.labels import label, mark
from stackan.model.meant import closest
from stackan.model.process import Process
from stackan.model.said import said
from stackan.model.track import Track

Found = list[tuple[Process, Track]]

# LWP 4250 · lwp=4250 · TID 4250 · nid=0x109a · Thread 12 · goroutine 17
_WORD_AND_NUMBER = re.compile(r"(lwp|tid|nid|pid|thread|goroutine)[ =:#]*(0x[0-9a-f]+|[0-9]+)", re.IGNORECASE)


def find_threads(analysis: Analysis, subject: str) -> Found:
    """The threads with this name, LWP, number, pthread id or, in hexadecimal, `nid`; of several ways the first that finds any.

    Raises UsageError, with a name that may have been meant, if there are none.
    """
    tracks = [(process, track) for process in analysis.processes for track in process.tracks]
    for fits in _ways(subject):
        found = [(process, track) for process, track in tracks if fits(track)]
        if found:
            return found
    raise UsageError(_say_none(subject, [track.name for _, track in tracks if track.name]))


def _ways(subject: str) -> Iterator[Callable[[Track], bool]]:
    """Judges of threads, the strictest first.  A thread may be named `Thread 5`, or `7`."""
    yield lambda track: subject in (mark(track), label(track))  # as reports write it
    if not subject.isdecimal():
        yield lambda track: track.name == subject
    worded = _WORD_AND_NUMBER.fullmatch(subject)
    number = _number(worded[2] if worded else subject)
    if number is not None:
        yield lambda track: track.shown == number
        yield lambda track: track.pthread is not None and int(track.pthread, 16) == number
        if worded and worded[1].lower() == "thread":  # gdb's own, of the newest snapshot: it shifts from one to the next
            yield lambda track: track.newest.dump.thread(track.newest.thread).number == number
    low = subject.lower()
    yield lambda track: track.name is not None and track.name.lower() == low
    if "*" in subject:
        yield lambda track: track.name is not None and fnmatchcase(track.name.lower(), low.replace("[", "[[]"))


def _number(text: str) -> int | None:
    digits = text.lower()
    if re.fullmatch(r"0x[0-9a-f]{1,16}", digits):
        return int(digits, 16)
    return int(digits) if re.fullmatch(r"[0-9]{1,19}", digits) else None


def _say_none(subject: str, names: list[str]) -> str:
    if subject.isdecimal():
        return said("--explain {lwp}: no thread of the case has that LWP; the report and --format json list them", lwp=subject)
    meant = closest(subject, dict.fromkeys(names))
    if meant is not None:
        return said(
            "--explain {subject}: no thread of the case has that name or number; did you mean {meant}?", subject=subject, meant=meant
        )
    return said("--explain {subject}: no thread of the case has that name or number; --format json lists them", subject=subject)
