"""The lock of a queue, and a place in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parsing.texts import analyzed

OFFER = """\
Full thread dump OpenJDK 64-Bit Server VM (25.392-b08 mixed mode):

"feeder" #24 prio=5 os_prio=0 tid=0x00007f36a000a000 nid=0x9b8 waiting on condition [0x00007f36a7d40000]
   java.lang.Thread.State: WAITING (parking)
\tat sun.misc.Unsafe.park(Native Method)
\t- parking to wait for  <0x00000000b3a08760> (a java.util.concurrent.locks.{what})
\tat java.util.concurrent.locks.LockSupport.park(LockSupport.java:175)
{frames}
\tat java.util.concurrent.ArrayBlockingQueue.{method}(ArrayBlockingQueue.java:327)
\tat app.Feed.run(Feed.java:10)

"""
LOCK = """\
\tat java.util.concurrent.locks.AbstractQueuedSynchronizer.acquire(AbstractQueuedSynchronizer.java:1199)
\tat java.util.concurrent.locks.ReentrantLock$NonfairSync.lock(ReentrantLock.java:209)
\tat java.util.concurrent.locks.ReentrantLock.lock(ReentrantLock.java:285)"""
PLACE = "\tat java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject.await(AbstractQueuedSynchronizer.java:2039)"


@pytest.mark.parametrize(
    ("what", "frames", "method", "kind"),
    [
        ("ReentrantLock$NonfairSync", LOCK, "offer", "mutex"),
        ("AbstractQueuedSynchronizer$ConditionObject", PLACE, "put", "semaphore"),
    ],
)
def test_who_offers_to_a_queue_waits_for_its_lock_or_for_a_place_in_it(
    tmp_path: Path, what: str, frames: str, method: str, kind: str
) -> None:
    document = analyzed(tmp_path, OFFER.format(what=what, frames=frames, method=method))
    assert [wait["kind"] for wait in document["processes"][0]["threads"][0]["waits_for"]] == [kind]
