"""Traps that real servers set to whoever reads their dumps, each seen on a real server; where the dump itself lies beside the project.

Traps that lie in logs or in counters, and those of taking a dump, are tested where these are read.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan import wording

SERVERS = Path(__file__).resolve().parents[2].parent / "shared" / "truth" / "servers"

pytestmark = pytest.mark.skipif(not SERVERS.is_dir(), reason="no ../shared/truth/servers beside the project")
NATIVE = pytest.mark.parametrize("format", ["gdb", "gdb-nodebug", "eu-stack"])


def judged(server: str, format: str) -> stackan.Analysis:
    return stackan.analyze(stackan.load(*sorted((SERVERS / server / format).glob("snap*"))))


def stuck(analysis: stackan.Analysis) -> list[str]:
    return [track.place.purpose for process in analysis.processes for track in process.tracks if track.progress == "stuck"]


@NATIVE
def test_a_lock_that_no_thread_holds_is_said_to_be_an_idle_clients(format: str) -> None:
    """Its COMMIT goes unread, as no worker is free; ending the holder alone may free nobody, so the advice does not promise it."""
    [finding] = [each for each in judged("s1a-maria-pool-rowlock-sym", format).findings if each.severity == "critical"]
    assert "it is in no stack, so it is most likely a client that is idle" in wording.explanation(finding)
    assert "canceling a job needs a connection, a connection needs a free thread, and none is free" in wording.explanation(finding)
    assert "extra_port" in wording.advice(finding)[0]
    assert "Killing the idle holder alone may free nobody" in " ".join(wording.advice(finding))


@NATIVE
def test_waiters_that_wake_up_every_second_are_stuck_all_the_same(format: str) -> None:
    """A metadata lock's waiter polls: it runs a little, and its dump may catch it doing so."""
    analysis = judged("s2a-maria-mdl-convoy-running-root-sym", format)
    assert analysis.verdict == "blocked"
    assert len(stuck(analysis)) >= 51


@NATIVE
def test_a_script_that_burns_cpu_makes_nobody_stuck(format: str) -> None:
    analysis = judged("s6-redis-lua-spin", format)
    assert stuck(analysis) == []
    assert not any(finding.severity == "critical" for finding in analysis.findings)


@NATIVE
@pytest.mark.parametrize("server", ["s1e-maria-pool-loaded", "s6-memcached-loaded", "s6-slapd-loaded"])
def test_busy_clients_whose_stacks_match_in_both_dumps_are_not_stuck(server: str, format: str) -> None:
    analysis = judged(server, format)
    assert analysis.verdict == "progressing"
    assert stuck(analysis) == []


@NATIVE
def test_io_threads_that_are_parked_on_mutexes_by_design_are_no_convoy(format: str) -> None:
    analysis = judged("s6-redis-idle", format)
    assert analysis.verdict == "idle"
    assert analysis.findings == ()


@NATIVE
def test_the_listener_of_a_pool_is_none_of_its_workers(format: str) -> None:
    """It waits in epoll_wait and will never take a job: an idle member that frees nobody."""
    process = judged("s1a-maria-pool-rowlock", format).processes[0]
    [pool] = [pool for pool in process.pools if pool.exhausted]
    listeners = {track.key for track in process.tracks if track.place.role == "listener"}
    members, workers = ({track.key for track in tracks} for tracks in (pool.members, pool.workers))
    assert listeners & members
    assert not listeners & workers


def test_processes_that_are_dumped_one_after_the_other_are_still_one_case() -> None:
    """PostgreSQL's backends were dumped up to 109 seconds apart: a convoy is told, a cycle between them would not be."""
    analysis = judged("s3a-postgres-row-convoy", "gdb")
    assert analysis.verdict == "blocked"
    assert len({process.id for process, _ in analysis.findings[0].threads}) == 20


@pytest.mark.parametrize("format", ["gdb", "gdb-nodebug", "eu-stack"])
def test_native_stacks_of_a_jvm_are_not_taken_for_what_java_does(format: str) -> None:
    """Compiled code has bogus frames and no names: what these threads wait for takes a Java thread dump, and that is said."""
    analysis = judged("s4a-java-pool-exhausted", format)
    assert not any(finding.severity == "critical" for finding in analysis.findings)
    assert any("Thread.print" in advice for finding in analysis.findings for advice in wording.advice(finding))


def test_a_dump_that_its_debugger_did_not_finish_is_no_dump_of_fewer_threads(tmp_path: Path) -> None:
    """gdb 13 may die inside `bt full` of a JVM: the file ends at one of its first threads."""
    for name in ("snap1.gdb.txt", "snap2.gdb.txt"):
        whole = (SERVERS / "s4a-java-pool-exhausted" / "gdb" / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: whole.index(b"\nThread 20 ")])
    analysis = stackan.analyze(stackan.load(tmp_path))
    assert [finding.kind for finding in analysis.findings if "breaks off after" in wording.title(finding)] == ["capture-problem"] * 2
    assert not any(pool.exhausted for process in analysis.processes for pool in process.pools)
