"""The time line and its episodes → faults, each with what it brought about: one fault that three logs see is one.

    Unable to access VOTING DISK!                        a disk is gone,
    hpc_heart_beat_dsk_thread halt, … SYSHALT            so the node ends itself,
    dead instance detected, detect ep DSC1[1] broken.    and DMCSS finds it dead, up to DCR_GRP_DSKCHK_CNT seconds later

is one fault, that of the disk.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from math import inf

from stackan.faultlogs.episodes import DEATHS
from stackan.faultlogs.nodes import Key, Nodes, unnamed_writer, writer_of
from stackan.faultlogs.timeline import Told
from stackan.model.clock import seconds_of
from stackan.model.event import CLEAN, FAULTS, GOES_ON, HANDLED, OF_START, UNHANDLED, Episode, Fault, Node

# Kinds of events that are faults, the causes before what they bring about.
_RANKS = {
    kind: rank
    for rank, kinds in enumerate(
        (
            ("storage-fault",), ("network-fault",), ("disk-full",), ("io-timeout", "out-of-memory"), ("halt",), DEATHS, ("site-fault",),
            ("session-limit", "connection-limit"), OF_START,
        )
    )
    for kind in kinds
}  # fmt: skip
assert set(FAULTS) < set(_RANKS)
# What keeps a server from starting is a fault of its own, whatever the kind of its event.
_LICENSE, _PORT, _DAMAGE = OF_START
_OF_START = {
    "means-license-expired": _LICENSE,
    "means-port-taken": _PORT,
    "means-redo-log-damaged": _DAMAGE,
    "means-job-not-read": _DAMAGE,
    "means-raft-not-read": _DAMAGE,
}
_ALONE = ("session-limit", "connection-limit", *OF_START)  # which lead to nothing, and are led to by nothing
_GONE = (*DEATHS, "halt", *OF_START)

_SKEW = 3  # seconds that clocks of nodes may be apart
_LEADS = 660  # seconds in which a cause shows: a node is found dead up to DCR_GRP_DSKCHK_CNT, 600 at most, after its last beat
_TOGETHER = 120  # seconds in which nodes fall by one fault, of storage or of the network that they share, or behind one that fell
_NEAREST = 100  # faults that are looked at, so that a log with a million of them is read in time
_STOPPING = 600  # seconds before all nodes are gone in which a clean stop has begun


def _kind(told: Told) -> str:
    """The kind of fault that an event tells of, if any."""
    return _OF_START.get(told.event.means.name, told.event.kind)


class _Chain:
    """A fault and what it brings about, while the time line is read."""

    def __init__(self, first: Told, keys: set[Key]) -> None:
        self.told = [first]
        self.first = first.at
        self.until = first.until
        self.keys = keys
        self.kinds = {_kind(first)}
        self.lost: set[Key] = set()
        self.behind: list[Told] = []  # halts of further nodes

    def add(self, told: Told, keys: Iterable[Key]) -> None:
        self.told.append(told)
        self.until = max(self.until, told.until)
        self.keys |= set(keys)
        self.kinds.add(_kind(told))

    @property
    def is_shared(self) -> bool:
        """Whether it is of something that all nodes share."""
        return bool(self.kinds & {"storage-fault", "network-fault", "site-fault"})


def find_faults(told: Sequence[Told], episodes: Sequence[Episode], nodes: Nodes) -> tuple[Fault, ...]:
    """The faults of a case, in the order of their times."""
    handling, others = _Handlings(episodes, nodes), _Others(told, nodes)
    chains: list[_Chain] = []
    for each in told:
        if _kind(each) not in _RANKS:
            continue
        whose = _nodes_of(each)
        keys = {key for node in whose if (key := nodes.key(node)) is not None}
        chain = _chain_of(each, keys, chains, handling)
        if chain is None:
            chains.append(chain := _Chain(each, keys))
        elif _kind(each) == "halt" and keys.isdisjoint(chain.keys):
            chain.behind.append(each)
            continue
        else:
            chain.add(each, keys)
        if _kind(each) in _GONE:
            chain.lost |= keys
    known = [_fault(chain, others, handling, nodes) for chain in chains]
    seen = {id(fault.episode) for fault in known}
    unseen = [episode for episode in episodes if id(episode) not in seen]
    return tuple(sorted([*known, *map(_unseen, unseen)], key=lambda fault: fault.time or ""))


def _unseen(episode: Episode) -> Fault:
    """The fault that an episode is about where no log that is here has it: only what the living nodes did about it."""
    outcome = UNHANDLED if episode.halted else HANDLED if episode.end is not None else GOES_ON
    return Fault("instance-fault", episode.failed, episode.start, episode.events[:1], True, outcome, episode, episode.halted)


def _nodes_of(told: Told) -> tuple[Node, ...]:
    return told.event.nodes or (writer_of(told.log),)


def _chain_of(told: Told, keys: set[Key], chains: Sequence[_Chain], handling: _Handlings) -> _Chain | None:
    """The fault that an event tells of once more, or that has brought it about; the nearest one."""
    near = (chain for chain in reversed(chains[-_NEAREST:]) if told.at - chain.until <= _LEADS or _kind(told) in _ALONE)
    return next((chain for chain in near if _continues(told, keys, chain, handling)), None)


def _continues(told: Told, keys: set[Key], chain: _Chain, handling: _Handlings) -> bool:
    kind, apart = _kind(told), told.at - chain.until
    if kind in _ALONE or chain.kinds & set(_ALONE):
        return kind in chain.kinds and keys == chain.keys
    if kind == "site-fault" or "site-fault" in chain.kinds:
        return apart <= _TOGETHER
    if keys & (chain.keys if chain.is_shared and apart <= _TOGETHER else chain.lost or chain.keys) and not handling.between(
        chain, told, keys
    ):
        return True
    if kind == "network-fault":
        return "network-fault" in chain.kinds and apart <= _TOGETHER
    if kind == "storage-fault":
        return "storage-fault" in chain.kinds and apart <= _TOGETHER
    if "network-fault" in chain.kinds and kind in _GONE and not chain.lost:
        return True  # the links that broke are between nodes, and one of them is halted for it
    if kind in _GONE and "storage-fault" in chain.kinds and apart <= _TOGETHER and not keys:
        return True
    alone = kind == "halt" and bool(chain.lost) and apart <= _TOGETHER
    return alone and handling.of(chain.lost, chain.first, chain.until) is None


class _Handlings:
    """The episodes, by the nodes that they are about."""

    def __init__(self, episodes: Sequence[Episode], nodes: Nodes) -> None:
        self._known: dict[Key | None, list[tuple[float, float | None, Episode]]] = {}
        self._unnamed = [episode for episode in episodes if not episode.failed]
        for episode in episodes:
            begin = seconds_of(episode.start)
            for node in episode.failed if begin is not None else ():
                self._known.setdefault(nodes.key(node), []).append((begin or 0, seconds_of(episode.end), episode))

    def of(self, keys: set[Key], first: float, until: float) -> Episode | None:
        """The episode that handles the loss of one of these nodes, which was lost in this time."""
        for key in sorted(keys, key=str):
            for begin, end, episode in self._known.get(key, ()):
                soon = first - _SKEW <= begin <= until + _LEADS
                during = begin <= until + _SKEW and first <= (end if end is not None else first)
                if (soon and (end is None or until <= end + _SKEW)) or during:
                    return episode
        return None

    def of_unnamed(self, chain: _Chain) -> Episode | None:
        """The episode about a node that no log names, where a server just before it ended of which no log tells the node."""
        near = [
            episode
            for episode in self._unnamed
            if (begin := seconds_of(episode.start)) is not None and chain.first - _SKEW <= begin <= chain.until + _LEADS
        ]
        return near[0] if len(near) == 1 else None

    def between(self, chain: _Chain, told: Told, keys: set[Key]) -> bool:
        """Whether the loss of a node was handled before an event that is about it: that is another fault then."""
        known = (each for key in keys for each in self._known.get(key, ()))
        return any(end is not None and chain.first <= end < told.at - _SKEW for _, end, _ in known)


def _fault(chain: _Chain, others: _Others, handling: _Handlings, nodes: Nodes) -> Fault:
    root = min(chain.told, key=lambda each: (_RANKS[_kind(each)], each.at))
    if chain.lost:
        episode = handling.of(chain.lost, chain.first, chain.until)
    else:
        episode = handling.of_unnamed(chain) if "halt" in chain.kinds and not chain.keys else None
    rejoining = episode is None and bool(chain.lost) and others.is_rejoining(chain.first)
    halted = [*(node for each in chain.behind for node in _nodes_of(each)), *(episode.halted if episode is not None else ())]
    back = others.back(chain.lost, chain.until)
    lost = bool(chain.lost) or episode is not None or bool(chain.kinds & {"storage-fault", "site-fault"})
    about = [node for each in chain.told for node in _nodes_of(each) if nodes.key(node) in (chain.lost or chain.keys)]
    return Fault(
        _kind(root),
        nodes.several(about) or _unnamed(chain),
        chain.told[0].event.time,
        tuple(each.logged for each in chain.told),
        lost,
        _outcome(chain, episode, others),
        episode,
        nodes.several(halted),
        tuple(each.logged for each in chain.behind),
        back,
        rejoining,
        rejoined=episode is not None and episode.end is not None and others.last_of("rejoin", inf) >= (seconds_of(episode.end) or inf),
    )


def _unnamed(chain: _Chain) -> tuple[Node, ...]:
    """The server of which a single log tells that names no node."""
    logs = {id(each.log): each.log for each in chain.told}
    return (unnamed_writer(chain.told[0].log),) if len(logs) == 1 and chain.told[0].log.kind == "dmserver" else ()


def _outcome(chain: _Chain, episode: Episode | None, others: _Others) -> str:
    if "site-fault" in chain.kinds and not chain.lost and others.last_of("stopped", chain.first + _SKEW) >= chain.first - _STOPPING:
        return CLEAN  # nodes were stopped on purpose just before all of them were gone
    if episode is None or episode.halted:
        return UNHANDLED
    return HANDLED if episode.end is not None else GOES_ON


class _Others:
    """Events that are no faults, and say what became of one."""

    def __init__(self, told: Sequence[Told], nodes: Nodes) -> None:
        self._times: dict[str, list[float]] = {}
        self._ready: dict[Key | None, list[Told]] = {}
        for each in told:
            self._times.setdefault(each.event.kind, []).append(each.at)
            if each.event.kind == "ready":
                self._ready.setdefault(nodes.key(_nodes_of(each)[0]), []).append(each)

    def last_of(self, kind: str, until: float) -> float:
        """When such an event was last logged before a moment; minus infinity if none was."""
        times = self._times.get(kind, [])
        at = bisect_right(times, until)
        return times[at - 1] if at else float("-inf")

    def is_rejoining(self, at: float) -> bool:
        return self.last_of("rejoin", at) > max(self.last_of("handling-over", at), self.last_of("handling-started", at))

    def back(self, keys: set[Key], since: float) -> str | None:
        """When the last of some nodes was ready again, by its own log; None where one of them was not."""
        times = [next((each.event.time for each in self._ready.get(key, ()) if each.at > since), None) for key in keys]
        known = [time for time in times if time is not None]
        return max(known, default=None) if len(known) == len(times) else None
