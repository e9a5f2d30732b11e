"""Who is at the other end of a process's connections and pipes: the text `descriptors.txt`, in forms that `ls`, `/proc` and `ss` print.

    /proc/31257/fd:
    lrwx------ 1 root root 64 Nov 26 06:19 7 -> socket:[305531]
      sl  local_address rem_address   st tx_queue rx_queue …                        of the process's network namespace
    u_str ESTAB 0 0 * 289137 * 289136 users:(("pair",pid=24773,fd=8))               Unix sockets, by the kernel's own pairs

Processes that were not asked for are listed with those descriptors only whose pipe or socket one of the others has, too.
"""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Iterable, Iterator, Mapping

from stackan.collect.threads import read_file
from stackan.model.records import NamedTuple

_INODE = re.compile(r"^(pipe|socket):\[(\d+)\]$")
_LISTENS = "0A"  # TCP_LISTEN (net/tcp_states.h)
_SOCK_DIAG, _BY_FAMILY, _DUMP = 4, 20, 0x301  # NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP
_SHOW_PEER, _SHOW_QUEUES = 0x4, 0x10  # linux/unix_diag.h
_PEER, _QUEUES = 2, 4
_DONE, _FAILED = 3, 2


class Descriptor(NamedTuple):
    """One open descriptor of a process."""

    pid: int
    number: int
    target: str  # "socket:[305531]", "/srv/data/log"
    mode: str  # "r-", "-w", "rw"


class Pair(NamedTuple):
    """A Unix socket and its other end, by their inodes."""

    own: int
    other: int
    unread: int


def read(pids: Iterable[int]) -> dict[int, bytes]:
    """The text of each process.  What may not be read of a process is left out."""
    asked = list(pids)
    own = {pid: _descriptors(pid) for pid in asked}
    pairs = _unix_pairs()
    others = _others(own, pairs)
    return {pid: _render(pid, descriptors, others, pairs) for pid, descriptors in own.items()}


def _descriptors(pid: int) -> list[Descriptor]:
    found = []
    try:
        numbers = sorted(map(int, os.listdir(f"/proc/{pid}/fd")))
    except OSError:
        return []
    for number in numbers:
        try:
            target = os.readlink(f"/proc/{pid}/fd/{number}")
            mode = os.lstat(f"/proc/{pid}/fd/{number}").st_mode
        except OSError:
            continue  # closed meanwhile
        found.append(Descriptor(pid, number, target, f"{'r' if mode & 0o400 else '-'}{'w' if mode & 0o200 else '-'}"))
    return found


def _others(own: Mapping[int, list[Descriptor]], pairs: Mapping[int, Pair]) -> dict[int, list[Descriptor]]:
    """Of all other processes the descriptors that lead to these."""
    wanted: set[str] = set()
    for descriptors in own.values():
        for each in descriptors:
            found = _INODE.match(each.target)
            if found is None:
                continue
            wanted.add(each.target)
            pair = pairs.get(int(found[2]))
            if pair is not None:
                wanted.add(f"socket:[{pair.other}]")
    wanted |= {f"socket:[{inode}]" for pid in own for inode in _peer_inodes(pid, wanted)}
    return {
        pid: kept
        for pid in map(int, filter(str.isdecimal, os.listdir("/proc")))
        if pid not in own and (kept := [each for each in _descriptors(pid) if each.target in wanted])
    }


def _peer_inodes(pid: int, own: set[str]) -> Iterator[int]:
    """The inodes of the other ends of TCP connections within this machine."""
    rows = [words for name in ("tcp", "tcp6") for words in _connections(pid, name)]
    by_addresses = {_connection(words): words for words in rows if words[3] != _LISTENS}
    listening: dict[str, list[list[str]]] = {}
    for words in rows:
        if words[3] == _LISTENS:
            listening.setdefault(_port(words[1]), []).append(words)
    for words in rows:
        if f"socket:[{words[9]}]" not in own or words[3] == _LISTENS:
            continue
        other = by_addresses.get(_connection(words)[::-1])
        if other is not None and other[9] != "0":
            yield int(other[9])
        elif other is not None:  # nobody has accepted it: whoever listens there might
            yield from (int(each[9]) for each in listening.get(_port(words[2]), ()))


