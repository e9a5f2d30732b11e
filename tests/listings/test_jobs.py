"""Listings of DolphinDB's jobs beside the dumps of a server whose workers are all taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import stackan
from stackan import wording
from stackan.model.finding import Finding
from tests.dumping import START, Frame, Thread, condition, dump, thread

CONSOLE_JOBS = """\
>getConsoleJobs();
node   userID rootJobId                            jobType priority receiveTime             queue
------ ------ ------------------------------------ ------- -------- ----------------------- ---------------
dnode1 admin  8c8b1de1-54b2-4d26-9c79-f2c2b3d6e2a4 unknown 4        2024.05.12T10:01:02.123 normal queue
dnode2 guest  0a0b1de1-54b2-4d26-9c79-f2c2b3d6e2a5 unknown 4        2024.05.12T10:01:03.123 normal queue
"""
BATCH_JOBS = """\
node   userID jobId        rootJobId                            startTime               endTime
------ ------ ------------ ------------------------------------ ----------------------- -----------------------
dnode1 admin  load20240504 11111111-54b2-4d26-9c79-f2c2b3d6e2a4 2024.05.12T10:00:00.000
dnode1 admin  load20240503 22222222-54b2-4d26-9c79-f2c2b3d6e2a4 2024.05.12T09:00:00.000 2024.05.12T09:30:00.000
"""


def own(name: str) -> Frame:
    return Frame(f"{name}()", where="from ./libDolphinDB.so")


BASE = (own("Runnable::start"), own("Thread::startFunc"))


def worker(lwp: int, role: str, *inside: Frame) -> Thread:
    wait = condition(0x5583_9000 + lwp * 64, 0x5584_9000)
    return thread(lwp, "dolphindb", wait, own("ConditionalVariable::wait"), *inside, own(f"{role}::run"), *BASE, START)


def exhausted(first: int) -> list[Thread]:
    """A node whose workers of two levels wait for each other's subtasks."""
    latch = (own("CountDownLatch::wait"), own("SessionImp::run"))
    return [
        thread(first, "dolphindb", condition(0x5583_0000, 0x5584_0000), own("MainServer::wait"), Frame("main()")),
        *(worker(first + at, "ZeroWorker", *latch) for at in range(1, 5)),
        *(worker(first + at, "FirstWorker", *latch) for at in range(5, 8)),
    ]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Path]:
    """A folder with two dumps of one exhausted node."""
    for number in (1, 2):
        (tmp_path / "dnode1" / f"round{number}").mkdir(parents=True)
        (tmp_path / "dnode1" / f"round{number}" / "pstack_dnode_4300.log").write_bytes(dump(*exhausted(4300)))
    yield tmp_path


def exhaustion(folder: Path) -> tuple[stackan.Analysis, Finding]:
    analysis = stackan.analyze(stackan.load(folder))
    [finding] = [finding for finding in analysis.findings if finding.kind == "worker-exhaustion"]
    return analysis, finding


def test_listed_jobs_are_named_with_the_commands_that_cancel_them(node: Path) -> None:
    (node / "jobs.txt").write_text(CONSOLE_JOBS + BATCH_JOBS)
    _, finding = exhaustion(node)
    [step] = [step for step in wording.advice(finding) if "jobs.txt lists" in step]
    assert 'cancelConsoleJob("8c8b1de1-54b2-4d26-9c79-f2c2b3d6e2a4")' in step
    assert 'cancelJob("load20240504")' in step
    assert "load20240503" not in step, "that one has ended"
    assert CONSOLE_JOBS.split("\n")[3] in {quote.text for quote in finding.evidence}


def test_a_job_of_another_node_is_not_named_where_the_nodes_are_known(node: Path) -> None:
    (node / "jobs.txt").write_text(CONSOLE_JOBS)
    _, finding = exhaustion(node)
    [step] = [step for step in wording.advice(finding) if "jobs.txt lists" in step]
    assert "lists 2 jobs" in step, "no dump is of dnode2, so its job may belong to any"
    (node / "dnode2" / "round1").mkdir(parents=True)
    (node / "dnode2" / "round2").mkdir(parents=True)
    for number in (1, 2):
        idle = [worker(5300 + at, "ZeroWorker", own("SynchronizedQueue::pop")) for at in range(4)]
        (node / "dnode2" / f"round{number}" / "pstack_dnode_5300.log").write_bytes(dump(*idle))
    _, finding = exhaustion(node)
    [step] = [step for step in wording.advice(finding) if "jobs.txt lists" in step]
    assert "lists 1 job " in step


def test_a_listing_of_jobs_is_counted_in_the_document(node: Path) -> None:
    (node / "jobs.txt").write_text(BATCH_JOBS)
    analysis, _ = exhaustion(node)
    assert [row["jobs"] for row in analysis.to_dict()["listings"]] == [1]
    assert not any("jobs.txt" in warning for warning in analysis.warnings)


def test_a_job_whose_id_would_end_the_command_is_not_shown_in_one(node: Path) -> None:
    (node / "jobs.txt").write_text('node,userID,jobId,endTime\ndnode1,admin,load"); dropAll("x,\ndnode1,admin,load20240504,\n')
    _, finding = exhaustion(node)
    [step] = [step for step in wording.advice(finding) if "jobs.txt lists" in step]
    assert "lists 1 job " in step
    assert "dropAll" not in step
