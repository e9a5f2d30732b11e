"""Processes that took another's place between two rounds: the same program at the same host in the same role, but with other threads."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from stackan.model.dump import Dump
from stackan.model.records import NamedTuple
from stackan.model.said import row, said
from stackan.placing.clues import BY_TIME, Clues
from stackan.placing.identity import process_id
from stackan.placing.moments import seconds_between
from stackan.placing.names import ROLES

_ROUND = 60  # seconds between two dumps, one right after the other, of one round
_LIBC = (b"/libc.so", b"/libc-2", b"/libpthread", b"sysdeps/", b"nptl/")
_ALIKE = 0.5  # share of functions from which on two processes are taken to run one program
_NAMED = 8  # processes


class _Seen(NamedTuple):
    """When a process is seen, as ranks of the moments or rounds of its kin."""

    at: int  # its index among the processes
    first: int
    last: int


def find_restarts(processes: Sequence[Sequence[Dump]], clues: Clues) -> dict[int, list[str]]:
    """{index of a process: warnings about it}"""
    kin: dict[tuple[object, ...], list[int]] = {}
    for at, process in enumerate(processes):
        kin.setdefault(_kind(process, clues), []).append(at)
    told: dict[int, list[str]] = {}
    for members in kin.values():
        for gone, new in _replaced(_seen(members, processes, clues), processes):
            for at in new:
                told.setdefault(at, []).append(_say_new(_names(gone, processes)))
            for at in gone:
                told.setdefault(at, []).append(_say_gone(_names(new, processes)))
    return told


def _kind(process: Sequence[Dump], clues: Clues) -> tuple[object, ...]:
    """The traits that stay when a process is restarted.  A server's processes that come and go are of one kind, whatever they do."""
    first = process[0]
    host, role, name = clues.host(first), clues.role(first), clues.name(first)
    pids = {str(process_id(dump)) for dump in process}
    rest = tuple(word for word in name.rest if word not in pids)
    return first.traits.alike, host.value if host else None, role.value if role and role.value in ROLES.values() else None, rest


def _seen(members: Sequence[int], processes: Sequence[Sequence[Dump]], clues: Clues) -> list[_Seen]:
    """By the clue that all of them have: the rounds in their names, else times; empty where they have neither."""
    if len(members) < 2:
        return []
    dumps = [dump for at in members for dump in processes[at]]
    ranks = _rounds([clues.name(dump).rounds for dump in dumps])
    for source in BY_TIME:
        ranks = ranks or _rounds_by_time([clues.times(dump).get(source, "") for dump in dumps])
    rank_of = {id(dump): rank for dump, rank in zip(dumps, ranks)}
    seen = [(at, [rank_of[id(dump)] for dump in processes[at]]) for at in members if ranks]
    return [_Seen(at, min(each), max(each)) for at, each in seen]


def _rounds(numbers: Sequence[tuple[int, ...]]) -> list[int]:
    """The rounds as small numbers; empty where a name has none."""
    order = {number: rank for rank, number in enumerate(sorted(set(numbers)))}
    return [order[number] for number in numbers] if all(numbers) else []


def _rounds_by_time(times: Sequence[str]) -> list[int]:
    """The same from moments: dumps that were taken one right after the other are of one round."""
    order: dict[str, int] = {}
    before = ""
    for time in sorted(set(times)):
        step = seconds_between(before, time) if before else None
        order[time] = order[before] + (step is None or step > _ROUND) if before else 0
        before = time
    return [order[time] for time in times] if all(times) else []


def _replaced(seen: Sequence[_Seen], processes: Sequence[Sequence[Dump]]) -> list[tuple[list[int], list[int]]]:
    """(processes that are gone, processes that are new in their place), for each round in which there are new ones.

    Where others of the kind live on, as many have to come as have gone; and in a server with a process for each connection
    such processes come and go all the time.
    """
    found = []
    first_in, last_in = _by_rank((each.first, each.at) for each in seen), _by_rank((each.last, each.at) for each in seen)
    ends = sorted(last_in)
    last_of = {each.at: each.last for each in seen}
    # Up to which rank some live on of those that came until then.
    reaches = accumulate((max(last_of[at] for at in first_in[start]) for start in sorted(first_in)), max)
    for (start, new), reach in zip(sorted(first_in.items())[1:], reaches):
        gone = last_in[ends[bisect_left(ends, start) - 1]] if ends[0] < start else []
        lives_on = reach >= start
        if not gone or (lives_on and (len(gone) != len(new) or len(processes[new[0]][0].threads) == 1)):
            continue
        if _is_one_program(processes[gone[0]][-1], processes[new[0]][0]):
            found.append((gone, new))
    return found


def _by_rank(ranked: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """{rank: the processes with it}"""
    found: dict[int, list[int]] = {}
    for rank, at in ranked:
        found.setdefault(rank, []).append(at)
    return found


def _is_one_program(a: Dump, b: Dump) -> bool:
    ours, theirs = _own_functions(a), _own_functions(b)
    return len(ours & theirs) >= _ALIKE * min(len(ours), len(theirs)) > 0


def _own_functions(dump: Dump) -> set[bytes]:
    """The functions that are not the C library's, which all programs share; without arguments, which only some symbols have."""
    columns = dump.columns
    sites = zip(columns.site_function, columns.site_location, strict=True)
    own = (name.partition(b"(")[0] for name, location in sites if not any(sign in location for sign in _LIBC))
    return {name for name in own if name not in (b"", b"??")}


def _names(members: Sequence[int], processes: Sequence[Sequence[Dump]]) -> list[str]:
    """The processes by their ids, else by an input that shows them."""
    firsts = [processes[at][0] for at in members[:_NAMED]]
    return [str(pid) if (pid := process_id(dump)) is not None else dump.source for dump in firsts]


def _say_new(before: Sequence[str]) -> str:
    if len(before) == 1:
        return said("it is not in earlier rounds, {process} is: restarted in between", process=before[0])
    return said("it is not in earlier rounds, one of {processes} is: restarted in between", processes=row(before))


def _say_gone(after: Sequence[str]) -> str:
    if len(after) == 1:
        return said("it is not in later rounds, {process} is: restarted in between", process=after[0])
    return said("it is not in later rounds, one of {processes} is: restarted in between", processes=row(after))
