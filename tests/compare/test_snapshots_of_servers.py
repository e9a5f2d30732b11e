"""Three, five and twenty snapshots of real servers, with restarts, reused ids and fifty processes; how sure what they show is."""

from __future__ import annotations

import pathlib
import re

import pytest

import stackan
from stackan import wording
from stackan.model.case import Case
from stackan.parsing import parse_all
from stackan.report.text import render
from tests.dumping import START, analyze, app, dump, eu_stack, mutex, noted, thread
from tests.placing.clusters import another_process


def read(folder: pathlib.Path, pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob(pattern))]


def analyze_texts(texts: dict[str, bytes]) -> stackan.Analysis:
    return stackan.analyze(Case([found for source, text in texts.items() for found in parse_all(text, source)]))


def stamped(texts: list[bytes], minutes: int = 4) -> dict[str, bytes]:
    """The texts with times in their names, so many minutes apart."""
    return {f"2024-06-07_{10 + at * minutes // 60:02}{at * minutes % 60:02}00/pstack.txt": text for at, text in enumerate(texts)}


def report(analysis: stackan.Analysis) -> str:
    return " ".join(" ".join(render(analysis)).split())


# -- the more snapshots, the surer


@pytest.mark.parametrize(("snapshots", "words"), [(2, "in both snapshots"), (3, "in all 3 snapshots"), (20, "in all 20 snapshots")])
def test_an_exhausted_pool_stays_one_through_many_snapshots(example, snapshots, words):
    pair = read(example, "*.txt")
    analysis = analyze_texts(stamped([pair[at % 2] for at in range(snapshots)]))
    (process,) = analysis.processes
    assert analysis.verdict == "worker-exhaustion"
    stuck = [track for track in process.tracks if track.progress == "stuck"]
    assert [track.timeline for track in stuck] == [" ".join("S" * (snapshots - 1))] * 10
    assert process.inputs.span == (snapshots - 1) * 240


def test_a_finding_says_over_which_time_threads_stood_still():
    lock = thread(4101, "worker", mutex(0x5581_4140), app("audit"), app("work"), START)
    texts = stamped([dump(thread(4100, "main", mutex(0x5581_9000), app("stay"), app("main")), lock)] * 5)
    assert "It stands in the same place in all 5 snapshots over 16 min." in [
        sentence for finding in analyze_texts(texts).findings for sentence in [wording.explanation(finding).partition(". ")[0] + "."]
    ]
    two = analyze_texts(dict(list(texts.items())[:2]))
    assert any("in both snapshots, 4 min apart" in wording.explanation(finding) for finding in two.findings)


def test_five_snapshots_with_a_restart_are_two_processes_and_say_so(example, root):
    stuck, idle = read(example, "*.txt"), read(root / "tests" / "dumps" / "mariadb", "idle.*")
    before, after = another_process(*stuck, stuck[0], seed=3), another_process(*idle, seed=4)
    analysis = analyze_texts(stamped([*before, *after]))
    assert [(process.id, len(process.dumps)) for process in analysis.processes] == [("3000", 3), ("4000", 2)]
    assert list(analysis.verdicts) == ["worker-exhaustion", "idle"]
    assert all("restarted in between" in process.inputs.warnings[0] for process in analysis.processes)


# -- reused ids


def test_an_lwp_that_a_thread_with_another_beginning_uses_is_reused():
    """eu-stack prints no pthread id; the function with which a thread begins tells."""
    main = thread(4100, "server", mutex(0x5581_9000), app("serve"), app("main"))
    before = eu_stack(main, thread(4101, "", mutex(0x5581_4140), app("query"), app("handle_connection"), START))
    after = eu_stack(main, thread(4101, "", mutex(0x5581_4140), app("query"), app("flush_log"), START))
    tracks = analyze(before, after).processes[0].tracks
    assert sorted(track.progress for track in tracks if track.lwp == 4101) == ["appeared", "vanished"]


