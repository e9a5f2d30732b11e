"""A dump of pstack that ends within a thread, as on a full disk, is known to lack the others."""

from __future__ import annotations

import pytest

import stackan
from stackan.parsing import parse_all
from tests.dumping import analyze

LOCKS = ("__lll_lock_wait", "pthread_mutex_lock", "work", "start_thread", "clone")


def pstack(threads: int, first: int = 100) -> bytes:
    """The highest number first, without any word of a debugger."""
    lines = []
    for number in range(threads, 0, -1):
        lines.append(f"Thread {number} (Thread 0x7f31000{first + number:05x} (LWP {first + number - 1})):")
        lines += [f"#{level}  0x00007f31{level:08x} in {name} () from /lib64/libc.so.6" for level, name in enumerate(LOCKS)]
    return "\n".join(lines).encode() + b"\n"


WHOLE = pstack(12)
AT_THREAD = WHOLE.index(b"Thread 5 ")


def cut(*more: bytes) -> bytes:
    return WHOLE[: WHOLE.index(b"#2", AT_THREAD) + 30] + b"".join(more)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (cut(), 8),
        (cut(b"\nbash: echo: write error: No space left on device\n"), 8),
        (WHOLE[: WHOLE.index(b"#3", AT_THREAD)], 8),
        (WHOLE[: AT_THREAD + 25], 8),
        (WHOLE[: AT_THREAD + 12], 7),
    ],
)
def test_a_text_that_ends_within_a_thread_tells_how_many_there_were(text: bytes, printed: int) -> None:
    (dump,) = parse_all(text)
    assert (dump.is_truncated, dump.expected, len(dump.threads)) == (True, 12, printed)


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        WHOLE[:AT_THREAD],  # some threads, quoted whole
        WHOLE[AT_THREAD:],
        b"\n".join(WHOLE[WHOLE.index(b"Thread %d " % number) :].split(b"Thread %d " % (number - 1))[0] for number in (9, 7, 4)),
    ],
)
def test_threads_that_a_person_quotes_are_no_cut_dump(text: bytes) -> None:
    (dump,) = parse_all(text)
    assert not dump.is_truncated


def test_threads_behind_the_cut_have_not_vanished() -> None:
    analysis = analyze(WHOLE, cut(), names=("r1/pstack_100.log", "r2/pstack_100.log"))
    (process,) = analysis.to_dict()["processes"]
    assert {thread["progress"] for thread in process["threads"]}.isdisjoint({"vanished", "appeared"})
    (problem,) = [finding for finding in analysis.to_dict()["findings"] if finding["kind"] == "capture-problem"]
    assert problem["title"] == "r2/pstack_100.log breaks off after 8 of 12 threads"


def test_the_words_of_a_full_disk_beside_the_threads_are_told(tmp_path) -> None:
    file = tmp_path / "pstack_100.log"
    file.write_bytes(cut(b"\nbash: echo: write error: No space left on device\n"))
    (dump,) = stackan.load(file).dumps
    assert dump.warnings == ["the debugger reported: bash: echo: write error: No space left on device"]


def test_the_last_of_several_rounds_may_be_cut() -> None:
    whole, rest = parse_all(WHOLE + cut())
    assert (whole.is_truncated, rest.is_truncated, rest.expected) == (False, True, 12)


def test_several_runs_in_one_text_are_told_apart_though_the_second_process_has_more_threads() -> None:
    texts = [pstack(4), pstack(9, 500), pstack(6), pstack(9, 500)]
    dumps = parse_all(b"".join(texts))
    assert [len(dump.threads) for dump in dumps] == [4, 9, 6, 9]
    assert [process["pid"] for process in stackan.analyze(stackan.Case(dumps)).to_dict()["processes"]] == [100, 500]


def test_who_looks_at_one_thread_after_the_other_looks_at_one_process() -> None:
    """`thread apply 3 2 1 bt` and then others, each by its own command."""
    look = "[Switching to thread {0} (Thread 0x7f310000{0} (LWP {0}))]\n#0  0x00007f3100000001 in poll () from /lib64/libc.so.6\n"
    (dump,) = parse_all("".join(look.format(number) for number in (3, 2, 1, 5)).encode())
    assert len(dump.threads) == 4
