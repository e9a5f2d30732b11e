"""The table of waits that `stackan collect` reads from a live process: no frames, but what each thread waits for and who has it.

    stackan waits/1 of process 4242: 6 threads at 2026-11-30T16:05:11.204Z in 0.014 s together with 4310 4377
    thread 4243 S "transfer": waits for mutex 0x55d178 (recursive), owner 4242, by its owner-word
    thread 4244 S "reader": waits for rwlock 0x55d1c0 for write, 3 readers, by its owner-word
    thread 4245 S "worker": waits for condition 0x55d200 until a time, mutex 0x55d1d8 of nobody, by its layout
    thread 4246 R "spinner": runs
    thread 4247 S "acceptor": accepts connections
    thread 4249 S "client": waits for socket of descriptor 7 for read, by its call
    thread 4250 S "copier": is in a call: 275
    thread 4251 S "parent": waits for a child, process 4260
    thread 4248 S "busy": moved while it was looked at

Who writes it is stackan/collect/owners/text.py, whose test reads it with this.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Mapping

from stackan.model.printed import Facts, Lock, PrintedState
from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_HEAD = re.compile(
    rb"stackan waits/1 of process (\d{1,10}): \d{1,10} threads at (\S{1,32}) in [0-9.]{1,16} s(?: together with ([0-9 ]{1,50000}))?"
)
_ROW = re.compile(rb'thread (\d{1,10}) (\S) "([^"\n]{0,256})": ([^\n]{1,400})')
_WAITS = re.compile(
    rb"waits for ([a-z]{1,16})(?: 0x([0-9a-f]{1,16}))?(?: \(([a-z-]{1,40})\))?(?: for (read|write))?( until a time)?(?:, |$)"
)
_MOST = 5000  # processes that are looked at together
_END = re.compile(rb"waits for (socket|pipe|file) of descriptor (\d{1,10}) for (read|write|lock)( until a time)?, ")
_HELD = re.compile(rb", held by process (\d{1,10})(?:, |$)")
_CHILD = re.compile(rb"waits for a child, process (\d{1,10})(?:, |$)")
_OTHERWISE = (
    "runs", "moved", "is in a call", "accepts connections", "waits for events", "sleeps", "waits for a signal", "waits for a child",
)  # fmt: skip
_REFUSED = b"waits for mutex (prio-inherit-deadlock), by"
_OWNER = re.compile(rb", owner (\d{1,10})( of process (\d{1,10})| which is gone| which cannot be told)?( which ended with it)?(?:, |$)")


class Row(NamedTuple):
    """One thread of the table."""

    tid: int
    name: tuple[int, int]
    words: bytes


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    facts: dict[int, Facts] = {}
    states: dict[int, PrintedState] = {}
    owned: list[tuple[int, int, Lock]] = []
    refused: list[int] = []
    for text in builder.lines():
        head = _HEAD.match(text)
        row = read_row(text)
        if head is not None:
            builder.snapshot()
            facts[len(builder.columns.thread_lwp)] = Facts(int(head[1]), None, (), (), moment=_moment(head))
            builder.noise()
        elif row is not None:
            state, owner = read_state(row.words, builder.line)
            at = builder.thread(lwp=row.tid, name=row.name)
            states[at] = state
            if owner is not None and state.awaits is not None:
                owned.append((at, owner, state.awaits))
            if row.words.startswith(_REFUSED):
                refused.append(at)
        elif not text.strip():
            builder.blank()
    reading = split_snapshots(builder, facts)
    lwps, waiters = builder.columns.thread_lwp, [waiter for waiter, _, _ in owned]
    for first, stop in itertools.pairwise((0, *reading.snapshots, len(lwps))):
        rows = dict(zip(lwps[first:stop], range(first, stop)))
        within = owned[bisect_left(waiters, first) : bisect_left(waiters, stop)]
        holders = {lwps[at]: owner for at, owner, _ in within}
        for at in refused[bisect_left(refused, first) : bisect_left(refused, stop)]:
            _close(states, at, _only_before(lwps[at], holders))
        for _, owner, lock in within:
            if owner in rows:
                state = states[rows[owner]]
                states[rows[owner]] = state._replace(holds=tuple({each.address: each for each in (*state.holds, lock)}.values()))
    return reading._replace(facts=tuple(each._replace(states=states) for each in reading.facts))


def _only_before(lwp: int, holders: Mapping[int, int]) -> int | None:
    """The thread from which waits lead to one, each to the holder, if there is but one."""
    behind, front = set[int](), {lwp}
    while front:
        front = {waiter for waiter, holder in holders.items() if holder in front} - behind - {lwp}
        behind |= front
    return next(iter(behind)) if len(behind) == 1 else None


def _close(states: dict[int, PrintedState], at: int, owner: int | None) -> None:
    """The kernel refuses a lock that would close a circle of waits: so it is one that somebody has who waits for this thread."""
    lock = states[at].awaits
    if lock is not None and owner is not None:
        states[at] = states[at]._replace(awaits=lock._replace(owners=(owner,)))


def _moment(head: re.Match[bytes]) -> str:
    """The same words in the tables of all processes that were looked at together."""
    pids = sorted(map(int, [*(head[3] or b"").split()[:_MOST], head[1]]))
    return f"{head[2].decode('utf-8', 'replace')} {' '.join(map(str, pids))}"


def read_row(text: bytes) -> Row | None:
    found = _ROW.match(text)
    return Row(int(found[1]), found.span(3), found[4]) if found is not None else None


def read_state(words: bytes, line: int) -> tuple[PrintedState, int | None]:
    """What a thread does, in the words that rules know, and the object that it waits for; and the thread of this process that owns that."""
    end = _END.match(words)
    if end is not None:
        kind, mode = end[1].decode("ascii"), end[3].decode("ascii")
        keeper = _OWNER.search(words)
        owners = (int(keeper[1]),) if keeper is not None and keeper[3] is not None else ()
        held = _HELD.search(words)
        home = int(keeper[3]) if owners and keeper is not None else int(held[1]) if held is not None else 0
        lock = Lock(kind, None, line, mode="write" if mode == "lock" else mode, owners=owners, descriptor=int(end[2]), home=home)
        return PrintedState(f"collected: {mode}s {kind}", line, lock), None
    known = next((f"collected: {known}" for known in _OTHERWISE if words.startswith(known.encode())), "")
    waits = _WAITS.match(words)
    child = _CHILD.match(words)
    if child is not None:
        return PrintedState(known, line, Lock("process", None, line, home=int(child[1]))), None
    if known or waits is None:
        return PrintedState(known, line), None
    kind = waits[1].decode("ascii")
    found = _OWNER.search(words)
    owner = int(found[1]) if found is not None and found[2] is None else None
    elsewhere = int(found[1]) if found is not None and found[3] is not None else None  # a lock that two processes share
    address = int(waits[2], 16) if waits[2] else None
    mode = waits[4].decode("ascii") if waits[4] else ""
    named = (owner,) if owner is not None and (kind == "thread" or address is None) else ()  # it has to end, or nothing else is known
    named = (elsewhere,) if elsewhere is not None else named
    home = int(found[3]) if found is not None and found[3] is not None else 0
    gone = int(found[1]) if found is not None and (found[2] == b" which is gone" or found[4]) else 0
    state = PrintedState(f"collected: waits for {kind}", line, Lock(kind, address, line, owners=named, mode=mode, gone=gone, home=home))
    return state, owner if not named else None
