"""Files beside the dumps of a case → the share of each process, and warnings about those that are not used.

Each kind of file has a stage of its own, which is imported only if there are such files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from stackan.model.case import Case
from stackan.model.natural import natural_key
from stackan.model.placement import ProcessInputs
from stackan.model.records import NamedTuple
from stackan.model.said import first_of, said
from stackan.placing import host_of

if TYPE_CHECKING:
    from stackan.model.counters import Counters
    from stackan.model.dump import Dump
    from stackan.model.link import Descriptors, Link
    from stackan.model.listing import Listing
    from stackan.model.log import Log


_LISTED = 4
Text = TypeVar("Text", "Log", "Descriptors", "Listing", "Dump")


class SideFiles(NamedTuple):
    """The share of one process."""

    logs: Sequence[Log]  # that it has written
    counters: Counters | None  # beside its snapshots
    links: dict[int, Link]  # what its descriptors lead to
    listings: Sequence[Listing]  # of its own views
    kernel: Sequence[Dump] = ()  # the stacks of its threads inside of the kernel


def part_kernel(dumps: Sequence[Dump]) -> tuple[Sequence[Dump], Sequence[Dump]]:
    """(dumps of processes, texts with stacks inside of the kernel beside them)"""
    if not any(dump.traits.kernel for dump in dumps):
        return dumps, ()
    from stackan.captured.kernel import part

    return part(dumps)


def assign_side_files(case: Case, places: Sequence[ProcessInputs], kernel: Sequence[Dump]) -> tuple[list[SideFiles], list[str]]:
    """For each process the files beside its dumps, and warnings about texts that are not used."""
    written = in_order(case.logs)
    logs = _share_logs(written, places)
    counters, unused = _share_counters(case, places)
    links, unfit = _connect(in_order(case.descriptors), places)
    listings = _share_listings(in_order(case.listings), places)
    below = _share_kernel(kernel, places)
    notes = [*_strangers(written, logs), *unused, *unfit, *_unlisted(case.listings, listings), *_unmatched(kernel, below)]
    return [SideFiles(*each) for each in zip(logs, counters, links, listings, below)], notes


def in_order(texts: Iterable[Text]) -> list[Text]:
    """By their names, numbers read as numbers: the same however they were read."""
    return sorted(texts, key=lambda text: natural_key(text.source))


def _share_logs(logs: Sequence[Log], places: Sequence[ProcessInputs]) -> list[list[Log]]:
    """For each process the logs that it has written."""
    if not logs:
        return [[] for _ in places]
    from stackan.faultlogs import assign_logs

    return assign_logs(logs, [each.compared for each in places])


def _share_counters(case: Case, places: Sequence[ProcessInputs]) -> tuple[list[Counters | None], list[str]]:
    """For each process the counters beside its snapshots, and warnings about counters that are not used."""
    if not case.tables:
        return [None for _ in places], []
    from stackan.counters import gather
    from stackan.placing.counter_tables import assign_counters

    return assign_counters(gather(case.tables, case.given_order), places)


def _connect(descriptors: Sequence[Descriptors], places: Sequence[ProcessInputs]) -> tuple[list[dict[int, Link]], list[str]]:
    """For each process the other ends of its descriptors, and warnings about tables that are not used."""
    if not descriptors:
        return [{} for _ in places], []
    from stackan.peers import connect

    hosts = {each.host for each in places}
    return connect(descriptors, [host_of(found.source, hosts) for found in descriptors], places)


def _share_listings(listings: Sequence[Listing], places: Sequence[ProcessInputs]) -> list[list[Listing]]:
    """For each process the listings that name its threads."""
    if not listings:
        return [[] for _ in places]
    from stackan.listings.joining import assign_listings

    return assign_listings(listings, places)


def _share_kernel(kernel: Sequence[Dump], places: Sequence[ProcessInputs]) -> list[list[Dump]]:
    """For each process the texts with stacks of its threads inside of the kernel, in the order of their names."""
    if not kernel:
        return [[] for _ in places]
    from stackan.captured.kernel import assign

    return assign(in_order(kernel), places)


def _unmatched(kernel: Sequence[Dump], shares: Sequence[Sequence[Dump]]) -> Iterator[str]:
    """A warning about stacks inside of the kernel that are of no thread of the dumps."""
    shared = {id(text) for share in shares for text in share}
    sources = dict.fromkeys(text.source for text in in_order(kernel) if id(text) not in shared)
    if sources:
        yield said(
            "not used, as no dump has the threads whose stacks inside of the kernel they show: {inputs}",
            inputs=first_of(list(sources), _LISTED),
        )


def _unlisted(listings: Sequence[Listing], shares: Sequence[Sequence[Listing]]) -> Iterator[str]:
    """Warnings about listings that name no thread of any process."""
    shared = {id(listing) for share in shares for listing in share}
    for listing in in_order(listings):
        if id(listing) not in shared and not listing.jobs:
            yield said("{source}: no dump has the threads that this listing names, or several have", source=listing.source)


def _strangers(logs: Sequence[Log], shares: Sequence[Sequence[Log]]) -> Iterator[str]:
    """Warnings about logs that fit no process."""
    shared = {id(log) for share in shares for log in share}
    for log in logs:
        if log.waits and id(log) not in shared:
            yield said("{source}: no dump prints the ids of the threads that this log names", source=log.source)
