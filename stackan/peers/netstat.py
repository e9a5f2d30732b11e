"""`netstat -tanp` of net-tools, which prints no descriptors: it shows which process has the other end.

    Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
    tcp        0      0 127.0.0.1:51190         127.0.0.1:7002          ESTABLISHED 23687/./calls
    tcp6       7      0 127.0.0.1:7002          127.0.0.1:51190         ESTABLISHED 23688/./calls

With `-e` the user and the inode are before the process; `-` is printed if no process has it open, or the caller may not see which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from stackan.model.link import End, Row
from stackan.peers.addresses import connection, listener, read_number


def is_netstat(words: Sequence[str]) -> bool:
    return words[0] in ("tcp", "tcp6") and len(words) > 5 and words[1].isdecimal() and words[2].isdecimal()


def read_netstat(words: Sequence[str], end: Callable[[int, int | None], End]) -> Iterator[Row]:
    extended = len(words) > 7 and words[6].isdecimal() and words[7].isdecimal()  # `-n` prints the user as a number
    inode = f"socket:{words[7]}" if extended and words[7] != "0" else ""
    user = words[8] if extended and len(words) > 8 else words[6] if not extended and len(words) > 6 else ""
    pid = read_number(user.partition("/")[0])
    ends = (end(pid, None),) if pid is not None else ()
    if words[5] == "LISTEN":
        yield Row(listener(words[3]), "", inode, ends, None)
        return
    own, other = connection(words[3], words[4])
    if own:
        yield Row(own, other, inode, ends, read_number(words[1]))
