"""Event loops that never came back from what they called: all others that they serve wait.

A loop serves all of its clients with one thread.  Where that thread runs inside the loop, by the same calls in all snapshots, it is in
one long request or an endless one, or by chance in two that are alike; only in its innermost function it may have moved:

    ?? ← lua_pcall ← luaCallFunction ← evalGenericCommand ← call ← processCommand ← … ← aeMain ← main
"""

from __future__ import annotations

import itertools

from stackan.compare.sameness import same_calls
from stackan.model.facts import fact
from stackan.model.place import Sighting
from stackan.model.track import PROGRESSING, Track


def note_handler(track: Track, last: int) -> Track:
    """The thread, with what it has called from its event loop if it was in there in all snapshots; `last` is the newest one's index."""
    loop = track.place.event_loop
    if not loop or not last or track.progress != PROGRESSING or len(track.sightings) <= last:
        return track
    if not all(_stays(before, after) for (_, before), (_, after) in itertools.pairwise(track.sightings)):
        return track
    return track._replace(note=(fact("same-calls-in-loop", loop=loop),), in_handler=True)


def _stays(before: Sighting, after: Sighting) -> bool:
    """Whether a thread is in one handler twice: by its calls, or because a rule knows the handler for one that may be long."""
    ours, theirs = before.place, after.place
    return ours.event_loop == theirs.event_loop and (same_calls(before, after) or (ours.rule is not None and ours.rule == theirs.rule))