def test_a_thread_per_connection_that_ended_is_not_taken_for_its_successor(example):
    """The kernel gave the LWP to a new thread with another stack; neither is stuck nor moves."""
    first, second = read(example, "*.txt")
    header = re.search(rb"\(Thread (0x[0-9a-f]+) \(LWP 17870\)", second)
    assert header is not None
    (process,) = analyze_texts({"snap1": first, "snap2": second.replace(header[1], b"0x7f0102030405")}).processes
    assert sorted(track.progress for track in process.tracks if track.lwp == 17870) == ["appeared", "vanished"]


# -- what runs in one place


@pytest.fixture
def spinning(root) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((root / "tests" / "dumps" / "java").glob("jdk17-spin-*.txt"))}


def test_three_snapshots_with_cpu_time_in_one_place_are_a_spin_or_a_computation_with_the_doubt_said(spinning):
    analysis = analyze_texts(spinning)
    tracks = {track.name: track for track in analysis.processes[0].tracks}
    assert (tracks["settler"].progress, tracks["settler"].timeline) == ("spinning", "R R")
    assert (
        noted(tracks["settler"]) == "used 2.1 s of CPU in 4.7 s, in the same place in all snapshots: it spins, or computes something long"
    )
    (finding,) = analysis.findings
    assert (finding.kind, finding.confidence) == ("spin", "possible")
    assert analysis.verdict == "progressing"


def test_two_snapshots_are_not_enough_to_call_it_a_spin(spinning):
    analysis = analyze_texts(dict(list(spinning.items())[:2]))
    tracks = {track.name: track for track in analysis.processes[0].tracks}
    assert tracks["settler"].progress == "progressing"
    assert noted(tracks["settler"]).endswith("a long computation or a loop")
    assert not analysis.findings


# -- what changed


def test_what_changed_between_the_rounds_is_told_with_from_where_to_where():
    main = thread(4100, "main", mutex(0x5581_9000), app("stay"), app("main"))
    workers = [thread(4101 + at, "worker", app("read_page"), app("scan"), app("work"), START) for at in range(3)]
    later = [thread(4101 + at, "worker", app("write_row"), app("scan"), app("work"), START) for at in range(3)]
    new = thread(4200, "late", mutex(0x5581_4140), app("login"), START)
    words = report(analyze(dump(main, *workers), dump(main, *later, new)))
    assert "new: 4200; 1 waiting in login" in words
    assert "moved: 3 threads (4103 4102 4101), each moves inside scan, from read_page to write_row" in words


# -- fifty processes


@pytest.fixture(scope="module")
def backends(root) -> stackan.Analysis:
    """A PostgreSQL with fifty backends, each taken twice: thirty wait for a lock, nineteen are idle, one works."""
    folder = root / "tests" / "dumps" / "postgres"
    texts = {}
    for number in range(50):
        what = "waiting" if number < 30 else "idle" if number < 49 else "busy"
        for at, text in enumerate(another_process(*read(folder, f"{what}.*"), seed=number + 1), 1):
            texts[f"pg1/round{at}/{1000 * (number + 1)}.gdb.txt"] = text
    return analyze_texts(texts)


def test_fifty_backends_are_fifty_processes_with_one_verdict_and_one_finding(backends):
    assert (len(backends.processes), backends.verdict) == (50, "blocked")
    assert {process.inputs.role for process in backends.processes} == {"backend"}
    (finding,) = backends.findings
    assert (finding.kind, len(finding.processes)) == ("convoy", 30)


def test_fifty_backends_fit_on_a_page(backends):
    lines = list(render(backends))
    assert len(lines) < 80
    heads = [line for line in lines if line.endswith((": blocked", ": idle", ": progressing"))]
    assert [line.strip() for line in heads[:3]] == heads[3:], "each has a line on top, and is the head of its part"
    assert heads[3:] == [
        "30 processes (backend, postgres): blocked",
        "process 50000 (backend, postgres): progressing",
        "19 processes (backend, postgres): idle",
    ]
