"""Threads of event loops that stand in one call which has not returned.

The descriptors of a loop's clients are non-blocking, so a thread that is met in a write inside of its loop is taken for one that moves.
A log's FIFO or a terminal blocks all the same, and then everything that the loop serves waits:

    #1  __GI___libc_write (fd=4, buf=0x55bf759782b0, nbytes=99)        the same 99 bytes of the same buffer, five seconds later

Where the arguments are not printed, nothing tells a write that has not returned from another one that is on its way: the thread is
unknown, and does not count as one that moves.

A loop that answers one client again and again writes from one buffer, too: where a function is named for a connection, nothing is
concluded.  Nor is it where counters show that the thread has run.

A read that a callback makes by a function of its own, `authorize`, may ask somebody by a descriptor that is none of the loop's: met
twice, it is unknown, too.  The same buffer says nothing there, as answers are read into it one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackan.arguments import value_argument
from stackan.function_words import all_words_of
from stackan.model.facts import fact
from stackan.model.place import MAYBE_SAME_CALL, SAME_CALL, Sighting, unparked
from stackan.model.track import PROGRESSING, STUCK, UNSURE, Track, with_newest

_WRITES = frozenset(("write", "pwrite", "pwrite64"))
_TO_PEERS = re.compile(r"sock|conn|client|repl(?:y|ies)|respon[sd]|ssl|bio_|tls|peer|stream|uv_", re.IGNORECASE)
_READS = frozenset(("read", "recv", "recvfrom", "recvmsg"))
# How words begin of functions that hear a loop's clients, or its own wake-ups.
_OF_INPUT = (
    "read", "recv", "receiv", "input", "http", "net", "sock", "conn", "client", "buf", "event", "fill", "get", "poll", "io", "pipe",
    "drain", "wake", "packet", "fetch", "frame", "message", "msg", "data", "pars", "line", "signal", "async", "bio", "ssl", "tls",
    "stream", "uv",
)  # fmt: skip
_NAMED = (b"fd", b"buf", b"nbytes")
_END = re.compile(rb"[,)\s]")


def hold_same_call(track: Track, last: int) -> Track:
    """The thread as stuck if all snapshots show one call of it; `last` is the newest one's index."""
    place = track.place
    call = place.names[place.wait_frames - 1] if place.verb == "running" and place.rule is not None and place.wait_frames > 0 else ""
    waits = call in _WRITES or (call in _READS and asks(place.application[:1]))
    met = track.progress == PROGRESSING and [each.name for each in track.note] == ["runs-in-one-place"]
    if not met or not waits or not last or len(track.sightings) <= last:
        return track
    calls = {_call(sighting) for _, sighting in track.sightings}
    if len(calls - {None}) > 1 or any(map(_TO_PEERS.search, place.application)):
        return track
    told = None not in calls and call in _WRITES
    stays = unparked(place._replace(kind="pipe", state="io"), SAME_CALL if told else MAYBE_SAME_CALL)
    newest = track.newest._replace(place=stays if told else stays._replace(verb="unknowable"))
    return with_newest(track, newest)._replace(
        progress=STUCK if told else UNSURE,
        note=(fact(stays.reason),),
        timeline=re.sub("[RM]", "S", track.timeline),
    )


def asks(reader: Sequence[str]) -> bool:
    """Whether what reads is none of a server's own ways to hear its clients: no word of its name is about input."""
    return not any(name.startswith("??") or any(word.startswith(_OF_INPUT) for word in all_words_of(name)) for name in reader)


def _call(sighting: Sighting) -> tuple[object, ...] | None:
    """The stack and the printed arguments of a write; None where these are not printed."""
    line = sighting.dump.arguments_in(sighting.thread, sighting.place.wait_frames - 1)
    values = [value_argument(line, name) for name in _NAMED]
    if any(value is None or value.startswith(b"<") for value in values):
        return None
    return (sighting.place.names, *(_END.split(value, maxsplit=1)[0] for value in values if value is not None))
