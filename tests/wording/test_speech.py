"""Facts as sentences: which of a fact's sentences is taken, and how sentences and clauses follow each other."""

from __future__ import annotations

import pytest

from stackan import wording
from stackan.model.facts import Fact, Share, Shown, Wanted, fact
from stackan.wording.advice import ADVICE
from stackan.wording.sentences import SENTENCES
from tests.dumping import START, analyze, app, dump, mutex, thread

ENGLISH = wording.speech()
LOCK = Wanted("mutex", address=0x5581_4140, symbol="ledger")
TEXT = dump(*(thread(lwp, f"w{lwp}", mutex(0x5581_4140), app("audit"), START) for lwp in (101, 102)))
ONE, OTHER = analyze(TEXT, TEXT).processes[0].tracks


def test_a_thread_that_was_just_named_is_it() -> None:
    asleep = fact("sleeps", thread=ONE, function="backup")
    name = f"LWP {ONE.lwp} {ONE.name}"
    assert ENGLISH.text((fact("holds-it", thread=ONE), asleep)) == f"{name} holds it. It sleeps in backup."
    assert ENGLISH.text((fact("holds-it", thread=OTHER), asleep)).endswith(f"holds it. {name} sleeps in backup.")
    apart = (fact("seems-to-hold-it", thread=ONE), fact("guard-may-be-left-over"), asleep)
    assert ENGLISH.text(apart).endswith(f"an earlier call. {name} sleeps in backup."), "a sentence about something else stands between"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"count": 1, "snapshots": 2}, "It stands in the same place in both snapshots."),
        ({"count": 3, "snapshots": 2, "span": 240}, "They stand in the same place in both snapshots, 4 min apart."),
        ({"count": 3, "snapshots": 5, "span": 1200}, "They stand in the same place in all 5 snapshots over 20 min."),
        ({"count": 1, "snapshots": 5, "cut": True}, "It stands in the same place in all 5 snapshots as far as they go."),
    ],
)
def test_the_first_sentence_is_taken_whose_values_are_all_known(values: dict[str, int], said: str) -> None:
    assert ENGLISH.sentence(fact("same-place", **values)) == said


@pytest.mark.parametrize(
    ("processes", "said"),
    [
        (("4350",), "Process 4350 is not there."),
        (("4330", "4340"), "Processes 4330 and 4340 are not there, and all do the same."),
        (tuple("abcdefg"), "Processes a, b, c and 4 more are not there, and all do the same."),
    ],
)
def test_processes_are_listed_as_one_writes_and_a_long_list_is_cut(processes: tuple[str, ...], said: str) -> None:
    assert ENGLISH.sentence(fact("not-there-does", processes=processes)) == said


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (LOCK, "mutex 0x55814140 <ledger>"),
        (Wanted("file", descriptor=31), "a file (descriptor 31)"),
        (Wanted("thread", end_of=4711), "the end of LWP 4711"),
        (Wanted("database-lock", "an InnoDB row lock"), "an InnoDB row lock"),
        (Wanted("socket", who="process 24096", through="network"), "process 24096, over the network"),
        (Wanted("future", only="task"), "the result of another task"),
    ],
)
def test_what_is_waited_for_is_named_as_precisely_as_it_is_known(what: Wanted, said: str) -> None:
    assert ENGLISH.sentence(fact("others-poll-there", count=1, what=what)) == f"The other one polls there for {said}."


def test_a_line_that_shows_something_says_what_kind_of_evidence_it_is_or_whose_line() -> None:
    def held(shown: Shown) -> str:
        return ENGLISH.sentence(fact("waits-for-end-of", waiter="a", supplier="b", shown=shown))

    assert held(Shown("locals", 231, 6)) == "a waits for the end of b (locals of frame 6, line 231)."
    assert held(Shown("recorded", 27)) == "a waits for the end of b (recorded, line 27)."
    assert held(Shown("recorded", 12, source="mysqld.err")) == "a waits for the end of b (mysqld.err, line 12)."


def test_a_title_is_made_of_clauses_and_has_no_period() -> None:
    title = (fact("stands-waiting", count=3, what=LOCK, function="audit"), fact("holds-it", thread=ONE), fact("and-behind", count=10))
    said = f"3 threads wait for mutex 0x55814140 <ledger>, in audit; LWP {ONE.lwp} {ONE.name} holds it; 10 more behind"
    assert ENGLISH.title(title) == said
    assert ENGLISH.headline(title) == f"{said}."


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ((fact("in-processes", share=Share(14, 16, "datanode")), fact("and-behind", count=2)), "14 of 16 data nodes: 2 more behind."),
        (
            (fact("cannot-be-judged", count=3, of=4), fact("get-symbols-for-lock")),
            "3 of 4 threads cannot be judged by this dump. Install the debug symbols of glibc (libc6-dbg, glibc-debuginfo) and take the "
            "dumps again with `thread apply all bt full`: then the lock's address stands in them.",
        ),
        (
            (fact("nothing-proved-stuck-but"), fact("spins-in", count=2, functions=("sched_yield",))),
            "Nothing is proved to be stuck. What is suspected: 2 threads spin in sched_yield.",
        ),
    ],
    ids=["behind a colon", "a sentence behind a clause", "a colon behind a sentence"],
)
def test_a_headline_joins_clauses_and_sentences(facts: tuple[Fact, ...], said: str) -> None:
    assert ENGLISH.headline(facts) == said


def test_no_facts_say_nothing() -> None:
    assert (ENGLISH.text(()), ENGLISH.title(()), ENGLISH.headline(())) == ("", "", "")


def test_frames_are_inner_or_outer_and_never_above_or_below() -> None:
    said = [sentence.text for several in (*SENTENCES.values(), *ADVICE.values()) for sentence in several]
    assert [each for each in said if "below" in each or "above" in each] == []
