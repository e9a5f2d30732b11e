"""The names of threads in sentences: what the dump itself calls a thread, so that a search for it finds the thread.

    LWP 17541 transfer          Thread 2 (Thread 0x7f8af83ca6c0 (LWP 17541) "transfer"):
    LWP 0x13da Thread-1         "Thread-1" #11 prio=5 os_prio=0 tid=0x00007f9df8240800 nid=0x13da waiting for monitor entry
    thread 3 (3f10)             3  Id: aa8.3f10 Suspend: 1 Teb: 00000087`6dcb3000 Unfrozen
    thread #202 (LWP 17163)     thread #202, name = 'transfer', stop reason = signal SIGSTOP
    goroutine 17                goroutine 17 [semacquire]:
    thread 5                    [Switching to thread 5 (core thread 4)]
    thread TID-oxq8 tp 001      2026-03-02 WARN: Thread TID-oxq8 tp 001
    thread MainThread           thread_id = MainThread filename = /srv/app.py lineno = 30 …, where no other thread has that name
    the thread at line 9        #0  0x900bc40c in poll ()

The place of a thread in its file is no name: nobody finds it there, and it shifts with every thread before it.
"""

from __future__ import annotations

import re

from stackan.model.columns import UNKNOWN
from stackan.model.dump import Dump
from stackan.model.expressions import expression
from stackan.model.said import said
from stackan.model.track import Track

_HEXADECIMAL = expression(r"0[xX][0-9a-fA-F]{1,16}(?![0-9a-zA-Z])")


def label(track: Track) -> str:
    """`LWP 17541 transfer`, `thread #2 (LWP 17541) transfer`, `goroutine 17`: a thread's name in a sentence."""
    name = f" {track.name}" if track.name else ""
    number, traits = own_number(track), track.newest.dump.traits
    if number and traits.by_number:
        named = f"{number}{_id_behind(track)}{name}"
    elif track.lwp is not None:
        return f"LWP {_printed_lwp(track)}{name}"
    elif number and traits.numbered and traits.thread != "thread":
        return f"{traits.thread} {number}{name}"
    elif number:
        named = f"{number}{name}" if not name.startswith(f" {number}") else name.strip()
    elif track.pthread is not None:
        return f"pthread {printed_id(track, int(track.pthread, 16), track.pthread)}{name}"
    elif track.name and track.newest.dump.threads_named(track.name) == 1:
        named = track.name
    else:
        return said("the thread at line {line}{name}", line=track.newest.line, name=name)
    return said("thread {name}", name=named)


def mark(track: Track) -> str:
    """The same in a row of threads, in one word: `17541`, `0x13da`, `#2`; "" for a thread that the dump gives no number."""
    number = own_number(track)
    if number and (track.lwp is None or track.newest.dump.traits.by_number):
        return number
    if track.lwp is not None:
        return _printed_lwp(track)
    return printed_id(track, int(track.pthread, 16), track.pthread) if track.pthread is not None else ""


def own_number(track: Track) -> str:
    """The dump's own number of a thread, with its sign; "" where it gives none."""
    sighting = track.newest
    number = sighting.dump.columns.thread_number[sighting.thread]
    if number == UNKNOWN:
        return ""
    signs, lettered = sighting.dump.traits.signs, sighting.dump.traits.lettered
    header = sighting.dump.line_at(sighting.dump.columns.thread_start[sighting.thread]) if signs or lettered else ""
    if lettered:
        found = re.search(rf"{re.escape(lettered)}\w{{1,32}}", header)
        return found[0] if found else str(number)
    return next((f"{sign}{number}" for sign in signs if f"{sign}{number}" in header), str(number))


class PrintedId(int):
    """A kernel's thread id, which a sentence has as the dump prints it."""

    printed: str


def lwp_of(track: Track) -> PrintedId:
    """The kernel's id of a thread that has one."""
    return _with_print(track.lwp or 0, _printed_lwp(track))


def lwp_in(dump: Dump, lwp: int) -> PrintedId:
    """A kernel's id that the dump names, but for no thread of its own."""
    return _with_print(lwp, f"{lwp:x}" if dump.traits.hexadecimal else str(lwp))


def _with_print(lwp: int, printed: str) -> PrintedId:
    known = PrintedId(lwp)
    known.printed = printed
    return known


def printed_id(track: Track, number: int, otherwise: str) -> str:
    """An id as it stands in the thread's header, if that is hexadecimal: `0x00007f24ff2036c0`."""
    dump = track.newest.dump
    header = dump.line_at(dump.columns.thread_start[track.newest.thread])
    if f"{number:x}" not in header.lower():
        return otherwise
    return next((word for word in _HEXADECIMAL.findall(header) if int(word, 16) == number), otherwise)


def _printed_lwp(track: Track) -> str:
    lwp, dump = track.lwp or 0, track.newest.dump
    if dump.traits.hexadecimal:
        return f"{lwp:x}"
    return printed_id(track, lwp, f"{lwp:#x}" if dump.facts.hexadecimal else str(lwp))


def _id_behind(track: Track) -> str:
    """The kernel's id of a thread that is named by its number: it stays where the numbers of two dumps differ."""
    if track.lwp is None:
        return ""
    printed = _printed_lwp(track)
    return f" ({printed})" if track.newest.dump.traits.hexadecimal else f" (LWP {printed})"
