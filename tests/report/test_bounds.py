"""The text report stays readable however much there is to say, and says what it leaves out."""

from __future__ import annotations

import re

import pytest

import stackan
from stackan.report.layout import wrap
from stackan.report.page import Page
from stackan.report.text import render

LOCK = "#0  __lll_lock_wait (futex=0x{0:x}, private=0) at lowlevellock.c:49\n#1  0x2 in __pthread_mutex_lock (mutex=0x{0:x}) at lock.c:80\n"
OWNER = "$1 = {{__data = {{__lock = 2, __count = 0, __owner = {}, __nusers = 1, __kind = 0}}}}\n"


def chain(threads: int, closed: bool = False, name: str = "step") -> stackan.Analysis:
    """Threads each of which waits for a lock of the next one's, twice; the last one reads, or waits for the first."""
    text = []
    for at in range(threads):
        last = at == threads - 1 and not closed
        wait = "#0  0x1 in read () from /lib/libc.so.6\n" if last else LOCK.format(0x600000 + 64 * at)
        text.append(f'Thread {at + 1} (Thread 0x7f{at:010x} (LWP {1000 + at}) "w"):\n{wait}#2  0x3 in {name}{at} () at a.c:{at}\n\n')
    for at in range(threads - (not closed)):
        text.append(f"(gdb) p *(pthread_mutex_t *) 0x{0x600000 + 64 * at:x}\n{OWNER.format(1000 + (at + 1) % threads)}")
    data = "".join(text).encode()
    return stackan.analyze(stackan.Case([stackan.parse(data), stackan.parse(data)]))


def test_of_many_findings_the_gravest_are_shown_and_the_others_counted():
    analysis = chain(300)
    lines = list(render(analysis))
    shown = [line for line in lines if re.match(r"\d+\. ", line)]
    assert [int(line.partition(".")[0]) for line in shown] == list(range(1, 21))
    assert shown[0].endswith(": critical, likely")
    rest = " ".join(line.strip() for line in lines[next(at for at, line in enumerate(lines) if "more finding" in line) :][:2])
    assert rest.startswith(f"... and {len(analysis.findings) - 20} more findings: ") and rest.endswith("--format json has all of them.")
    counts = [int(number) for number in re.findall(r"(\d+) [a-z-]+ \(", rest)]
    assert sum(counts) == len(analysis.findings) - 20


def test_a_report_of_ten_times_the_threads_is_no_longer():
    few_threads, many = (len(list(render(chain(threads)))) for threads in (60, 600))
    assert many <= few_threads + 20


def test_a_ring_of_many_is_told_in_few_lines():
    lines = list(render(chain(300, closed=True)))
    assert lines[0] == "DEADLOCK (certain)"
    assert len(lines) < 120
    assert "   ... (--format json)" in lines


def test_a_case_with_few_findings_leaves_none_out():
    assert not [line for line in render(chain(10)) if "more finding" in line]


@pytest.mark.parametrize("name", ["n" * 100_000, "ns::map<int, char, " * 5_000])
def test_a_function_of_a_name_without_end_takes_few_lines(name):
    lines = list(render(chain(3, name=name)))
    assert len(lines) < 150 and max(map(len, lines)) <= 80


def test_many_snapshots_are_counted(tmp_path):
    for at in range(200):
        frames = LOCK.format(64) + "#2  0x3 in work ()\n#3  0x4 in start_thread ()\n"
        (tmp_path / f"snap{at}.txt").write_text(
            f'Thread 1 (Thread 0x7f01 (LWP 7) "w"):\n{frames}\nThread 2 (LWP 8):\n#0  0x{at:x} in poll ()\n'
        )
    report = " ".join(" ".join(render(stackan.analyze(stackan.load(tmp_path)))).split())
    assert "200 snapshots: " in report and "/snap23.txt and 176 more" in report


def test_words_are_listed_as_far_as_it_helps():
    assert Page().few(["a", "b", "c"], 2) == "a, b and 1 more"
    assert Page().few(["a", "b"], 2) == "a, b"


def test_a_word_of_many_lines_is_cut_in_the_middle():
    lines = list(wrap("in " + "a" * 500 + "b" * 500, 80))
    assert len(lines) < 6 and "…" in "".join(lines)
    assert lines[1].startswith("a") and lines[-1].endswith("b")
