"""Tables × processes → the other end of each descriptor.

A table says nothing of when it was taken.  So a descriptor counts only if all tables that list it agree on what it is;
a thread that has moved on since then is not in the wait that the dumps show.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from stackan.model.facts import Peer
from stackan.model.link import Descriptors, End, Ends, Link, Row
from stackan.model.placement import ProcessInputs
from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.model.track import Track, with_newest

_LOCAL = ("127.", "[::1]")
_TOLD = 3  # process ids that are shown for an end that many have open

_ByPid = dict[tuple[str, int], list[ProcessInputs]]  # the processes of the case by host and process id


class _Opened(NamedTuple):
    """A process's descriptor: the host within which its process id counts, that, and its own number."""

    host: str
    pid: int
    descriptor: int | None  # None where the table prints none


class _Ledger:
    """All rows of a case's tables, by the names of the ends."""

    def __init__(self, tables: Sequence[tuple[Descriptors, str]]) -> None:
        self.opened: dict[_Opened, dict[str, End]] = {}  # {descriptor: {end: the line that says so}}
        self.unread: dict[str, int] = {}  # {end: bytes}, the fewest that any table shows
        self.hosts: dict[str, str] = {}  # {end: where a table lists it}
        self._holders: dict[str, dict[_Opened, End]] = {}  # {end: the processes that have it open}
        self._leads: dict[str, str] = {}  # {end: the other end, "" where tables do not agree}
        self._known: dict[str, str] = {}  # {inode: the end's name}
        for row, host in ((row, host) for table, host in tables for row in table.rows):
            if row.inode and row.own:
                self._known[_scoped(row.inode, host)] = _scoped(row.own, host)
        for row, host in sorted(((row, host) for table, host in tables for row in table.rows), key=_reticence):
            self._enter(row, host)

    def _enter(self, row: Row, host: str) -> None:
        own = _scoped(row.own or row.inode, host)
        own = self._known.get(own, own)
        self.hosts.setdefault(own, host)
        if row.other:
            other = _scoped(row.other, host)
            self._leads[own] = other if self._leads.get(own, other) == other else ""
        if row.unread is not None:
            self.unread[own] = min(row.unread, self.unread.get(own, row.unread))
        for end in row.ends:
            opened = _Opened(host, end.pid, end.descriptor)
            self._holders.setdefault(own, {}).setdefault(opened, end)
            self.opened.setdefault(opened, {}).setdefault(own, end)

    def follow(self, opened: _Opened) -> tuple[str, str, End] | None:
        """(own end, other end, the line that says it) of a descriptor, if the tables agree on what it is.

        An inode that no table explains says nothing beside a name.
        """
        names = self.opened[opened]
        told = [name for name in names if name in self._leads] or list(names)
        other = self._leads.get(told[0]) if len(told) == 1 else None
        return (told[0], other, names[told[0]]) if other else None

    def is_open(self, end: str) -> bool:
        return end in self._holders

    def open_at(self, end: str) -> list[tuple[str, End]]:
        """(host, process) of an end; where a process's descriptor is known, a line without one adds nothing."""
        holders = self._holders.get(end, {})
        exact = {(opened.host, opened.pid) for opened in holders if opened.descriptor is not None}
        return [
            (opened.host, each)
            for opened, each in holders.items()
            if opened.descriptor is not None or (opened.host, opened.pid) not in exact
        ]

    def listening_for(self, end: str) -> list[tuple[str, End]]:
        """(host, process) of those that listen where a connection has arrived that nobody has accepted."""
        host = self.hosts.get(end)
        if host is None:
            return []
        address = end.rpartition("!")[2].partition(">")[0]
        names = (f"listen {address}", f"listen *:{address.rpartition(':')[2]}")
        return [each for name in names for each in self.open_at(_scoped(name, host))]


