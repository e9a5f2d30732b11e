"""`ss -tanp`, `ss -xp` of iproute2.

    State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
    ESTAB  7      0          127.0.0.1:7001     127.0.0.1:50292 users:(("calls",pid=23687,fd=4))
    LISTEN 0      64           0.0.0.0:7001       0.0.0.0:*     users:(("calls",pid=23687,fd=3))

    Netid State Recv-Q Send-Q Local Address:Port   Peer Address:Port  Process
    u_str ESTAB 233152 238336             * 289137            * 289136 users:(("pair",pid=24773,fd=8))

The Netid is printed if several kinds are asked for.  The port of a Unix socket is its inode.  Recv-Q are the bytes that nobody
has read yet; of a socket that listens, the connections that nobody has accepted; of a Unix socket, they are the same
(man ss; netlink's `udiag_rqueue`).  Without `users:` no process has it open, or the caller was not allowed to see which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from stackan.model.link import End, Row
from stackan.peers.addresses import connection, listener, read_number

# The states in which somebody may still read what was sent: man ss, STATE-FILTER.
_STATES = frozenset(("ESTAB", "SYN-SENT", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "LAST-ACK", "CLOSING", "LISTEN"))
_UNIX = frozenset(("u_str", "u_seq", "u_dgr"))
_USERS = "users:(("


def is_ss(words: Sequence[str]) -> bool:
    at = 0 if words[0] in _STATES else 1
    return len(words) > at + 4 and words[at] in _STATES and words[at + 1].isdecimal() and words[at + 2].isdecimal()


def read_ss(words: Sequence[str], end: Callable[[int, int | None], End]) -> Iterator[Row]:
    netid, rest = ("", words) if words[0] in _STATES else (words[0], words[1:])
    state, unread = rest[0], read_number(rest[1])
    users = next((at for at in range(3, len(rest)) if rest[at].startswith(_USERS)), len(rest))
    ends = tuple(end(pid, descriptor) for pid, descriptor in _read_users("".join(rest[users:])))
    if netid in _UNIX:
        if users >= 7 and read_number(rest[users - 3]) and read_number(rest[users - 1]):
            yield Row(f"socket:{rest[users - 3]}", f"socket:{rest[users - 1]}", "", ends, unread)
    elif state == "LISTEN":
        yield Row(listener(rest[3]), "", "", ends, None)
    elif netid in ("", "tcp"):
        own, other = connection(rest[3], rest[4])
        if own:
            yield Row(own, other, "", ends, unread)


def _read_users(text: str) -> Iterator[tuple[int, int]]:
    """`users:(("calls",pid=23687,fd=4),("calls",pid=23690,fd=4))`; a process may be called anything."""
    for user in text.split(",pid=")[1:]:
        pid, _, behind = user.partition(",fd=")
        numbers = read_number(pid), read_number(behind.partition(")")[0])
        if numbers[0] is not None and numbers[1] is not None:
            yield numbers[0], numbers[1]
