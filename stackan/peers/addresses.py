"""Names of the ends of connections and pipes, the same in all tables."""

from __future__ import annotations

_MAPPED = "::ffff:"  # an IPv4 address as a dual-stack socket has it: `[::ffff:127.0.0.1]:7002`
_LONGEST = 20  # digits of a number that is believed


def read_address(text: str) -> str:
    """`127.0.0.1:7002`, `[::1]:7002`; "" of what is no address with a port, as that of a socket that listens has none at its other end.

    ss adds the device that a socket is bound to: `10.0.0.3%eth0:7002`.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or len(port) > 5:
        return ""
    host = host.strip("[]").partition("%")[0]
    if host.lower().startswith(_MAPPED) and "." in host:
        host = host[len(_MAPPED) :]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def connection(own: str, other: str) -> tuple[str, str]:
    """The names of the two ends of a TCP connection, ("", "") if these are no two addresses."""
    here, there = read_address(own), read_address(other)
    return (f"{here}>{there}", f"{there}>{here}") if here and there else ("", "")


def listener(own: str) -> str:
    """The name of a socket that waits for connections; any address is written `*`, `0.0.0.0`, `[::]` or `::`."""
    host, _, port = own.rpartition(":")
    if not port.isdecimal():
        return ""
    return f"listen *:{port}" if host.partition("%")[0] in ("*", "0.0.0.0", "[::]", "::") else f"listen {read_address(own)}"


def pipe(inode: str, mode: str) -> tuple[str, str]:
    """The names of a pipe's ends, the own one first; `mode` is "r", "w" or "u" (both), which leads nowhere."""
    other = {"r": "w", "w": "r"}.get(mode, "")
    return f"pipe:{inode} {mode}", f"pipe:{inode} {other}" if other else ""


def read_number(text: str) -> int | None:
    """A decimal number; None if it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else None
