"""Listings, held against the dumps: a listing has no time of writing that a dump could be compared with.

So it counts only for a thread that is inside of a statement in the newest snapshot, and stood there in all.  The session that holds what
it waits for may well be idle: a client that has not ended its transaction is the usual cause.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from stackan.model.facts import Fact, fact
from stackan.model.listing import Listing, TransactionWait
from stackan.model.log import CheckedLog, Log
from stackan.model.place import INFERRED, Awaited
from stackan.model.placement import ProcessInputs
from stackan.model.track import STUCK, VANISHED, Track, with_newest

_KIND = "database-lock"


def assign_listings(listings: Sequence[Listing], places: Sequence[ProcessInputs]) -> list[list[Listing]]:
    """For each process the listings that are of it: those that name most of its threads, then those of these sessions' transactions."""
    shares: list[list[Listing]] = [[] for _ in places]
    threads = [set(place.compared[-1].thread_of_lwp) if place.compared else set() for place in places]
    _share(listings, shares, lambda listing, at: len(_lwps(listing) & threads[at]))
    transactions = [{each.transaction for listing in share for each in listing.sessions} for share in shares]
    rest = [listing for listing in listings if not any(listing in share for share in shares)]
    _share(rest, shares, lambda listing, at: len({wait.transaction for wait in listing.waits} & transactions[at]))
    return shares


def _share(listings: Sequence[Listing], shares: list[list[Listing]], fit: Callable[[Listing, int], int]) -> None:
    """Give each listing to the process that it fits best, if there is one such."""
    for listing in listings:
        fits = [fit(listing, at) for at in range(len(shares))]
        best = max(fits, default=0)
        if best and fits.count(best) == 1:
            shares[fits.index(best)].append(listing)


def _lwps(listing: Listing) -> set[int]:
    threads = {wait.lwp for wait in listing.thread_waits} | {hold.lwp for hold in listing.thread_holds} | listing.names.keys()
    return threads | {session.lwp for session in listing.sessions} | {wait.lwp for wait in listing.waits if wait.lwp is not None}


def attach(tracks: Sequence[Track], listings: Sequence[Listing], snapshots: int) -> tuple[list[Track], tuple[CheckedLog, ...]]:
    """The threads of a process with what the listings say of them, and the listings as texts that it has written."""
    known = _Known(listings, {track.lwp for track in tracks if track.progress != VANISHED and track.lwp is not None})
    names = {lwp: name for listing in listings for lwp, name in listing.names.items()}
    told = [_told(_named(track, names), known, snapshots) for track in tracks]
    if any(listing.thread_waits or listing.thread_holds for listing in listings):
        from stackan.listings.latches import attach_threads

        told = attach_threads(told, listings, snapshots)
    return told, tuple(CheckedLog(listing.log, ()) for listing in listings)


def _named(track: Track, names: Mapping[int, str]) -> Track:
    """The thread with the name that its server lists, where the dump prints none."""
    name = names.get(track.lwp) if track.lwp is not None and track.name is None else None
    return track._replace(name=name) if name is not None else track


class _Known:
    """The rows of all listings of a process, by transaction and by thread."""

    def __init__(self, listings: Sequence[Listing], present: Collection[int]) -> None:
        self.present = present  # LWPs of the dumps
        self.sessions = {each.transaction: each for listing in listings for each in listing.sessions if each.transaction is not None}
        self.transactions = {each.lwp: each.transaction for each in self.sessions.values()}  # by the thread that serves it by now
        rows = [(wait, listing.log) for listing in listings for wait in listing.waits]
        self.threads = {wait.transaction: wait.lwp for wait, _ in rows if wait.lwp is not None}
        self.waits: dict[int, list[tuple[TransactionWait, Log]]] = {}  # by the thread that waits
        for wait, log in rows:
            lwp = self.lwp_of(wait.transaction)
            if lwp is not None:
                self.waits.setdefault(lwp, []).append((wait, log))

    def lwp_of(self, transaction: int) -> int | None:
        """The thread that runs a transaction: as the row of its own wait says, else the row of its session."""
        session = self.sessions.get(transaction)
        return self.threads.get(transaction, session.lwp if session is not None else None)


def _told(track: Track, known: _Known, snapshots: int) -> Track:
    """The thread with the transaction that it waits for; unchanged where it stands in no statement, or runs another one by now."""
    rows = known.waits.get(track.lwp, []) if track.lwp is not None else []
    if not rows or not _stands_in_statement(track, snapshots):
        return track
    own = known.transactions.get(track.lwp) if track.lwp is not None else None
    rows = [(wait, log) for wait, log in rows if own in (None, wait.transaction)]
    return _waiting(track, rows, known) if rows else track


def _stands_in_statement(track: Track, snapshots: int) -> bool:
    return track.place.verb == "blocked" and track.place.kind == "condition" and (snapshots == 1 or track.progress == STUCK)


def _waiting(track: Track, rows: Sequence[tuple[TransactionWait, Log]], known: _Known) -> Track:
    """The thread with the transaction that it waits for, and the threads that run the ones it waits for, where they are known."""
    wait, log = rows[0]
    runners = dict.fromkeys(known.lwp_of(each.holder) for each, _ in rows)
    owners = tuple(lwp for lwp in runners if lwp is not None and lwp in known.present)
    place = track.place._replace(kind=_KIND, state="lock")
    hint = _hint(wait.holder, known)
    awaited = Awaited(_KIND, None, str(wait.holder), owners, "write", INFERRED, place.wait_frames, wait.line, log=log, hint=hint)
    newest = track.newest._replace(awaited=awaited, place=place)
    return with_newest(track, newest)


def _hint(transaction: int, known: _Known) -> Fact:
    """Whose transaction it is."""
    session, lwp = known.sessions.get(transaction), known.lwp_of(transaction)
    if session is not None:
        name = "transaction-of-idle-session" if session.state.upper() == "IDLE" else "transaction-of-session"
        return fact(name, transaction=transaction, session=session.id, lwp=session.lwp)
    if lwp is not None:
        return fact("transaction-of-thread", transaction=transaction, lwp=lwp)
    return fact("transaction-of-nobody", transaction=transaction)
