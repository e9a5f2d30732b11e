"""Snapshots that may be copies of others, under names that do not show it: they are no certain evidence of a second moment.

Two dumps of a process that hangs altogether are the same, byte for byte.  So two with the same threads at the same addresses count as
two moments only where something says that they are: their own times, counters beside them, names that count rounds, the name
of a file to which a script appends, or lines between the two that announce another round.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from stackan.model.dump import Dump
from stackan.model.expressions import expression
from stackan.model.records import NamedTuple
from stackan.placing.announced import announces_a_round
from stackan.placing.copies import Label, are_rounds, read_label
from stackan.placing.heads import read_time
from stackan.placing.moments import seconds_between
from stackan.placing.names import names_its_process

if TYPE_CHECKING:
    from stackan.model.counters import Counters


_LOOKED_AT = 4096  # bytes before a snapshot
_ROUND = 60  # seconds between two rounds at least
_RESUMED = expression(rb"^(?:Continuing\.|Process \d+ resuming)", re.MULTILINE)  # gdb's and lldb's words


class Repeats(NamedTuple):
    """Snapshots with the same text as another one: {a snapshot: that with which it shares the text}."""

    doubtful: dict[int, int]  # nothing shows whether it is a copy
    suspect: dict[int, int]  # names count it as another round, but a thread runs, and was met at the same address


def find_repeats(dumps: Sequence[Dump], counters: Counters | None, runs: Callable[[int], bool]) -> Repeats:
    """Those of the snapshots of one process; `runs` says in which of them a thread runs."""
    found = Repeats({}, {})
    for same in _with_equal_threads(dumps):
        labels = {source: read_label(source) for source in {dumps[at].source for at in same}}
        told = [at for at in same if labels[dumps[at].source].tells_round]
        kept = -1
        for at in [*told, *(at for at in same if not labels[dumps[at].source].tells_round)]:
            if kept >= 0 and not _have_two_times(dumps[kept], dumps[at]) and not _counted_apart(kept, at, counters):
                if not _are_two_rounds(dumps[kept], dumps[at], labels):
                    found.doubtful[at] = kept
                    continue
                if runs(at):
                    found.suspect[at] = kept
            kept = at
    return found


def _with_equal_threads(dumps: Sequence[Dump]) -> list[list[int]]:
    """Hardly ever are there two of one size; only of these the texts are looked at."""
    sized: dict[tuple[int, int], list[int]] = {}
    for at, dump in enumerate(dumps):
        start, stop = _extent(dump)
        sized.setdefault((len(dump.threads), stop - start), []).append(at)
    equal: dict[int, list[int]] = {}
    for same in sized.values():
        if len(same) > 1:
            for at in same:
                start, stop = _extent(dumps[at])
                equal.setdefault(hash(memoryview(dumps[at].data)[start:stop]), []).append(at)
    return [same for same in equal.values() if len(same) > 1]


def _extent(dump: Dump) -> tuple[int, int]:
    """Where the threads of a snapshot begin and end in its text, without blank lines behind them."""
    starts, stops = dump.columns.thread_start, dump.columns.thread_stop
    start, stop = starts[dump.first_thread], stops[dump.stop_thread - 1]
    while stop > start and dump.data[stop - 1] in b" \t\r\n":
        stop -= 1
    return start, stop


def _have_two_times(before: Dump, after: Dump) -> bool:
    moments = {before.facts.moment, after.facts.moment}  # of tables that were read alive, to the millisecond
    if "" not in moments and len(moments) > 1:
        return True
    times = {read_time(before), read_time(after)}
    return None not in times and len(times) > 1


def _are_two_rounds(before: Dump, after: Dump, labels: Mapping[str, Label]) -> bool:
    """By their names, unless a clock in the texts shows one time; in one text by the debugger's word, as its tool took many samples, or by
    lines that announce each."""
    if before.source == after.source:
        (start, stop), (next_start, _) = _extent(before), _extent(after)
        if start == next_start or is_appended(before, after):
            return True
        if _RESUMED.search(before.data, max(stop, next_start - _LOOKED_AT), next_start) is not None:
            return True
        return announces_a_round(before, after)
    if _are_packed_apart(before, after):
        return True
    return are_rounds(labels[before.source], labels[after.source]) and read_time(after) is None


def _are_packed_apart(before: Dump, after: Dump) -> bool:
    """Whether a script wrote the same file anew, and its user packed it after each round: archives keep when it was written.

    node1_first.tar.gz!output/pstack_dnode_4242.log   node1_second.tar.gz!output/pstack_dnode_4242.log, four minutes later
    """
    if not (before.taken_at and after.taken_at and names_its_process(before.source) and names_its_process(after.source)):
        return False
    step = seconds_between(before.taken_at, after.taken_at)
    return step is not None and abs(step) >= _ROUND


def is_appended(before: Dump, after: Dump) -> bool:
    """Whether two snapshots of one text stand in a file that a script names by its process, and appends to in each round.

    `pstack_dnode_4242.log` holds what the tool said and nothing else; what a person has pasted or a mail quotes has a name of its own.
    """
    return before.source == after.source and names_its_process(before.source) and not before.unparsed_rows and not after.unparsed_rows


def _counted_apart(before: int, after: int, counters: Counters | None) -> bool:
    """Whether the tables beside two snapshots were taken at two moments: a loop over few addresses may be met at one of them twice."""
    if counters is None:
        return False
    ours, theirs = counters.counted[before], counters.counted[after]
    shared = ours.keys() & theirs.keys()
    return any((ours[lwp].ran, ours[lwp].switches) != (theirs[lwp].ran, theirs[lwp].switches) for lwp in shared)