def connect(
    tables: Sequence[Descriptors], hosts: Sequence[str | None], places: Sequence[ProcessInputs]
) -> tuple[list[dict[int, Link]], list[str]]:
    """For each process {descriptor: its other end}, and warnings about tables that were not used.

    `hosts` are those that the tables are of, None where unknown.  Process ids and most names mean something within a host only.
    """
    known = {place.host for place in places if place.host is not None}
    used, warnings = _choose(tables, hosts, known)
    by_pid: _ByPid = {}
    for place in places:
        if place.pid is not None:
            by_pid.setdefault(((place.host or "") if len(known) > 1 else "", place.pid), []).append(place)
    ledger, found = _Ledger(used), {id(place): dict[int, Link]() for place in places}
    ends: dict[str, Ends] = {}
    for opened in ledger.opened:
        led = by_pid.get((opened.host, opened.pid), ()) if opened.descriptor is not None else ()
        link = _link(ledger, opened, by_pid, ends) if led else None
        for place in led:
            if link is not None and opened.descriptor is not None:
                found[id(place)][opened.descriptor] = link
    told = next((table.source for table, _ in used if table.rows), None)
    if told is not None and not any(found.values()):
        warnings.append(said("{source}: no descriptor in it leads anywhere from a process of this case", source=told))
    return [found[id(place)] for place in places], warnings


def _choose(
    tables: Sequence[Descriptors], hosts: Sequence[str | None], known: Collection[str]
) -> tuple[list[tuple[Descriptors, str]], list[str]]:
    """The tables of the case's hosts, and why others are not used; each with its host, "" if all of the case is of one."""
    used: list[tuple[Descriptors, str]] = []
    warnings: list[str] = []
    for table, host in zip(tables, hosts):
        if host is not None and host in known and len(known) > 1:
            used.append((table, host))
        elif len(known) < 2 and (host is None or not known or host in known):
            used.append((table, ""))
        elif host:
            warnings.append(said("{source}: not used, as no dump is of {host}", source=table.source, host=host))
        else:
            warnings.append(said("{source}: not used, as nothing says of which host it is", source=table.source))
    return used, warnings


def _reticence(row_of: tuple[Row, str]) -> tuple[bool, bool]:
    """Lines that show most come first, as the first one that shows something is quoted for it."""
    row, _ = row_of
    return row.unread is None, not row.other


def _link(ledger: _Ledger, opened: _Opened, by_pid: _ByPid, known: dict[str, Ends]) -> Link | None:
    """The other end of a descriptor; `known` are the ends of others."""
    followed = ledger.follow(opened)
    if followed is None:
        return None
    name, other, own = followed
    holders = ledger.is_open(other)
    if other not in known:
        known[other] = _place(ledger.open_at(other) if holders else ledger.listening_for(other), by_pid)
    kind, words, address = _describe(name, other)
    return Link(kind, words, address, own, known[other], ledger.unread.get(other), not holders and bool(known[other].all))


def _place(found: Sequence[tuple[str, End]], by_pid: _ByPid) -> Ends:
    """The processes that have an end open, with those of the case that they are."""
    ends = tuple(end._replace(places=tuple(by_pid.get((host, end.pid), ()))) for host, end in found)
    names = list(dict.fromkeys(map(_name, ends)))
    return Ends(ends, Peer(tuple(names[:_TOLD]), len(names) > _TOLD) if names else None)


def _name(end: End) -> str:
    """`24096`, `node1/24096`: as the processes of the case are called."""
    host = end.places[0].host if end.places else None
    return f"{host}/{end.pid}" if host else str(end.pid)


def _describe(own: str, other: str) -> tuple[str, str, str]:
    """(kind, name, address of the other end) of what leads from one end to the other."""
    own, other = own.rpartition("!")[2], other.rpartition("!")[2]
    if own.startswith("pipe:"):
        return "pipe", said("pipe {number}", number=own[5:].rpartition(" ")[0]), ""
    if own.startswith("socket:"):
        return "socket", said("Unix socket {own} -> {other}", own=own[7:], other=other[7:]), ""
    here, _, there = own.partition(">")
    return "socket", f"{here} -> {there}", there


def _scoped(name: str, host: str) -> str:
    """The name of an end within the case: of a connection between hosts it is the same on both."""
    if not host or (">" in name and not name.startswith(_LOCAL)):
        return name
    return f"{host}!{name}"


def attach(tracks: Sequence[Track], links: dict[int, Link]) -> list[Track]:
    """The threads of a process with what the descriptors lead to that they wait for."""
    return [_with_link(track, links) for track in tracks]


def _with_link(track: Track, links: dict[int, Link]) -> Track:
    awaited = track.newest.awaited
    link = links.get(awaited.descriptor) if awaited is not None and awaited.descriptor is not None else None
    if awaited is None or link is None:
        return track
    newest = track.newest._replace(awaited=awaited._replace(link=link))
    return with_newest(track, newest)
