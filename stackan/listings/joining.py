"""Listings, held against the dumps: a listing has no time of writing that a dump could be compared with.

So it counts only for a thread that is inside of a statement in the newest snapshot, and stood there in all.  The session that holds what
it waits for may well be idle: a client that has not ended its transaction is the usual cause.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from stackan.model.facts import fact
from stackan.model.listing import Listing, Session, TransactionWait
from stackan.model.log import CheckedLog, Log
from stackan.model.place import INFERRED, Awaited
from stackan.model.placement import ProcessInputs
from stackan.model.track import STUCK, VANISHED, Track

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
    return {session.lwp for session in listing.sessions} | {wait.lwp for wait in listing.waits if wait.lwp is not None}


def attach(tracks: Sequence[Track], listings: Sequence[Listing], snapshots: int) -> tuple[list[Track], tuple[CheckedLog, ...]]:
    """The threads of a process with what the listings say of them, and the listings as texts that it has written."""
    sessions = {each.transaction: each for listing in listings for each in listing.sessions if each.transaction is not None}
    threads = {each.lwp: each.transaction for each in sessions.values()}
    waits = {wait.transaction: (wait, listing.log) for listing in listings for wait in listing.waits}
    by_lwp = {_lwp(wait, sessions): (wait, log) for wait, log in waits.values()}
    present = {track.lwp for track in tracks if track.progress != VANISHED}
    told = []
    for track in tracks:
        wait, log = by_lwp.get(track.lwp, (None, None)) if track.lwp is not None else (None, None)
        if (
            wait is not None
            and log is not None
            and _stands_in_statement(track, snapshots)
            and threads.get(track.lwp or 0) in (None, wait.transaction)
        ):
            track = _waiting(track, wait, log, sessions.get(wait.holder), present)
        told.append(track)
    return told, tuple(CheckedLog(listing.log, ()) for listing in listings)


def _lwp(wait: TransactionWait, sessions: Mapping[int, Session]) -> int | None:
    """The thread that runs the waiting transaction: as its row says, else the row of its session."""
    if wait.lwp is not None:
        return wait.lwp
    session = sessions.get(wait.transaction)
    return session.lwp if session is not None else None


def _stands_in_statement(track: Track, snapshots: int) -> bool:
    return track.place.verb == "blocked" and track.place.kind == "condition" and (snapshots == 1 or track.progress == STUCK)


def _waiting(track: Track, wait: TransactionWait, log: Log, holder: Session | None, present: Collection[int | None]) -> Track:
    """The thread with the transaction that it waits for, and the thread of that one's session, if it is known."""
    if holder is None:
        hint = fact("transaction-of-nobody", transaction=wait.holder)
    else:
        hint = fact("transaction-of-session", transaction=wait.holder, session=holder.id, lwp=holder.lwp)
    owners = (holder.lwp,) if holder is not None and holder.lwp in present else ()
    place = track.place._replace(kind=_KIND, state="lock")
    awaited = Awaited(_KIND, None, str(wait.holder), owners, "write", INFERRED, place.wait_frames, wait.line, log=log, hint=hint)
    newest = track.newest._replace(awaited=awaited, place=place)
    return track._replace(newest=newest, place=place, sightings=(*track.sightings[:-1], (track.sightings[-1][0], newest)))
