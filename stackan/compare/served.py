"""A process that reads from the client whom it has accepted is at rest, as a thread would be: a brother waits in accept on its path.

    recv   ← serve_client ← child_main ← main        two of four children
    accept ←                child_main ← main        the others

Where no brother accepts, all serve somebody who is silent, and the next client has to wait for them.  And what reads further inside, or by
a name that says nothing of input, may ask a server that never answers: that is left open.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.compare.same_call import asks
from stackan.model.facts import fact
from stackan.model.place import ASKS, WAITS_FOR_CONNECTIONS, WAITS_FOR_PEER, fact_of
from stackan.model.process import Process
from stackan.model.track import IDLE, STUCK, UNSURE, Track, with_newest

_READS = frozenset(("recv", "recvfrom", "recvmsg"))
_SHALLOW = 3  # functions, at most, by which a child reads from its client, inside of the one that has accepted it
_GATE = 2  # the function that accepts and its caller
_HELPERS = 1  # by which it may accept

_Path = tuple[str, ...]  # the application's frames, innermost first


def park_servers_across(processes: Sequence[Process]) -> list[Process]:
    """The processes of one thread each, those as parked that serve a client while another of their host waits for the next one."""
    gates = {(process.inputs.host, gate) for process in processes if len(process.tracks) == 1 for gate in _gates(process.tracks[0])}
    return [_settle(process, gates) if gates and len(process.tracks) == 1 else process for process in processes]


def _gates(track: Track) -> list[_Path]:
    if track.progress != IDLE or track.place.reason != WAITS_FOR_CONNECTIONS:
        return []
    path = track.place.application
    return [path[at:] for at in range(_HELPERS + 1) if len(path) - at >= _GATE]


def _settle(process: Process, gates: set[tuple[str | None, _Path]]) -> Process:
    (track,) = process.tracks
    path = track.place.application
    within = any((process.inputs.host, path[at:]) in gates for at in range(1, _SHALLOW + 1))
    if (
        not within
        or track.progress != STUCK
        or track.place.reason == ASKS
        or _READS.isdisjoint(track.place.names[: track.place.wait_frames])
    ):
        return process
    if (process.inputs.host, path[1:]) not in gates or asks(path[:1]):
        return process._replace(tracks=(track._replace(progress=UNSURE, note=(fact("may-be-served-each-time"),)),))
    place = track.place._replace(verb="idle", state="idle", role="connection", reason=WAITS_FOR_PEER)
    rests = with_newest(track, track.newest._replace(place=place))
    return process._replace(tracks=(rests._replace(progress=IDLE, note=(fact_of(place),), timeline=track.timeline.replace("S", "I")),))
