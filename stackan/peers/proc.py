"""/proc/PID/net/tcp and tcp6, which give the addresses behind an inode, as `ls -l /proc/PID/fd` prints it.

      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       2: 0100007F:1B59 0100007F:C474 01 00000000:00000007 00:00000000 00000000     0        0 280499 1 00000000b3f8b66a 20 4 30 10 -1

Addresses are in the machine's byte order, which is taken to be little-endian; ports, and the bytes that nobody has read
yet (rx_queue), are hexadecimal; st 01 is ESTABLISHED, 0A is LISTEN (include/net/tcp_states.h of the kernel).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from stackan.model.link import End, Row
from stackan.peers.addresses import connection, listener, read_number

_LISTEN = "0A"


def is_proc(words: Sequence[str]) -> bool:
    return len(words) > 9 and words[0].endswith(":") and words[0][:-1].isdecimal() and words[1][-5:-4] == ":" == words[2][-5:-4]


def read_proc(words: Sequence[str], end: Callable[[int, int | None], End]) -> Iterator[Row]:
    own, other, inode = _read_address(words[1]), _read_address(words[2]), read_number(words[9])
    if not own or not other:
        return
    named = f"socket:{inode}" if inode else ""
    if words[3] == _LISTEN:
        yield Row(listener(own), "", named, (), None)
        return
    here, there = connection(own, other)
    if here:
        yield Row(here, there, named, (), _read_hex(words[4].partition(":")[2]))


def _read_address(text: str) -> str:
    """`0100007F:1B59` is 127.0.0.1:7001."""
    host, _, digits = text.partition(":")
    port = _read_hex(digits)
    if port is None or len(host) not in (8, 32) or _read_hex(host) is None:
        return ""
    packed = b"".join(bytes.fromhex(host[at : at + 8])[::-1] for at in range(0, len(host), 8))
    if len(packed) == 4:
        return f"{'.'.join(map(str, packed))}:{port}"
    from ipaddress import IPv6Address

    address = IPv6Address(packed)
    return f"[{address.ipv4_mapped or address}]:{port}"


def _read_hex(text: str) -> int | None:
    try:
        return int(text, 16) if text.isalnum() and text.isascii() and len(text) <= 32 else None
    except ValueError:
        return None
