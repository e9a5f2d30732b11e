"""A parked thread waits for a lock where the dump lists what it is parked on as another thread's, whatever class that is of."""

from __future__ import annotations

import stackan

HEAD = "2026-03-02 11:00:00\nFull thread dump OpenJDK 64-Bit Server VM (17.0.9+9 mixed mode):\n\n"
THREAD = """"{name}" #{number} daemon prio=5 os_prio=0 tid=0x00007f0000{number}0 nid=0x{number} waiting on condition
   java.lang.Thread.State: WAITING (parking)
	at jdk.internal.misc.Unsafe.park(java.base@17.0.9/Native Method)
	- parking to wait for  <0x00000007000000{awaited}> (a app.MyLock$Sync)
	at app.MyLock.await(MyLock.java:30)
	at app.Job.run(Job.java:9)
{monitor}	at java.lang.Thread.run(java.base@17.0.9/Thread.java:840)

   Locked ownable synchronizers:
	- {held}

"""


def dump(held: str = "<0x00000007000000{}> (a app.MyLock$Sync)", monitor: str = "") -> bytes:
    """Two threads, each with what the other waits for."""
    ours = THREAD.format(name="w1", number=31, awaited="a0", held=held.format("b0"), monitor=monitor.format("b0"))
    theirs = THREAD.format(name="w2", number=32, awaited="b0", held=held.format("a0"), monitor=monitor.format("a0"))
    return (HEAD + ours + theirs).encode()


def test_threads_that_are_parked_on_each_others_locks_of_a_class_of_their_own_are_a_deadlock() -> None:
    analysis = stackan.analyze(dump())
    assert analysis.verdict == "deadlock"
    waiting = analysis.processes[0].tracks
    assert {(track.place.kind, track.place.reason) for track in waiting} == {("mutex", "dump-names-owner-of-what-it-waits-for")}


def test_to_have_the_monitor_of_what_others_are_parked_on_is_not_to_have_the_lock() -> None:
    analysis = stackan.analyze(dump("None", "\t- locked <0x00000007000000{}> (a app.MyLock$Sync)\n"))
    assert analysis.verdict != "deadlock"
    assert {track.place.kind for track in analysis.processes[0].tracks} == {"condition"}
