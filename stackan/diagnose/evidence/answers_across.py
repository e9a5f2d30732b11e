"""Exhausted pools whose workers wait for answers of each other's processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stackan.diagnose.evidence.doing import wanted_by_all
from stackan.diagnose.evidence.other_ends import link_of, shown
from stackan.model.facts import Fact, Peer, fact
from stackan.model.process import Pool, Process
from stackan.model.track import Track

if TYPE_CHECKING:
    from stackan.model.link import Link


def waits_across(track: Track) -> bool:
    """Whether a thread waits for an answer that, as a table says, a process of the case has to give."""
    link = link_of(track)
    return link is not None and any(end.places for end in link.ends)


def explain_across(pools: Sequence[tuple[Process, Pool]]) -> list[Fact]:
    """The processes whose workers wait for each other, how that is known, and the bytes that lie unread between them."""
    facts = [each for process, pool in pools for each in _of_pool(process, pool)]
    compared = min(len(process.dumps) for process, _ in pools) > 1
    facts.append(fact("nobody-else-answers" if compared else "one-snapshot-shows-no-answerer"))
    unread: dict[Peer | str, list[int]] = {}
    for link in (link for _, pool in pools for link in _links(pool.workers)):
        if link.unread:
            unread.setdefault(link.who, []).append(link.unread)
    return [*facts, *(fact("bytes-unread-at", peer=who, bytes=sum(lying), count=len(lying)) for who, lying in unread.items())]


def _of_pool(process: Process, pool: Pool) -> Iterator[Fact]:
    by_peer: dict[Peer | str, list[Link]] = {}
    for link in _links(pool.workers):
        by_peer.setdefault(link.who, []).append(link)
    for links in by_peer.values():
        own = all(place is process.inputs for end in links[0].ends for place in end.places)
        yield fact(
            "workers-wait-for-own-process" if own else "workers-wait-for-answer",
            count=len(links),
            pool=pool,
            process=process,
            peer=None if own else links[0].who,
            descriptor=links[0].own.descriptor,
            connection=links[0].name,
            shown=shown(links[0]),
        )
    others = [track for track in pool.workers if not waits_across(track)]
    if others:
        yield fact("workers-wait-for", count=len(others), pool=pool, process=process, what=wanted_by_all(others))


def _links(workers: Sequence[Track]) -> Iterator[Link]:
    for track in workers:
        link = link_of(track)
        if link is not None and waits_across(track):
            yield link
