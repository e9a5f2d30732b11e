"""Equal snapshots in one text: a process that hangs altogether gives the same bytes each time, so the lines between them count."""

from __future__ import annotations

import itertools

import pytest

import stackan

STILL = """\
Thread 2 (Thread 0x7f8af73c96c0 (LWP 17543)):
#0  0x00007f8af76c012b in __lll_lock_wait () from /lib/libc.so.6
#1  0x00005587d17817e5 in session_close ()
Thread 1 (Thread 0x7f8af7637740 (LWP 17540)):
#0  0x00007f8af7709545 in poll () from /lib/libc.so.6
#1  0x00005587d17815b5 in main ()
"""
COPY = "perhaps a copy"


def analyze(*heads: str) -> stackan.Analysis:
    return stackan.analyze("".join(f"{head}\n{STILL}" for head in heads).encode())


@pytest.mark.parametrize(
    "heads",
    [
        ("[root@db1 ~]# pstack 17540", "[root@db1 ~]# pstack 17540", "[root@db1 ~]# pstack 17540"),
        ("$ pstack 17540", "$ sleep 60\n$ pstack 17540"),
        (
            "user@db1:~$ sudo gdb -p 17540 -batch -ex 'thread apply all bt'",
            "user@db1:~$ sudo gdb -p 17540 -batch -ex 'thread apply all bt'",
        ),
        ("# for i in 1 2 3; do pstack 17540; sleep 60; done", "", ""),
        ("第一次", "第二次", "第三次"),
        ("第1轮：", "第2轮："),
        ("=== 1 ===", "=== 2 ==="),
        ("first pstack:", "second, after 5 minutes:"),
    ],
    ids=["prompts", "sleep", "gdb", "loop", "chinese", "digits", "counted", "words"],
)
def test_lines_that_announce_each_dump_make_equal_ones_rounds(heads: tuple[str, ...]) -> None:
    analysis = analyze(*heads)
    assert analysis.verdict == "blocked"
    assert not any(COPY in warning for warning in analysis.warnings)
    assert len(analysis.to_dict()["processes"][0]["snapshots"]) == len(heads)


@pytest.mark.parametrize(
    "heads",
    [
        ("", ""),
        ("$ pstack 17540", "Thanks, will look. You wrote:\n$ pstack 17540"),  # a reply that has lost its quotation marks
        ("Stacks:", "Stacks:"),
        ("reply 1", "reply 2"),
        ("# pstack output", "# pstack output"),
        ("$ pstack 17540", ""),  # pasted twice
        ("the machine hangs", "the stack again"),
    ],
    ids=["nothing", "flattened-reply", "same", "replies", "headings", "one-command", "prose"],
)
def test_equal_dumps_that_nothing_announces_prove_no_second_moment(heads: tuple[str, ...]) -> None:
    analysis = analyze(*heads)
    assert analysis.verdict == "inconclusive"
    snapshots = analysis.to_dict()["processes"][0]["snapshots"]
    assert len(snapshots) == 1 or any(COPY in warning for warning in analysis.warnings)


def test_each_way_to_announce_needs_both_lines() -> None:
    for first, second in itertools.permutations(("=== 1 ===", "第二次", "Stacks:"), 2):
        assert analyze(first, second).verdict == "inconclusive"
