"""A parked thread waits for a lock where the dump says who has what it is parked on, whatever class that is of."""

from __future__ import annotations

import pytest

import stackan

HEAD = "2026-03-02 11:00:00\nFull thread dump OpenJDK 64-Bit Server VM (17.0.9+9 mixed mode):\n\n"
THREAD = """"{name}" - Thread t@{number}
   java.lang.Thread.State: WAITING
	at {call}(Native Method)
	- {waits} <{awaited}> (a app.MyLock$Sync){owner}
	at app.MyLock.await(MyLock.java:30)
	at app.Job.run(Job.java:9)
	at java.base@17.0.9/java.lang.Thread.run(Thread.java:840)

   Locked ownable synchronizers:
	- locked <{held}> (a app.MyLock$Sync)

"""
PARK, WAIT = "java.base@17.0.9/jdk.internal.misc.Unsafe.park", "java.base@17.0.9/java.lang.Object.wait"


def dump(call: str, waits: str, owner: str) -> bytes:
    """Two threads, each with what the other waits for."""
    first = THREAD.format(name="w1", number=31, call=call, waits=waits, awaited="4b5d6a01", held="5b5d6a02", owner=owner.format("w2", 32))
    second = THREAD.format(name="w2", number=32, call=call, waits=waits, awaited="5b5d6a02", held="4b5d6a01", owner=owner.format("w1", 31))
    return (HEAD + first + second).encode()


@pytest.mark.parametrize(
    ("waits", "owner"),
    [("waiting to lock", ' owned by "{}" t@{}'), ("parking to wait for", ""), ("parking to wait for", ' owned by "{}" t@{}')],
)
def test_threads_that_are_parked_on_each_others_locks_of_a_class_of_their_own_are_a_deadlock(waits: str, owner: str) -> None:
    analysis = stackan.analyze(dump(PARK, waits, owner))
    assert analysis.verdict == "deadlock"
    waiting = analysis.processes[0].tracks
    assert {(track.place.kind, track.place.reason) for track in waiting} == {("mutex", "dump-names-owner-of-what-it-waits-for")}


def test_one_in_object_wait_waits_to_be_notified_whoever_has_the_monitor_at_the_moment() -> None:
    analysis = stackan.analyze(dump(WAIT, "waiting on", ""))
    assert analysis.verdict != "deadlock"
    assert {track.place.kind for track in analysis.processes[0].tracks} == {"condition"}
