"""Threads of stacks without names are called as the table of waits beside them calls them."""

from __future__ import annotations

import stackan

STACKS = """PID 4242 - process
TID 4242:
#0  0x00007f5cf8a16f16 __futex_abstimed_wait_common - /usr/lib/x86_64-linux-gnu/libc.so.6
#1  0x00007f5cf8a1bce3 __pthread_clockjoin_ex - /usr/lib/x86_64-linux-gnu/libc.so.6
#2  0x000055ac95669231 main - /srv/app
TID 4243:
#0  0x00007f5cf8a1712b __GI___lll_lock_wait - /usr/lib/x86_64-linux-gnu/libc.so.6
#1  0x00007f5cf8a1d6b8 pthread_mutex_lock - /usr/lib/x86_64-linux-gnu/libc.so.6
#2  0x000055ac956691b5 move_money - /srv/app
"""
WAITS = """stackan waits/1 of process 4242: 2 threads at 2026-11-30T16:05:11.204Z in 0.014 s
thread 4242 S "app": waits for thread 0x7f5cf898d6c0, owner 4243, by its kernel-word
thread 4243 S "transfer": waits for mutex 0x55d178 (normal), owner 4242, by its owner-word
"""


def test_stacks_that_print_no_names_get_those_of_the_waits(tmp_path):
    round_of = tmp_path / "node1" / "4242" / "round-1"
    round_of.mkdir(parents=True)
    (round_of / "stacks.txt").write_text(STACKS)
    assert {track.name for track in stackan.analyze(stackan.load(tmp_path)).processes[0].tracks} == {None}
    (round_of / "waits.txt").write_text(WAITS)
    (process,) = stackan.analyze(stackan.load(tmp_path)).processes
    assert {track.lwp: track.name for track in process.tracks} == {4242: "app", 4243: "transfer"}
