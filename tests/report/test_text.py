"""The text report: verdict first, proof and advice for each finding, then pools, stuck threads by equal stack, idle as one line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stackan
from stackan.report.layout import columns, cut, safe, wrap
from stackan.report.page import Page
from stackan.report.text import render, write


@pytest.fixture(scope="module")
def lines(example) -> list[str]:
    return list(render(stackan.analyze(stackan.load(example))))


def test_the_sections_stand_in_the_order_in_which_they_are_needed(lines):
    marks = [
        "WORKER-EXHAUSTION (likely)",
        "1. worker-exhaustion: critical, likely",
        "   proof  ",
        "   do next  ",
        "process 17802",
        "   pool MariaDB thread pool, ",
        "   stuck, ",
        "   idle: ",
    ]
    places = [next(at for at, line in enumerate(lines) if line.startswith(mark)) for mark in marks]
    assert places == sorted(places)


def test_the_proof_quotes_one_place_once_and_says_how_many_threads_show_it_and_when(lines):
    proof = next(at for at, line in enumerate(lines) if line.startswith("   proof"))
    assert lines[proof] == "   proof    mariadb-pool-exhausted/snap1.txt:36  (10 threads, both snapshots)"
    assert lines[proof + 1].strip().startswith("#5  0x0000557fb8ef6910 in lock_wait (thr=thr@entry=0x772bb00173c0)")
    assert lines[proof + 2].startswith("   do next")


def test_equal_stuck_stacks_are_folded_to_one(lines):
    assert [line for line in lines if line.startswith("   stuck, ")] == [
        "   stuck, 10 threads: 17870 17869 17868 17867 17866 17861 17850 17818 and 2"
    ]


def test_what_was_idle_takes_one_entry(lines):
    assert sum(line.startswith("   idle: ") for line in lines) == 1


def test_threads_that_one_snapshot_cannot_judge_are_told_with_what_they_do(example):
    report = "\n".join(render(stackan.analyze(stackan.load(example / "snap1.txt"))))
    assert "unknown: 10 blocked in lock_wait" in report


def test_no_line_is_wider_than_a_terminal(lines):
    assert max(map(len, lines)) <= 80


def test_without_color_there_is_no_escape_and_with_color_the_words_are_the_same(example, lines):
    stream = io.StringIO()
    write(stackan.analyze(stackan.load(example)), stream, color=lambda code: stream.write(f"\x1b[{code}m"))
    colored = stream.getvalue()
    assert "\x1b[" in colored and not any("\x1b" in line for line in lines)
    import re

    assert re.sub(r"\x1b\[[0-9;]*m", "", colored).splitlines() == lines


@given(st.text())
def test_shown_text_holds_nothing_that_a_terminal_obeys(text):
    assert safe(text).isprintable()


@given(st.text(max_size=40), st.integers(5, 100))
def test_wrapping_keeps_every_word_and_the_width(text, width):
    wrapped = list(wrap(text, width))
    assert all(columns(line) <= width for line in wrapped)
    assert "".join("".join(wrapped).split()) == "".join(safe(text).split())


@pytest.mark.parametrize("size", range(60, 90))
def test_a_comma_stays_with_the_name_before_it(size):
    assert all(len(line) > 1 for line in wrap(f"{'n' * size}, {'m' * size},", 74))


def test_a_long_path_is_broken_behind_a_folder():
    assert list(wrap(f"read /home/support/{'c' * 30}/{'d' * 30}/snap1.txt, and", 60)) == [
        "read",
        f"/home/support/{'c' * 30}/",
        f"{'d' * 30}/snap1.txt, and",
    ]


def test_long_text_is_cut_visibly():
    assert cut("0123456789", 8) == "0123456…"
    assert cut("01234567", 8) == "01234567"


def test_many_numbers_are_counted_rather_than_listed():
    assert Page().numbers([1, 2, 3]) == "1 2 3"
    assert Page().numbers(list(range(20)), 3) == "0 1 2 and 17 more"
    assert Page().numbers([None]) == "(no thread ids in the dump)"


def test_the_workers_of_a_pool_add_up(shared):
    folder = shared / "truth/servers/s4b-java-monitor-deadlock/jstack"
    report = " ".join(" ".join(render(stackan.analyze(stackan.load(*sorted(folder.glob("snap*.txt")))))).split())
    assert "8 workers: 2 idle, 5 blocked, 0 moving, 1 unknown" in report


def test_that_threads_which_are_all_parked_have_work_is_not_claimed():
    folder = Path(__file__).parent.parent / "dumps" / "parked" / "semq"
    report = " ".join(" ".join(render(stackan.analyze(stackan.load(folder / "t1" / "gdb.txt", folder / "t2" / "gdb.txt")))).split())
    assert "1 pool that was not seen at work, all workers parked alike: worker (semq) (8)" in report
