"""`lsof -nP`, best with `+E`, which prints the other ends, too.

    COMMAND   PID USER   FD   TYPE             DEVICE SIZE/OFF    NODE NAME
    calls   24095 root    5u  IPv4             282291      0t0     TCP 127.0.0.1:60524->127.0.0.1:7002 24096,calls,4u (ESTABLISHED)
    pair    25613 root    4w  FIFO               0,15      0t0  291257 pipe 25614,pair,3r
    pair    25613 root    7u  unix 0x00000000f8aa3519      0t0  291259 type=STREAM ->INO=291260 25614,pair,8u (CONNECTED)

Without `+E` the words like `25614,pair,3r` and `->INO=291260` are missing, and with them the other end of a Unix socket.  With
`-K` the threads' ids and names are between the process and the user.  A blank in a command is printed as `\\x20` (man lsof).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from stackan.model.link import End, Row
from stackan.peers.addresses import connection, listener, pipe, read_number

_TYPES = frozenset(("IPv4", "IPv6", "FIFO", "unix"))
_DESCRIPTOR = re.compile(r"(\d{1,9})([rwu]?)[^\s\d]?")  # 7u, 6w, 3uW: the number, its mode, a lock
_USER = re.compile(r"(\d{1,9}),.*,(\d{1,9})([rwu]?)")  # 25614,pair,3r


def is_lsof(words: Sequence[str]) -> bool:
    return len(words) > 7 and words[1].isdecimal() and not _TYPES.isdisjoint(words[3:])


def read_lsof(words: Sequence[str], end: Callable[[int, int | None], End]) -> Iterator[Row]:
    kind = next((at for at in range(3, len(words)) if words[at] in _TYPES), 0)
    match = _DESCRIPTOR.fullmatch(words[kind - 1]) if kind else None
    pid = read_number(words[1])
    if match is None or pid is None:
        return
    ends, name = (end(pid, int(match[1])),), words[kind + 2 :]  # from SIZE/OFF on, which may be blank
    others = [(user[3], end(int(user[1]), int(user[2]))) for user in map(_USER.fullmatch, name) if user is not None]
    if words[kind] == "FIFO":
        yield from _read_pipe(words[kind + 1], name, match[2], ends, others)
    elif words[kind] == "unix":
        yield from _read_unix(name, ends, others)
    elif "TCP" in name:
        yield from _read_tcp(words[kind + 1], name[name.index("TCP") + 1 :], ends, others)


def _read_tcp(inode: str, name: Sequence[str], ends: tuple[End, ...], others: Sequence[tuple[str, End]]) -> Iterator[Row]:
    """`127.0.0.1:60524->127.0.0.1:7002 24096,calls,4u (ESTABLISHED)`, `*:7001 (LISTEN)`"""
    named = f"socket:{inode}" if read_number(inode) else ""
    if not name:
        return
    here, _, there = name[0].partition("->")
    if name[-1] == "(LISTEN)":
        yield Row(listener(here), "", named, ends, None)
        return
    own, other = connection(here, there)
    if own:
        yield Row(own, other, named, ends, None)
        if others:
            yield Row(other, own, "", tuple(each for _, each in others), None)


def _read_pipe(device: str, name: Sequence[str], mode: str, ends: tuple[End, ...], others: Sequence[tuple[str, End]]) -> Iterator[Row]:
    """`0t0  291257 pipe 25614,pair,3r`, `0t0 1234 /run/fifo`: a named one is known by its device, too."""
    at = next((at for at in range(min(2, len(name) - 1)) if read_number(name[at]) is not None), None)
    if at is None or not mode:
        return
    inode = name[at] if name[at + 1] == "pipe" else f"{device} {name[at]}"
    for each, who in ((mode, ends), *((other, (open_there,)) for other, open_there in others)):
        own, other = pipe(inode, each)
        yield Row(own, other, "", who, None)


def _read_unix(name: Sequence[str], ends: tuple[End, ...], others: Sequence[tuple[str, End]]) -> Iterator[Row]:
    """`0t0  291259 type=STREAM ->INO=291260 25614,pair,8u (CONNECTED)`"""
    own = next((word for word in name[:2] if read_number(word)), "")
    other = next((word.removeprefix("->INO=") for word in name if word.startswith("->INO=")), "")
    if not own:
        return
    there = f"socket:{other}" if read_number(other) else ""
    yield Row(f"socket:{own}", there, "", ends, None)
    if there and others:
        yield Row(there, f"socket:{own}", "", tuple(each for _, each in others), None)
