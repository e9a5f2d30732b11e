"""The report on a cluster: one verdict for the case, what hangs alike shown once with all who do, then the processes."""

from __future__ import annotations

import pytest

import stackan
from stackan.model.case import Case
from stackan.parsing import parse_all
from stackan.report.text import render
from tests.placing.clusters import another_process

EXHAUSTED, NODES = 14, 16


@pytest.fixture(scope="module")
def analysis(example, root) -> stackan.Analysis:
    """Of 16 data nodes 14 have no free worker; two wait for work."""
    stuck = [(example / f"snap{at}.txt").read_bytes() for at in (1, 2)]
    idle = [(root / "tests" / "dumps" / "mariadb" / f"idle.{at}.gdb.txt").read_bytes() for at in (1, 2)]
    dumps = []
    for node in range(1, NODES + 1):
        snapshots = another_process(*(stuck if node <= EXHAUSTED else idle), seed=node)
        for at, text in enumerate(snapshots, 1):
            dumps += parse_all(text, f"node{node}/round{at}/pstack_dnode_{node}000.log")
    return stackan.analyze(Case(dumps))


@pytest.fixture(scope="module")
def lines(analysis) -> list[str]:
    return list(render(analysis))


def test_the_headline_says_how_many_of_their_kind_are_concerned(analysis):
    assert analysis.verdict == "worker-exhaustion"
    assert analysis.headline == "14 of 16 data nodes: MariaDB thread pool: all 10 workers wait for an InnoDB row lock."


def test_the_verdicts_of_all_processes_are_counted(lines):
    assert "16 processes: 14 worker-exhaustion, 2 idle" in lines


def test_findings_that_say_the_same_of_many_processes_are_shown_once_with_all_of_these(lines):
    heads = [line for line in lines if line.startswith(("1. ", "2. "))]
    assert heads == ["1. worker-exhaustion: critical, likely, 14 of 16 data nodes"]
    report = " ".join(" ".join(lines).split())
    assert "alike node1/1000, node2/2000, node3/3000" in report and "node14/14000 (10 threads each) shown node1/1000" in report


def test_a_stack_in_which_many_processes_are_stuck_is_shown_once(lines):
    assert "S1. 140 threads of MariaDB thread pool in 14 of 16 data nodes stuck in lock_wait" in " ".join(" ".join(lines).split())
    assert sum(line == "      lock_wait" for line in lines) == 1


def test_processes_that_look_alike_share_one_section(lines):
    heads = [line for line in lines if " (datanode, mariadb): " in line]
    assert [line for line in heads if not line.startswith(" ")] == [
        "14 processes (datanode, mariadb): worker-exhaustion",
        "2 processes (datanode, mariadb): idle",
    ]


def test_the_report_stays_within_the_terminal_and_a_few_pages(lines):
    assert max(map(len, lines)) <= 80
    assert len(lines) < 120


def test_the_document_has_every_member_of_every_class(analysis, validate):
    document = analysis.to_dict()
    validate(document)
    assert document["processes"][0]["inputs"][1]["host"] == {"value": "node1", "from": "name"}
    (stack,) = document["stuck_stacks"]
    assert stack["processes"] == [f"node{node}/{node}000" for node in range(1, EXHAUSTED + 1)]
    assert len(stack["threads"]) == 10 * EXHAUSTED
    stuck = {
        (process["id"], thread["lwp"])
        for process in document["processes"]
        for thread in process["threads"]
        if thread["progress"] == "stuck"
    }
    assert {(member["process"], member["lwp"]) for member in stack["threads"]} == stuck
    assert len([finding for finding in document["findings"] if finding["kind"] == "worker-exhaustion"]) == EXHAUSTED


def test_two_findings_of_one_process_are_never_folded(example):
    """They look alike but for their numbers, and each is somebody's problem."""
    from tests.dumping import START, analyze, app, dump, mutex, thread

    locks = [thread(4101 + at, "worker", mutex(0x5581_4140 + at * 64), app("audit"), app("work"), START) for at in range(3)]
    main = thread(4100, "main", mutex(0x5581_9000), app("stay"), app("main"))
    lines = list(render(analyze(dump(main, *locks), dump(main, *locks))))
    assert sum(". stuck-wait: " in line for line in lines) == 4


def test_findings_about_locks_at_other_addresses_are_folded_all_the_same():
    from tests.dumping import START, analyze, app, dump, mutex, thread

    texts, names = [], []
    for process in (1, 2, 3):
        pid, lock = process * 1000, 0x5581_4140 + process * 0x1000
        waiters = [thread(pid + at, "worker", mutex(lock), app("audit"), app("work"), START) for at in range(1, 5)]
        for at in (1, 2):
            texts.append(dump(thread(pid, "main", mutex(0x5581_9000 + process), app("stay"), app("main")), *waiters))
            names.append(f"node{process}/snap{at}.txt")
    found = analyze(*texts, names=names)
    assert found.headline.startswith("all 3 processes, e.g. node1/1000: 4 threads wait for mutex 0x55815140")
    heads = [line for line in render(found) if ". convoy: " in line]
    assert heads == ["1. convoy: critical, likely, all 3 processes"]
