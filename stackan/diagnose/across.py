"""Exhausted pools whose workers wait for each other's processes: in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stackan.diagnose.peers import NO_PROOF, link_of, shown
from stackan.diagnose.words import describe_waits
from stackan.model.process import Pool, Process
from stackan.model.track import Track

if TYPE_CHECKING:
    from stackan.model.link import Link


def waits_across(track: Track) -> bool:
    """Whether a thread waits for an answer that, as a table says, a process of the case has to give."""
    link = link_of(track)
    return link is not None and any(end.places for end in link.ends)


def explain_across(pools: Sequence[tuple[Process, Pool]]) -> str:
    """Whose workers wait for whom, how that is known, and what lies there unread."""
    told = [_tell_pool(process, pool) for process, pool in pools]
    if min(len(process.dumps) for process, _ in pools) > 1:
        told.append("Nobody else in these processes was seen who could answer.")
    else:
        told.append("Whether anybody else moves who could answer takes a second snapshot to tell.")
    unread: dict[str, list[int]] = {}
    for link in (link for _, pool in pools for link in _links(pool.workers)):
        if link.unread:
            unread.setdefault(link.who, []).append(link.unread)
    for who, lying in unread.items():
        told.append(f"At {who}, {sum(lying)} bytes lie unread on {len(lying)} of these connections: nobody has taken up what was sent.")
    return " ".join([*told, NO_PROOF])


def _tell_pool(process: Process, pool: Pool) -> str:
    """`Of the workers of Pool::run (front-work) in process 24095, 4 wait for process 24096 to answer (descriptor 5: …).`"""
    by_peer: dict[str, list[Link]] = {}
    for link in _links(pool.workers):
        by_peer.setdefault(link.who, []).append(link)
    clauses = []
    for links in by_peer.values():
        own = all(place is process.place for end in links[0].ends for place in end.places)
        answerer = f"their own process, {process.id}," if own else links[0].who
        clauses.append(f"{_wait(len(links))} for {answerer} to answer (descriptor {links[0].own.descriptor}: {shown(links[0])})")
    others = [track for track in pool.workers if not waits_across(track)]
    clauses += [f"{_wait(len(others))} for {describe_waits(others)}"] if others else []
    return f"Of the workers of {pool.name} in process {process.id}, {' and '.join(clauses)}."


def _links(workers: Sequence[Track]) -> Iterator[Link]:
    for track in workers:
        link = link_of(track)
        if link is not None and waits_across(track):
            yield link


def _wait(number: int) -> str:
    return f"{number} {'waits' if number == 1 else 'wait'}"
