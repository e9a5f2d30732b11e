"""Processes → the AND/OR wait-for graph.

Sound only if AND edges are true and the suppliers of OR waits are supersets: when in doubt, add suppliers.  A thread that
is not known to be blocked may still act: the one node *someone else* represents every owner and signaller that no stack
shows, and is active.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from stackan.graph.children import Parents
from stackan.graph.elimination import Elimination
from stackan.graph.peers import Peers
from stackan.graph.shared import find_shared_locks, is_private
from stackan.graph.suppliers import Supply
from stackan.model.dump import Dump
from stackan.model.facts import Wanted
from stackan.model.place import FRAMES, INFERRED, INITIALIZER, LOCALS, PROFILE, RECORDED, WAITS_FOR_INITIALIZER, Awaited, Held, Sighting
from stackan.model.printed import Printed
from stackan.model.process import Process
from stackan.model.readings import printed_readings
from stackan.model.said import said
from stackan.model.track import STUCK, VANISHED, Track, awaited_address, held_by
from stackan.model.waitgraph import (
    ARRIVAL_OF,
    CHANGED_BY,
    COUNTED_BY,
    END_OF,
    HELD_BY,
    MAY_COME,
    MAY_HOLD,
    ONLY_BY,
    POOL_RELEASES,
    POSTED_BY,
    RUN_BY,
    SIGNALED_BY,
    TRANSACTION_OF,
    WAITS_FOR,
    Edge,
    Node,
    WaitGraph,
)

_FOLLOWED = 64  # threads of a process, any of which may have a lock: each waiter has an edge to each of them
# Objects without an owner, and their relation to the threads that bring what is waited for there.
_BROUGHT = {
    "condition": SIGNALED_BY,
    "semaphore": POSTED_BY,
    "barrier": ARRIVAL_OF,
    "latch": COUNTED_BY,
    "futex": CHANGED_BY,
}


def build(processes: Sequence[Process]) -> WaitGraph:
    graph = WaitGraph()
    someone = graph.add(Node("someone-else", said("someone else"), None))
    graph.shared_locks = find_shared_locks(processes)
    joined: dict[Hashable, int] = {}  # locks of several processes that nobody is shown to hold
    builders = [_Builder(graph, process, someone, joined) for process in processes]
    everyone: dict[int | str, list[int]] = {}  # a lock in shared memory may be held by a thread of another process
    for builder in builders:
        builder.add_threads()
        for key, node in builder.threads.items():
            everyone.setdefault(key, []).append(node)
    supplies = [builder.supply for builder in builders]
    peers = Peers(graph, someone, supplies)
    parents = Parents(graph, someone, supplies)
    for builder in builders:
        builder.add_waits(everyone, peers, parents, supplies)
    return graph


def waits(track: Track, snapshots: int) -> bool:
    """Whether a thread is a waiter of the graph; all others are active."""
    if track.progress == STUCK:
        return True
    return snapshots == 1 and track.place.verb in ("waiting", "blocked")


def _is_whole(dump: Dump) -> bool:
    """Whether a dump of one thread shows all threads of its process: it has gdb's own words, and gdb announced no other thread."""
    return dump.format == "gdb" and not dump.facts.announced and dump.columns.thread_number[dump.first_thread] == 1


