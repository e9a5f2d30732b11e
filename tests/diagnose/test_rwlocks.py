"""A rwlock that readers hold, in a real dump (dumps/rwlock/rwpref.c) into which gdb printed it."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan import wording
from stackan.model.waitgraph import HELD_BY
from tests.dumping import (
    START,
    Frame,
    Thread,
    analyze,
    app,
    dump,
    lwps,
    parked,
    receive,
    shared_lock,
    thread,
    told,
    unique_lock,
    write_lock,
)

PRINTED = (Path(__file__).parent.parent / "dumps" / "rwlock" / "printed.txt").read_bytes()
ANSWER = next(line for line in PRINTED.splitlines() if line.startswith(b"$2 = "))
QUESTION = b"+print *(pthread_rwlock_t*)0x55a53429e0a0"
BARE = PRINTED[: PRINTED.index(b"+print ")]


def convoy(*texts: bytes) -> stackan.model.finding.Finding:
    return next(finding for finding in analyze(*texts).findings if "rwlock" in wording.title(finding))


def answered(readers: int, writer: int = 0) -> bytes:
    words = ANSWER.replace(b"__readers = 14,", b"__readers = %d," % readers).replace(b"__cur_writer = 0,", b"__cur_writer = %d," % writer)
    return PRINTED.replace(ANSWER, words)


def test_a_printed_rwlock_tells_how_many_read_and_who_queues_behind_them() -> None:
    finding = convoy(PRINTED)
    assert "One reader holds it (line 408), a writer waits for it to leave, and the readers that came later queue" in wording.explanation(
        finding
    )
    assert "No thread is shown to hold it" not in wording.explanation(finding)
    assert ("$2 = {__data = {__readers = 14") in " ".join(quote.text for quote in finding.evidence)


def test_who_reads_is_named_by_elimination_where_all_others_wait_for_the_lock() -> None:
    finding = convoy(PRINTED)
    assert told(finding, "may-be-a-reader") == [{"threads": [17874, 17870]}]
    assert (
        "By elimination a reader may be one of LWP 17874 rwpref and LWP 17870 rwpref: all other threads of the process wait for the lock. "
        "LWP 17874 rwpref is idle in dump_dict. LWP 17870 rwpref waits for the end of LWP 17874 in main." in wording.explanation(finding)
    )


def test_the_advice_asks_for_nothing_that_is_printed_already() -> None:
    assert all("gdb" not in words for words in wording.advice(convoy(PRINTED)))


def test_the_advice_asks_for_the_whole_lock_so_that_the_answer_can_be_read() -> None:
    (words,) = wording.advice(convoy(BARE))
    assert "set trace-commands on" in words
    assert "print *(pthread_rwlock_t *) 0x55a53429e0a0" in words


def test_an_earlier_dump_may_show_the_lock() -> None:
    assert "One reader holds it" in wording.explanation(convoy(PRINTED, BARE))


@pytest.mark.parametrize(
    ("word", "words"),
    [
        (8, "One reader holds it (line 408)."),
        (3 << 3, "3 readers hold it (line 408)."),
        (2 << 3 | 2, "2 readers hold it (line 408), and a writer waits for them to leave."),
    ],
)
def test_the_low_bits_tell_who_waits(word: int, words: str) -> None:
    assert words in wording.explanation(convoy(answered(word)))


@pytest.mark.parametrize("word", [3, 11, 9])
def test_in_a_write_phase_the_readers_wait_and_hold_nothing(word: int) -> None:
    assert "hold it (line" not in wording.explanation(convoy(answered(word)))
    assert "holds it (line" not in wording.explanation(convoy(answered(word)))


def test_a_writer_that_is_printed_holds_it() -> None:
    assert "LWP 17874 rwpref holds it" in wording.explanation(convoy(answered(3, 17874)))


def test_the_readers_may_be_asked_for_alone() -> None:
    text = PRINTED.replace(QUESTION, b"+print ((pthread_rwlock_t*)0x55a53429e0a0)->__data.__readers").replace(ANSWER, b"$2 = 14")
    assert "One reader holds it" in wording.explanation(convoy(text))


def test_another_member_is_no_owner() -> None:
    text = PRINTED.replace(QUESTION, b"+print ((pthread_rwlock_t*)0x55a53429e0a0)->__data.__flags").replace(ANSWER, b"$2 = 17874")
    assert "No thread is shown to hold it." in wording.explanation(convoy(text))


def test_glibcs_pretty_printer_tells_the_readers_too() -> None:
    text = PRINTED.replace(ANSWER, b"$2 = pthread_rwlock_t = {Status = Acquired (Read), Readers = 2, Shared = No, Prefers = Readers}")
    assert "2 readers hold it (line 408)." in wording.explanation(convoy(text))


def test_the_graph_records_that_readers_hold_it() -> None:
    graph = analyze(PRINTED).waits
    edges = [edge for out in graph.out for edge in out if edge.relation == HELD_BY and "rwlock" in graph.nodes[edge.waiter].label]
    assert [(edge.evidence, edge.line) for edge in edges] == [("recorded", 408)]


# -- a reader that wants to write

CATALOG = 0x5581_3018
MAIN = thread(4100, "srv", parked("Quiet::loop"))


def upgrade(*locals: str, wait: tuple[Frame, ...] = write_lock(CATALOG)) -> Thread:
    return thread(4301, "wrk", wait, app("Cache::fill"), app("Cache::get", locals=locals), START)


def verdict(*threads: Thread) -> str:
    text = dump(MAIN, *threads, full=True)
    return analyze(text, text).verdict


def test_a_thread_that_reads_and_waits_to_write_waits_for_itself() -> None:
    text = dump(MAIN, upgrade(shared_lock(CATALOG)), full=True)
    (finding,) = analyze(text, text).findings
    assert (finding.kind, finding.confidence, lwps(finding)) == ("self-deadlock", "likely", [4301])
    assert told(finding, "guard-is-no-proof") and told(finding, "give-back-before-writing")


def test_a_writer_that_waits_for_itself_is_told_to_lock_once() -> None:
    word = ANSWER.replace(b"__readers = 14,", b"__readers = 3,").replace(b"__cur_writer = 0,", b"__cur_writer = 4301,")
    text = dump(MAIN, upgrade(), full=True) + b"\n+print *(pthread_rwlock_t*)%#x\n%s\n" % (CATALOG, word)
    (finding,) = analyze(text, text).findings
    assert (finding.kind, lwps(finding)) == ("self-deadlock", [4301])
    assert told(finding, "no-second-lock-while-writing") and not told(finding, "give-back-before-writing")


@pytest.mark.parametrize("guard", [shared_lock(CATALOG, owns=False), unique_lock(CATALOG), shared_lock(CATALOG + 64)])
def test_a_guard_that_was_given_back_or_is_another_ones_is_no_reader(guard: str) -> None:
    assert verdict(upgrade(guard)) == "blocked"


def test_one_that_waits_to_read_may_only_be_making_its_guard() -> None:
    reads = tuple(frame._replace(function=frame.function.replace("wrlock", "rdlock")) for frame in write_lock(CATALOG)[:-1])
    assert verdict(upgrade(shared_lock(CATALOG), wait=reads)) == "blocked"


def test_another_reader_is_believed_before_a_guard_that_may_be_left_over() -> None:
    other = thread(4302, "rdr", receive(9), app("Cache::load", locals=(shared_lock(CATALOG),)), START)
    assert verdict(upgrade(shared_lock(CATALOG)), other) == "blocked"