def _connections(pid: int, name: str) -> list[list[str]]:
    return [words for line in _net(pid, name).decode("ascii", "replace").splitlines()[1:] if len(words := line.split()) > 9]


def _connection(words: list[str]) -> tuple[str, str]:
    """(own address, the other one)"""
    return _mapped(words[1]), _mapped(words[2])


def _port(address: str) -> str:
    return address.rpartition(":")[2]


def _mapped(address: str) -> str:
    """An IPv4 address is the same in the table of IPv6, where a server listens for both."""
    host, _, port = address.partition(":")
    return f"{host[24:] if host.startswith('0000000000000000FFFF0000') and len(host) == 32 else host}:{port}"


def _net(pid: int, name: str) -> bytes:
    try:
        return read_file(f"/proc/{pid}/net/{name}") or b""
    except OSError:
        return b""


def _render(pid: int, own: list[Descriptor], others: Mapping[int, list[Descriptor]], pairs: Mapping[int, Pair]) -> bytes:
    lines = [line for owner, descriptors in ((pid, own), *others.items()) for line in _listing(owner, descriptors)]
    inodes = {found[2] for each in (*own, *(each for row in others.values() for each in row)) if (found := _INODE.match(each.target))}
    tables = [(_net(pid, name).decode("ascii", "replace").splitlines() or [""]) for name in ("tcp", "tcp6")]
    leads = {_connection(words) for _, *rows in tables for row in rows if len(words := row.split()) > 9 and words[9] in inodes}
    for head, *rows in tables:
        kept = [
            row
            for row in rows
            if len(words := row.split()) > 9 and (words[9] in inodes or (words[9] == "0" and _connection(words)[::-1] in leads))
        ]
        lines += [head, *kept] if kept else []
    lines += _unix_lines(own, others, pairs)
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def _listing(pid: int, descriptors: list[Descriptor]) -> Iterator[str]:
    """As `ls -l /proc/PID/fd` prints it; only pipes and sockets lead to others, and names of files are a customer's own business."""
    yield f"/proc/{pid}/fd:"
    for each in descriptors:
        if _INODE.match(each.target):
            yield f"l{each.mode}x------ 1 0 0 64 Jan  1 00:00 {each.number} -> {each.target}"


def _unix_lines(own: list[Descriptor], others: Mapping[int, list[Descriptor]], pairs: Mapping[int, Pair]) -> Iterator[str]:
    for each in (*own, *(each for row in others.values() for each in row)):
        found = _INODE.match(each.target)
        pair = pairs.get(int(found[2])) if found is not None else None
        if pair is not None and pair.other:
            yield f'u_str ESTAB {pair.unread} 0 * {pair.own} * {pair.other} users:(("p",pid={each.pid},fd={each.number}))'


def _unix_pairs() -> dict[int, Pair]:
    """Every Unix socket with its other end, from the kernel (sock_diag(7)); none where it does not tell."""
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as asked:
            asked.settimeout(2)
            body = struct.pack("<BBHIIIII", socket.AF_UNIX, 0, 0, 0xFFFFFFFF, 0, _SHOW_PEER | _SHOW_QUEUES, 0xFFFFFFFF, 0xFFFFFFFF)
            asked.send(struct.pack("<IHHII", 16 + len(body), _BY_FAMILY, _DUMP, 1, 0) + body)
            return {pair.own: pair for pair in _answers(asked)}
    except OSError:
        return {}


def _answers(asked: socket.socket) -> Iterator[Pair]:
    while True:
        data, at = asked.recv(1 << 18), 0
        while at + 16 <= len(data):
            size, kind = struct.unpack_from("<IH", data, at)
            if kind in (_DONE, _FAILED) or size < 16:
                return
            inode = struct.unpack_from("<I", data, at + 20)[0]
            peer, unread = 0, 0
            inner, stop = at + 32, at + size
            while inner + 4 <= stop:
                length, attribute = struct.unpack_from("<HH", data, inner)
                if attribute == _PEER and inner + 8 <= stop:
                    peer = struct.unpack_from("<I", data, inner + 4)[0]
                elif attribute == _QUEUES and inner + 8 <= stop:
                    unread = struct.unpack_from("<I", data, inner + 4)[0]
                inner += max(4, (length + 3) & ~3)
            yield Pair(inode, peer, unread)
            at += (size + 3) & ~3