class _Builder:
    def __init__(self, graph: WaitGraph, process: Process, someone: int, joined: dict[Hashable, int]) -> None:
        self.graph = graph
        self.process = process
        self.someone = someone
        self.joined = joined
        self.threads: dict[int | str, int] = {}
        self.supply = Supply(graph, process, someone, self.threads)
        self.elimination = Elimination(graph, self.supply)
        self.resources: dict[object, int] = {}
        self.holders: dict[object, list[tuple[Track, Sighting, Held]]] = {}
        self.everyone: dict[int | str, list[int]] = {}  # the threads of all processes by LWP
        self.recorded: dict[int | None, Printed] = {}  # locks whose printed owner is one of them, by address
        self.read: dict[int, tuple[Dump, Printed]] = {}  # locks that readers hold, by address

    def add_threads(self) -> None:
        """The process's threads, what they hold, and its pools."""
        for track in self.process.tracks:
            if track.progress != VANISHED:
                self.threads[track.key] = self.graph.add(Node("thread", "", self.process, track))
                for sighting, hold in held_by(track):
                    self.holders.setdefault(_identity(hold.address, hold.token), []).append((track, sighting, hold))
        self.supply.add_pools()

    def add_waits(self, everyone: dict[int | str, list[int]], peers: Peers, parents: Parents, supplies: Sequence[Supply]) -> None:
        """Add the waits of its threads; `everyone` are the threads of all processes by LWP, `supplies` what each process can bring."""
        self.everyone = everyone
        self.supplies = supplies
        self.peers = peers
        self.parents = parents
        printed = self.process.dumps[-1].facts.printed
        self.read = printed_readings(self.process)
        self.recorded = {word.address: word for word in reversed(printed) if len(everyone.get(word.owner, ())) == 1}
        for track in self.process.tracks:
            if track.key in self.threads:
                if waits(track, len(self.process.dumps)):
                    self._add_wait(track)
                elif self._proves_alone(track):
                    self._add_lock_wait(track, "")

    def _is_elsewhere(self, sighting: Sighting) -> bool:
        """Whether a thread waits for a lock whose owner, by a table of waits, is of another process that shares it."""
        awaited = sighting.awaited
        return awaited is not None and bool(awaited.home)

    def _elsewhere(self, lwp: int, sighting: Sighting) -> int:
        """The thread of another process of the same host that has a lock which both share."""
        found = self.everyone.get(lwp, []) if self._is_elsewhere(sighting) else []
        homes = [self.graph.nodes[node].process for node in found]
        return found[0] if len(found) == 1 and homes[0] is not None and homes[0].inputs.host == self.process.inputs.host else self.someone

    def _other(self, node: int, relation: str) -> None:
        self.graph.connect(Edge(node, self.someone, INFERRED, "", 0, relation))

    def _add_wait(self, track: Track) -> None:
        graph, sighting = self.graph, track.newest
        awaited, place = sighting.awaited, sighting.place
        node = self.threads[track.key]
        graph.needs[node] = 1
        if awaited is not None and awaited.home and awaited.descriptor is not None:
            self._add_file_lock(node, sighting, awaited)
            return
        if awaited is not None and awaited.owners and not self._is_elsewhere(sighting):
            relation = TRANSACTION_OF if awaited.kind == "database-lock" else END_OF
            source = sighting.text_of(awaited).source
            for owner in awaited.owners:
                supplier = self.threads.get(owner, self._elsewhere(owner, sighting))
                graph.connect(Edge(node, supplier, awaited.evidence, source, sighting, relation))
            # Of owners that are only inferred any one may be the right one.
            graph.needs[node] = len(graph.out[node]) if awaited.evidence != INFERRED else 1
            return
        token = self._token(track)
        if token or _is_lock(sighting):
            self._add_lock_wait(track, token)
            return
        if place.reason == WAITS_FOR_INITIALIZER:
            graph.connect(Edge(node, self._initialization(track), INFERRED, sighting.dump.source, sighting, WAITS_FOR))
            return
        if awaited is not None and awaited.link is not None:
            self.peers.connect(node, track, awaited.link)
            return
        if place.kind == "process" and self.parents.connect(node, track, self.supply):
            return
        if place.rule is not None and place.rule.release == "pool" and track.key in self.supply.pool_of:
            resource = graph.add(Node("resource", place.rule.what, self.process, resource=place.rule.kind or "database-lock"), needs=1)
            graph.connect(Edge(node, resource, PROFILE, sighting.dump.source, sighting, WAITS_FOR))
            graph.connect(Edge(resource, self.supply.pool_of[track.key], PROFILE, "", 0, POOL_RELEASES))
            return
        declared = self.supply.declared(track, self.supplies)
        if declared is not None:
            graph.connect(Edge(node, declared, PROFILE, sighting.dump.source, sighting, WAITS_FOR))
            return
        if place.task and self.supply.pools:
            graph.connect(Edge(node, self.supply.result(place.result), INFERRED, sighting.dump.source, sighting, WAITS_FOR))
            return
        brought = _BROUGHT.get(place.kind or "", "") if place.rule is None else ""
        if brought and awaited is not None and awaited.address is not None:
            graph.connect(Edge(node, self._event(awaited, brought), FRAMES, sighting.dump.source, sighting, WAITS_FOR))
            return
        if place.state == "lock" and place.rule is None and self.elimination.applies:
            graph.connect(Edge(node, self._unprinted_lock(place.kind or "futex"), INFERRED, sighting.dump.source, sighting, WAITS_FOR))
            return
        self._other(node, WAITS_FOR)

    def _initialization(self, waiter: Track) -> int:
        """The node of what a thread waits for that only an initializer's end brings: one that another thread runs, if any other does."""
        running = self.holders.get(INITIALIZER, [])
        others = [each for each in running if each[0] is not waiter] or running
        key = (INITIALIZER, waiter.key if len(others) < len(running) else None)
        if key not in self.resources:
            resource = Node("resource", said("a one-time initialization"), self.process, resource="once", what=Wanted("once"))
            node = self.resources[key] = self.graph.add(resource, needs=1)
            for track, shown, hold in others:
                self.graph.connect(Edge(node, self.threads[track.key], INFERRED, shown.dump.source, hold.line, RUN_BY))
            if not others or not self.process.whole:
                self._other(node, RUN_BY)
        return self.resources[key]

    def _add_file_lock(self, node: int, sighting: Sighting, awaited: Awaited) -> None:
        """The lock of a file, which each process has open under a number of its own."""
        words = said("a lock on a file (descriptor {descriptor})", descriptor=str(awaited.descriptor))
        what = Wanted("file", descriptor=awaited.descriptor)
        resource = self.graph.add(Node("resource", words, self.process, resource="file", what=what), needs=1)
        source = sighting.text_of(awaited).source
        self.graph.connect(Edge(node, resource, awaited.evidence, source, sighting, WAITS_FOR))
        for owner in awaited.owners:
            supplier = self.threads.get(owner, self._elsewhere(owner, sighting))
            self.graph.connect(Edge(resource, supplier, awaited.evidence, source, sighting, HELD_BY))
        if not awaited.owners:
            self._add_holders(resource, awaited.home)

    def _add_holders(self, resource: int, pid: int) -> None:
        """Any thread of a process may be the one that has what only the process is known to have; of a large one that is not followed."""
        host = self.process.inputs.host
        found = [each for each in self.supplies if each.process.pid == pid and each.process.inputs.host == host]
        if len(found) == 1 and len(found[0].process.tracks) > _FOLLOWED:
            found = []
        for track in found[0].process.tracks if len(found) == 1 else ():
            if track.key in found[0].threads:
                shown = track.newest
                self.graph.connect(Edge(resource, found[0].threads[track.key], INFERRED, shown.dump.source, shown.line, MAY_COME))
        if len(found) != 1 or not found[0].process.whole:
            self._other(resource, HELD_BY)

    def _unprinted_lock(self, kind: str) -> int:
        """The node of all locks of a kind whose addresses no line prints: who holds one of them is among the same threads."""
        key = ("unprinted", kind)
        if key not in self.resources:
            node = self.resources[key] = self.graph.add(Node("resource", f"{kind} lock", self.process, resource=kind, what=Wanted(kind)), 1)
            self._eliminate(node)
        return self.resources[key]

    def _eliminate(self, node: int) -> None:
        self.graph.connect(Edge(node, self.elimination.holders(), INFERRED, "", 0, MAY_HOLD))

    def _event(self, awaited: Awaited, brought: str) -> int:
        """The node of an object without an owner: any thread that comes may bring what its waiters wait for."""
        key = (awaited.kind, awaited.address)
        if key not in self.resources:
            words = f"{awaited.kind} {awaited.address:#x}{f' <{awaited.symbol}>' if awaited.symbol else ''}"
            node = Node("resource", words, self.process, resource=awaited.kind, address=awaited.address)
            self.resources[key] = self.graph.add(node, needs=1)
            self._other(self.resources[key], brought)
        return self.resources[key]

    def _add_lock_wait(self, track: Track, token: str) -> None:
        node, sighting = self.threads[track.key], track.newest
        self.graph.needs[node] = 1
        common = self._common(track)
        if common is not None:
            self.graph.connect(Edge(node, common, INFERRED, sighting.dump.source, sighting, WAITS_FOR))
            return
        awaited, source = sighting.awaited, sighting.text_of(sighting.awaited).source
        evidence = RECORDED if awaited is not None and awaited.log is not None else FRAMES
        self.graph.connect(Edge(node, self._lock(sighting, token), evidence, source, sighting, WAITS_FOR))

    def _common(self, track: Track) -> int | None:
        """The node of a lock for which threads of other processes wait, too; where its holder is known, each process has its own.

        That it is one lock is inferred, so no deadlock may rest on it: it leads to someone else.
        """
        lock = self.graph.shared_locks.get((self.process.id, track.key))
        awaited = track.newest.awaited
        if lock is None or awaited is None or awaited.address in self.holders or awaited.address in self.recorded:
            return None
        if lock not in self.joined:
            words = said("{lock}, shared by processes", lock=f"{awaited.kind} {awaited.address:#x}")
            resource = Node("resource", words, None, resource=awaited.kind, address=awaited.address)
            self.joined[lock] = self.graph.add(resource, needs=1)
            self._other(self.joined[lock], HELD_BY)
        return self.joined[lock]

    def _proves_alone(self, track: Track) -> bool:
        """Whether the newest snapshot counts although the thread moved before it: a deadlock may have formed in between.

        It does where all threads were looked at in one instant, and the text proves the holder of what the thread waits for.
        """
        sighting = track.newest
        awaited, place = sighting.awaited, sighting.place
        if place.verb != "waiting" or place.state != "lock" or place.timed or awaited is None or awaited.address is None:
            return False
        if not sighting.dump.traits.instant and not awaited.is_read_alive:
            return False
        held = self.holders.get(awaited.address, [])
        return bool(held) and all(hold.sure and hold.evidence in (RECORDED, LOCALS) for _, _, hold in held)

    def _token(self, track: Track) -> str:
        """The lock without an address that a thread waits for, if a holder is known.

        It holds it itself (a signal handler inside the allocator), or the lock has a name (a class that is being initialized).
        """
        if track.place.kind == "allocator":
            return next((hold.token for hold in track.newest.holds if hold.token), "")
        awaited = track.newest.awaited
        if awaited is None or awaited.address is not None or not awaited.symbol:
            return ""
        token = f"{awaited.kind} {awaited.symbol}"
        return token if token in self.holders else ""

    def _lock(self, sighting: Sighting, token: str) -> int:
        """The node of a lock, with its holders as AND suppliers, or someone else if none is known."""
        awaited, place = sighting.awaited, sighting.place
        address = awaited.address if awaited else None
        key = _identity(None if token else address, token)
        node = self.resources.get(key)
        if node is not None:
            return node
        kind = place.kind or "futex"
        symbol = f" <{awaited.symbol}>" if awaited and awaited.symbol else ""
        words = f"{kind} {address:#x}{symbol}" if address is not None else f"{kind}{symbol or ' lock'}"
        what = Wanted(kind, address=address, symbol=(awaited and awaited.symbol) or "")
        node = self.resources[key] = self.graph.add(Node("resource", words, self.process, resource=kind, address=address, what=what))
        held = _without_upgrades(self.holders.get(key, []), address)
        exclusive = [each for each in held if not each[-1].shared]
        if len(exclusive) > 1:  # two owners contradict each other: only a recorded one is believed
            recorded = [each for each in exclusive if each[-1].evidence == RECORDED]
            held = recorded if len(recorded) == 1 else []
        for track, shown, hold in held:
            self.graph.connect(
                Edge(
                    node,
                    self.threads[track.key],
                    hold.evidence,
                    shown.text_of(hold).source,
                    hold.line,
                    HELD_BY,
                    hold.sure,
                    hold.frame if hold.evidence == LOCALS else None,
                )
            )
        if not held and awaited is not None and self._is_elsewhere(sighting):
            source = sighting.text_of(awaited).source
            for owner in awaited.owners:
                self.graph.connect(Edge(node, self._elsewhere(owner, sighting), awaited.evidence, source, sighting, HELD_BY))
        elif not held and not self._connect_recorded(node, address):
            if address in self.read:
                dump, word = self.read[address]
                self.graph.connect(Edge(node, self.someone, RECORDED, dump.source, word.line, HELD_BY))
            elif self._is_alone_with(sighting):
                self.graph.connect(Edge(node, self.threads[self.process.tracks[0].key], INFERRED, "", 0, ONLY_BY))
            elif self.elimination.applies:
                self._eliminate(node)
            else:
                self._other(node, HELD_BY)
        self.graph.needs[node] = len(self.graph.out[node])
        return node

    def _is_alone_with(self, sighting: Sighting) -> bool:
        """Whether nobody else can ever release a lock: its process has no other thread, and it is shared with no other process.

        So a child waits whose parent was in the middle of something when it forked: the lock was copied, its holder was not.
        """
        place, dump = sighting.place, sighting.dump
        if len(self.process.tracks) != 1 or not all(map(_is_whole, self.process.dumps)) or place.timed or place.state != "lock":
            return False
        if any(word.owner for word in dump.facts.printed) or (sighting.awaited is not None and sighting.awaited.gone):
            return False  # the text itself names who had it, which has ended
        return is_private(sighting)

    def _connect_recorded(self, node: int, address: int | None) -> bool:
        """Connect a lock to the thread of another process that its printed owner word names."""
        printed = self.recorded.get(address)
        if printed is None:
            return False
        (owner,) = self.everyone[printed.owner]
        self.graph.connect(Edge(node, owner, RECORDED, self.process.dumps[-1].source, printed.line, HELD_BY))
        return True


def _without_upgrades(held: list[tuple[Track, Sighting, Held]], address: int | None) -> list[tuple[Track, Sighting, Held]]:
    """The holders of a lock; a thread that reads, by a guard that may be left over, and waits to write is one if there is no other."""
    others = [each for each in held if each[-1].sure or address is None or awaited_address(each[0].newest) != address]
    return others or held


def _is_lock(sighting: Sighting) -> bool:
    """Whether a thread waits for one that has an owner; of a lock that only a profile knows, a log has to say which it is."""
    awaited, place = sighting.awaited, sighting.place
    if awaited is None or awaited.address is None:
        return False
    return awaited.is_logged or (place.rule is None and place.kind != "future" and place.kind not in _BROUGHT)


def _identity(address: int | None, token: str) -> object:
    return address if address is not None else token
