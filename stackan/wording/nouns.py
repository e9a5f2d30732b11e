"""Values of facts as words: what is waited for, lists, spans of time, lines that show something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import cast

from stackan.model.facts import One, Share, Shown, Value, Wanted
from stackan.model.process import Pool, Process
from stackan.model.said import Said
from stackan.model.track import Track, label
from stackan.wording.catalog import Catalog

_LISTED = 3  # threads and processes that a sentence names

KINDS = {
    "socket": "the network",
    "pipe": "a pipe or socket",
    "file": "a file",
    "future": "the result of a task",
    "once": "a one-time initialization",
    "process": "a child process",
    "thread": "the end of another thread",
    "allocator": "the memory allocator's lock",
    "stdio": "a stream's lock",
    "loader": "the dynamic loader's lock",
    "futex": "an atomic value to change",
    "mutex": "a mutex",
    "rwlock": "a rwlock",
    "spinlock": "a spinlock",
    "condition": "a condition",
    "semaphore": "a semaphore",
    "monitor": "a monitor",
    "gil": "a gil",
    "pool": "a pool",
    "barrier": "a barrier",
    "latch": "a latch",
    "database-lock": "a database-lock",
}
ONLY = {"answer": "each other to answer", "task": "the result of another task"}
ROLES = {
    "datanode": "data nodes",
    "computenode": "compute nodes",
    "controller": "controllers",
    "agent": "agents",
}


def say(value: Value, catalog: Catalog) -> str:
    """A value as a sentence has it."""
    if isinstance(value, str):
        return catalog.again(value) if isinstance(value, Said) else catalog.of_profile(value)
    for kind, words in _WORDS:
        if isinstance(value, kind):
            said: str = words(value, catalog)
            return said
    if isinstance(value, int):
        return str(value)
    several = cast(Iterable[One], value)
    return listed([say(each, catalog) for each in several], catalog)


def wanted(value: Wanted, catalog: Catalog) -> str:
    """`mutex 0x5587d1784140 <audit_lock>`, `an InnoDB row lock`, `the end of LWP 4711`, `process 24096, through a pipe (descriptor 5)`"""
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
    if value.end_of is not None:
        return catalog.text("the end of LWP {lwp}").format(lwp=value.end_of)
    if value.kind == "once" and address:
        return catalog.text("a one-time initialization, {address}").format(address=address.strip() + symbol)
    if address:
        return f"{value.kind}{address}{symbol}"
    kind = _other_end(value, catalog) or _kind(value.kind, catalog)
    if value.descriptor is not None:
        return catalog.text("{what} (descriptor {descriptor})").format(what=kind, descriptor=value.descriptor)
    return catalog.text("{what}, {name}").format(what=kind, name=value.symbol) if value.symbol else kind


def _kind(kind: str | None, catalog: Catalog) -> str:
    return catalog.text(KINDS.get(kind or "", "something unknown"))


def _other_end(value: Wanted, catalog: Catalog) -> str:
    ways = {
        "pipe": "{peer}, through a pipe",
        "network": "{peer}, over the network",
        "unix": "{peer}, through a Unix socket",
    }
    return catalog.text(ways[value.through]).format(peer=value.who) if value.who else ""


def listed(names: Sequence[str], catalog: Catalog) -> str:
    """`A`, `A and B`, `A, B and C`, `A, B, C and 4 more`"""
    if len(names) < 2:
        return "".join(names)
    if len(names) > _LISTED + 1:
        return catalog.text("{names} and {count} more").format(names=catalog.comma.join(names[:_LISTED]), count=len(names) - _LISTED)
    return catalog.text("{names} and {last}").format(names=catalog.comma.join(names[:-1]), last=names[-1])


def listed_as_choice(names: Sequence[str], catalog: Catalog) -> str:
    """`A`, `A or B`, `A, B or C`"""
    if len(names) < 2:
        return "".join(names)
    return catalog.text("{names} or {last}").format(names=catalog.comma.join(names[:-1]), last=names[-1])


def shown(value: Shown, catalog: Catalog) -> str:
    """`locals of frame 6, line 231`, `recorded, mysqld.err, line 12`"""
    if value.source:
        return catalog.text("{source}, line {line}").format(source=value.source, line=value.line)
    if value.frame is not None:
        return catalog.text("{evidence} of frame {frame}, line {line}").format(
            evidence=catalog.text(EVIDENCE[value.evidence]), frame=value.frame, line=value.line
        )
    return catalog.text("{evidence}, line {line}").format(evidence=catalog.text(EVIDENCE[value.evidence]), line=value.line)


EVIDENCE = {"recorded": "recorded", "locals": "locals", "frames": "frames", "profile": "profile", "inferred": "inferred"}


def share(value: Share, catalog: Catalog) -> str:
    """`14 of 16 data nodes`, `all 3 controllers`, `both mariadb processes`"""
    if value.kind in ROLES:
        noun = catalog.text(ROLES[value.kind])
    elif value.kind:
        noun = catalog.text("{name} processes").format(name=value.kind)
    else:
        noun = catalog.text("processes")
    if value.number == value.of == 2:
        return catalog.text("both {things}").format(things=noun)
    if value.number == value.of > 1:
        return catalog.text("all {count} {things}").format(count=value.of, things=noun)
    return catalog.text("{count} of {all} {things}").format(count=value.number, all=value.of, things=noun)


def span(seconds: int, catalog: Catalog) -> str:
    """`45 s`, `4 min`, `3 h`"""
    if seconds < 120:
        return catalog.text("{count} s").format(count=seconds)
    if seconds < 7200:
        return catalog.text("{count} min").format(count=seconds // 60)
    return catalog.text("{count} h").format(count=seconds // 3600)


_WORDS: tuple[tuple[type, Callable[..., str]], ...] = (
    (Wanted, wanted),
    (Shown, shown),
    (Share, share),
    (Track, lambda track, catalog: label(track)),
    (Process, lambda process, catalog: process.id),
    (Pool, lambda pool, catalog: catalog.of_profile(pool.name)),
)
