"""Values of facts as words: what is waited for, lists, spans of time, lines that show something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import cast

from stackan.model.facts import One, Peer, PoolOf, Share, Shown, Value, Wanted
from stackan.model.labels import PrintedId, label
from stackan.model.process import Pool, Process
from stackan.model.said import Said
from stackan.model.spans import spoken
from stackan.model.track import Track
from stackan.wording.catalog import Catalog, marked

_LISTED = 3  # threads and processes that a sentence names
_UNKNOWN = marked("something unknown")

KINDS = {
    "socket": marked("the network"),
    "pipe": marked("a pipe or socket"),
    "file": marked("a file"),
    "future": marked("the result of a task"),
    "once": marked("a one-time initialization"),
    "process": marked("a child process"),
    "thread": marked("the end of another thread"),
    "allocator": marked("the memory allocator's lock"),
    "stdio": marked("a stream's lock"),
    "loader": marked("the dynamic loader's lock"),
    "futex": marked("an atomic value to change"),
    "mutex": marked("a mutex"),
    "rwlock": marked("a rwlock"),
    "spinlock": marked("a spinlock"),
    "condition": marked("a condition"),
    "semaphore": marked("a semaphore"),
    "monitor": marked("a monitor"),
    "gil": marked("a gil"),
    "pool": marked("a pool"),
    "barrier": marked("a barrier"),
    "latch": marked("a latch"),
    "database-lock": marked("a database-lock"),
}
NAMES = {  # before an address
    "mutex": marked("mutex"),
    "rwlock": marked("rwlock"),
    "spinlock": marked("spinlock"),
    "condition": marked("condition"),
    "semaphore": marked("semaphore"),
    "monitor": marked("monitor"),
    "barrier": marked("barrier"),
    "latch": marked("latch"),
    "future": marked("future"),
    "futex": marked("futex"),
}
ONLY = {"answer": marked("each other to answer"), "reply": marked("an answer"), "task": marked("the result of another task")}
ROLES = {
    "datanode": marked("data nodes"),
    "computenode": marked("compute nodes"),
    "controller": marked("controllers"),
    "agent": marked("agents"),
}
EVIDENCE = {
    "recorded": marked("recorded"),
    "locals": marked("locals"),
    "frames": marked("frames"),
    "profile": marked("profile"),
    "inferred": marked("inferred"),
}
_WAYS = {
    "pipe": marked("{peer}, through a pipe"),
    "network": marked("{peer}, over the network"),
    "unix": marked("{peer}, through a Unix socket"),
}
_ACTS = {
    "answer": marked("an answer of process {processes}"),
    "read": marked("a read by process {processes}"),
    "end": marked("the end of process {processes}"),
}


def say(value: Value, catalog: Catalog) -> str:
    """A value as a sentence has it."""
    if isinstance(value, str):
        return catalog.again(value) if isinstance(value, Said) else catalog.of_profile(value)
    words = _WORDS.get(type(value))
    if words is not None:
        return words(value, catalog)
    if isinstance(value, int):
        return str(value)
    several = cast("Iterable[One]", value)
    return listed([say(each, catalog) for each in several], catalog)


def wanted(value: Wanted, catalog: Catalog) -> str:
    """`mutex 0x5587d1784140 <audit_lock>`, `an InnoDB row lock`, `the end of LWP 4711`, `process 24096, through a pipe (descriptor 5)`"""
    if value.only and isinstance(value.who, Peer):
        return catalog.fill(_ACTS[value.only], processes=listed_as_choice(value.who.processes, catalog))
    if value.only:
        return catalog.text(ONLY[value.only])
    symbol = f" <{value.symbol}>" if value.symbol else ""
    address = f" {value.address:#x}" if value.address is not None else ""
    if value.words:
        return f"{catalog.of_profile(value.words)}{address}{symbol}"
    if value.unnamed == 1:
        return catalog.text("something in the C library that the dump does not name (a one-time initialization or a robust mutex)")
    if value.unnamed:
        return catalog.text("something in the C library that the dump does not name (a semaphore, a thread's end, or a timed or PI mutex)")
    if value.transaction:
        return catalog.fill("the end of transaction {transaction}", transaction=value.transaction)
    if value.end_of is not None:
        return catalog.fill("the end of LWP {lwp}", lwp=str(value.end_of))
    if address and value.kind in NAMES:
        return f"{catalog.text(NAMES[value.kind])}{address}{symbol}"
    if address:
        return catalog.fill("{what}, {name}", what=_kind(value.kind, catalog), name=address.strip() + symbol)
    kind = _other_end(value, catalog) or _kind(value.kind, catalog)
    if value.descriptor is not None:
        return catalog.fill("{what} (descriptor {descriptor})", what=kind, descriptor=str(value.descriptor))
    return catalog.fill("{what}, {name}", what=kind, name=value.symbol) if value.symbol else kind


def _kind(kind: str | None, catalog: Catalog) -> str:
    return catalog.text(KINDS.get(kind or "", _UNKNOWN))


def _other_end(value: Wanted, catalog: Catalog) -> str:
    return catalog.fill(_WAYS[value.through], peer=say(value.who, catalog)) if value.who else ""


def _peer(value: Peer, catalog: Catalog) -> str:
    """`process 24096`, `processes node1/24095 and node1/24096`, `processes 7, 8, 9 and others`"""
    if value.more:
        return catalog.fill("processes {names} and others", names=catalog.comma.join(value.processes))
    if len(value.processes) > 1:
        return catalog.fill("processes {names}", names=listed(value.processes, catalog))
    return catalog.fill("process {name}", name=value.processes[0])


def listed(names: Sequence[str], catalog: Catalog) -> str:
    """`A`, `A and B`, `A, B and C`, `A, B, C and 4 more`"""
    if len(names) < 2:
        return "".join(names)
    if len(names) > _LISTED + 1:
        return catalog.fill("{names} and {count} more", names=catalog.comma.join(names[:_LISTED]), count=str(len(names) - _LISTED))
    return catalog.fill("{names} and {last}", names=catalog.comma.join(names[:-1]), last=names[-1])


def listed_as_choice(names: Sequence[str], catalog: Catalog) -> str:
    """`A`, `A or B`, `A, B or C`"""
    if len(names) < 2:
        return "".join(names)
    return catalog.fill("{names} or {last}", names=catalog.comma.join(names[:-1]), last=names[-1])


def shown(value: Shown, catalog: Catalog) -> str:
    """`locals of frame 6, line 231`, `mysqld.err, line 12`"""
    line = str(value.line)
    if value.source:
        return catalog.fill("{source}, line {line}", source=value.source, line=line)
    evidence = catalog.text(EVIDENCE[value.evidence])
    if value.frame is not None:
        return catalog.fill("{evidence} of frame {frame}, line {line}", evidence=evidence, frame=str(value.frame), line=line)
    return catalog.fill("{evidence}, line {line}", evidence=evidence, line=line)


def _track(value: Track, catalog: Catalog) -> str:
    """`LWP 17541 transfer`, `goroutine 17`, `thread #20 transfer-1`"""
    return catalog.again(label(value))


def share(value: Share, catalog: Catalog) -> str:
    """`14 of 16 data nodes`, `all 3 controllers`, `both mariadb processes`"""
    if value.kind in ROLES:
        noun = catalog.text(ROLES[value.kind])
    elif value.kind:
        noun = catalog.fill("{name} processes", name=value.kind)
    else:
        noun = catalog.text("processes")
    if value.number == value.of == 2:
        return catalog.fill("both {things}", things=noun)
    if value.number == value.of > 1:
        return catalog.fill("all {count} {things}", count=str(value.of), things=noun)
    return catalog.fill("{count} of {all} {things}", count=str(value.number), all=str(value.of), things=noun)


def span(seconds: int, catalog: Catalog) -> str:
    """`45 s`, `4 min`, `3 h`"""
    return catalog.again(spoken(seconds))


_WORDS: dict[type, Callable[..., str]] = {
    Wanted: wanted,
    Shown: shown,
    Share: share,
    Peer: _peer,
    Track: _track,
    PrintedId: lambda lwp, catalog: lwp.printed,
    Process: lambda process, catalog: process.id,
    PoolOf: lambda each, catalog: catalog.fill("{pool} ({process})", pool=say(each.pool, catalog), process=each.process.id),
    Pool: lambda pool, catalog: catalog.of_profile(pool.name),
}
