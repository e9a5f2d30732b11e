"""How sure a thread's progress is: it grows with the number of snapshots and the time from the first to the last."""

from __future__ import annotations

import re

import pytest

import stackan
from tests.dumping import START, app, case, dump, mutex, mutex_without_address, parked, poll_events, sleep, thread

MAIN = thread(4100, "teller", poll_events(), app("main"))


def confidence(*workers, names=()) -> str | None:
    """Of the progress of LWP 4101, through one snapshot for each argument; None leaves it out."""
    texts = [dump(MAIN, *([worker] if worker else [])) for worker in workers]
    document = stackan.analyze(case(*texts, names=names)).to_dict()
    return next(row["confidence"] for row in document["processes"][0]["threads"] if row["lwp"] == 4101)


def waits(*frames):
    return thread(4101, "worker", *frames, app("audit"), app("work"), START)


WITHOUT_OBJECT = waits(mutex_without_address())
WITH_OBJECT = waits(mutex(0x5581_4140))
FAR = ("snap_20261120_101500.txt", "snap_20261120_101900.txt")
CLOSE = ("snap_20261120_101500.txt", "snap_20261120_101502.txt")


def test_where_no_object_is_printed_two_snapshots_are_less_sure_than_three():
    assert confidence(*[WITHOUT_OBJECT] * 2) == "possible"
    assert confidence(*[WITHOUT_OBJECT] * 3) == "likely"


def test_two_snapshots_that_are_minutes_apart_are_surer_than_two_of_which_that_is_not_known():
    assert confidence(*[WITHOUT_OBJECT] * 2, names=FAR) == "likely"


def test_the_same_object_in_two_snapshots_is_surer_than_the_same_place():
    assert confidence(*[WITH_OBJECT] * 2) == "likely"


def test_snapshots_that_are_two_seconds_apart_are_less_sure():
    assert confidence(*[WITH_OBJECT] * 2, names=CLOSE) == "possible"


def test_who_moved_and_then_stood_is_as_sure_as_the_snapshots_since_then():
    assert confidence(waits(app("sort")), *[WITHOUT_OBJECT] * 3) == "likely"


@pytest.mark.parametrize(
    ("snapshots", "word"),
    [
        ((waits(app("sort")), waits(app("merge"))), "certain"),  # another stack
        ((waits(mutex(0x5581_4140)), waits(mutex(0x5581_4180))), "likely"),  # another object
        ((waits(app("sort")), waits(app("sort"))), "possible"),  # runs in one place
        ((None, WITH_OBJECT), "certain"),  # appeared
        ((WITH_OBJECT, None), "certain"),  # vanished
        ((WITH_OBJECT,), None),  # one snapshot does not tell
        ((waits(sleep(), app("backoff")), waits(sleep(), app("backoff"))), None),
    ],
)
def test_what_else_a_thread_does_is_as_sure_as_the_text_shows_it(snapshots, word):
    assert confidence(*snapshots) == word


def test_who_is_parked_by_a_rule_is_surer_than_who_waits_for_events_somewhere():
    assert confidence(*[waits(parked())] * 2) == "possible"
    assert confidence(*[waits(poll_events(), app("uv__io_poll"), app("uv_run"))] * 2) == "likely"


# -- what uses CPU in one place


def later(text: bytes, seconds: float) -> bytes:
    """A thread dump of a JVM as it would be so much later, had every thread that runs run all the time."""
    text = re.sub(rb"elapsed=([\d.]+)s", lambda match: b"elapsed=%.2fs" % (float(match[1]) + seconds), text)
    text = re.sub(rb'("settler".*? cpu=)([\d.]+)ms', lambda match: match[1] + b"%.2fms" % (float(match[2]) + 900 * seconds), text)
    return re.sub(
        rb"^(\d{4}-\d\d-\d\d \d\d:)(\d\d):",
        lambda match: match[1] + b"%02d:" % ((int(match[2]) + round(seconds / 60)) % 60),
        text,
        count=1,
        flags=re.M,
    )


def test_five_snapshots_over_minutes_make_a_spin_likely_and_three_do_not(root):
    first = (root / "tests" / "dumps" / "java" / "jdk17-spin-1.txt").read_bytes()
    for snapshots, word in ((3, "possible"), (5, "likely")):
        analysis = stackan.analyze(case(*(later(first, 60 * at) for at in range(snapshots))))
        (finding,) = [finding for finding in analysis.findings if finding.kind == "spin"]
        assert (finding.confidence, analysis.verdict == "spinning") == (word, word == "likely")
