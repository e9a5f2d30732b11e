"""Two threads each of which works, in its outer frames, on what the other waits for."""

from __future__ import annotations

import pytest

from tests.dumping import START, Frame, Thread, analyze, app, dump, lwps, mutex, owners, parked, thread

FROM, TO = 0x5581_3000, 0x5581_4000
MAIN = thread(4100, "srv", parked("Quiet::loop"))


def waiter(lwp: int, address: int, *frames: Frame) -> Thread:
    return thread(lwp, "wrk", mutex(address), *frames, START)


def both(lwp: int, mine: int, wanted: int) -> Thread:
    return waiter(lwp, wanted, app("transfer", f"from={mine:#x}, to={wanted:#x}"))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (f"from={FROM:#x}, to={TO:#x}", f"from={TO:#x}, to={FROM:#x}"),
        (f"from=from@entry={FROM:#x}", f"its=@{TO:#x}"),
        (f"this={FROM - 0x18:#x}", f"this=this@entry={TO - 0xF8:#x}, n=1"),
    ],
    ids=["arguments", "entry values and references", "objects in which the locks lie"],
)
def test_crossed_mentions_make_a_deadlock_likely(ours: str, theirs: str) -> None:
    text = dump(MAIN, waiter(4301, TO, app("post", ours)), waiter(4302, FROM, app("post", theirs)))
    analysis = analyze(text, text)
    assert analysis.verdict == "deadlock"
    finding = analysis.findings[0]
    assert (finding.kind, finding.confidence, lwps(finding)) == ("deadlock", "likely", [4301, 4302])
    assert (owners(analysis, 4301), owners(analysis, 4302)) == ([4302], [4301])
    assert [doubt.name for doubt in finding.doubts] == ["mentions-are-no-proof"]


def test_one_snapshot_makes_it_possible_only() -> None:
    analysis = analyze(dump(MAIN, both(4301, FROM, TO), both(4302, TO, FROM)))
    assert (analysis.verdict, analysis.findings[0].confidence) == ("inconclusive", "possible")


def test_more_waiters_behind_the_two_change_nothing() -> None:
    text = dump(MAIN, both(4301, FROM, TO), both(4302, TO, FROM), waiter(4303, TO, app("audit")), waiter(4304, FROM, app("audit")))
    analysis = analyze(text, text)
    assert (analysis.verdict, lwps(analysis.findings[0])) == ("deadlock", [4301, 4302])


@pytest.mark.parametrize(
    "threads",
    [
        (waiter(4301, TO, app("post", f"from={FROM:#x}")), waiter(4302, FROM, app("audit"))),  # only one mentions
        (waiter(4301, TO, app("post", f"this={FROM - 0x100:#x}")), waiter(4302, FROM, app("post", f"from={TO:#x}"))),  # too far
        (waiter(4301, TO, app("post", f"n={FROM - 8:#x}")), waiter(4302, FROM, app("post", f"from={TO:#x}"))),  # no object
        # One object with two locks: its start stands for the first of them.
        (waiter(4301, FROM, app("Bank::post", f"this={FROM - 8:#x}")), waiter(4302, FROM + 40, app("Bank::audit", f"this={FROM - 8:#x}"))),
        # A third thread works on both accounts, and waits for neither.
        (both(4301, FROM, TO), both(4302, TO, FROM), thread(4303, "wrk", app("transfer", f"from={FROM:#x}, to={TO:#x}"), START)),
        # Two threads may hold what the other waits for.
        (both(4301, FROM, TO), both(4302, TO, FROM), both(4303, TO, FROM)),
    ],
)
def test_what_does_not_cross_for_two_alone_makes_no_deadlock(threads: tuple[Thread, ...]) -> None:
    text = dump(MAIN, *threads)
    analysis = analyze(text, text)
    assert analysis.verdict == "blocked"
    assert {finding.kind for finding in analysis.findings} <= {"stuck-wait", "convoy"}


def test_a_printed_owner_comes_before_what_is_inferred() -> None:
    text = dump(MAIN, both(4301, FROM, TO), both(4302, TO, FROM))
    word = f"+p *(pthread_mutex_t *) {FROM:#x}\n$1 = {{__data = {{__lock = 2, __count = 0, __owner = 4100, __nusers = 1}}}}\n".encode()
    analysis = analyze(text, text + b"\n" + word)
    assert analysis.verdict == "blocked"
    assert owners(analysis, 4302) == [4100]
