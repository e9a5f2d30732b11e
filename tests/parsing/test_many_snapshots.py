"""A text of many snapshots takes time in proportion, though each of them is told something by what stands elsewhere in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stackan.parsing.databases import haproxy
from stackan.parsing.java import jstack

JAVA = b'Full thread dump OpenJDK\n"w" #1 prio=5 tid=0x00007f7bfc017ff0 nid=0x5797 waiting\n%b\tat app.Door.poll(Door.java:1)\n\n'
SNAPSHOTS = {
    "threads of HAProxy that come again": (
        haproxy.read,
        b"  Thread 1 : id=0x7f1b6bf5e640 act=1 glob=0 wq=1 rq=0 tl=0 tlsz=0 rqsz=0\n   | 0x5627e86b7562 [85 c0]: poll+0x1/0x2\n",
    ),
    "Java threads that name an owner": (
        jstack.read,
        JAVA % b'   java.lang.Thread.State: BLOCKED on app.Table@4b5d6a01 owned by "worker-2" Id=32\n',
    ),
    "Java threads that carry a virtual one": (jstack.read, JAVA % b"   Mounted virtual thread #34\n"),
}


@pytest.mark.parametrize("kind", SNAPSHOTS)
def test_many_snapshots_take_time_in_proportion(kind: str, in_proportion: Callable[..., None]) -> None:
    read, snapshot = SNAPSHOTS[kind]
    assert len(read(snapshot * 3).facts) == 3
    in_proportion(lambda size: snapshot * (size // len(snapshot)), read, 400_000)
