"""`ls -l /proc/PID/fd`: the descriptors of a process, each with its inode.

    /proc/23687/fd:
    total 0
    lr-x------ 1 root root 64 Nov 26 06:19 3 -> pipe:[291257]
    l-wx------ 1 root root 64 Nov 26 06:19 6 -> pipe:[291258]
    lrwx------ 1 root root 64 Nov 26 06:19 7 -> socket:[281673]

The heading is printed if several directories are listed; else the file's own name has to give the process
(fd_23687.txt).  The mode says which end of a pipe it is (man 5 proc).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from stackan.model.link import End, Row
from stackan.peers.addresses import pipe, read_number

_HEADING = re.compile(r"/proc/(\d{1,10})(?:/task/\d{1,10})?/fd/?:?")
_NUMBER = re.compile(r"(?<!\d)\d{2,10}(?!\d)")
_MODES = {"r-": "r", "-w": "w", "rw": "u"}


def heading_pid(text: str) -> int | None:
    """`/proc/23687/fd:`"""
    match = _HEADING.fullmatch(text.strip()) if text.startswith("/proc/") and len(text) < 64 else None
    return int(match[1]) if match is not None else None


def named_pid(source: str) -> int | None:
    """The only number in a file's name."""
    numbers = _NUMBER.findall(source[-1024:].replace("!", "/").rpartition("/")[2])
    return int(numbers[0]) if len(numbers) == 1 else None


def is_listing(text: str) -> bool:
    return text.startswith("l") and (" -> socket:[" in text or " -> pipe:[" in text)


def read_listing(of: int | None, words: Sequence[str], end: Callable[[int, int | None], End]) -> Iterator[Row]:
    """One entry; `of` is the process whose directory is listed, if the entry does not name it: `/proc/23687/fd/7 -> …`"""
    arrow = words.index("->")
    folder, _, number = words[arrow - 1].rpartition("/")
    pid, descriptor = (heading_pid(folder) if folder else of), read_number(number)
    kind, _, inode = words[arrow + 1].rstrip("]").partition(":[")
    mode = _MODES.get(words[0][1:3], "")
    if pid is None or descriptor is None or not mode or read_number(inode) is None:
        return
    if kind == "socket":
        yield Row("", "", f"socket:{inode}", (end(pid, descriptor),), None)
    elif kind == "pipe":
        own, other = pipe(inode, mode)
        yield Row(own, other, "", (end(pid, descriptor),), None)
