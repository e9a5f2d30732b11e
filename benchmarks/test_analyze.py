"""How long conclusions take: a large case in memory, a small pair by the command, and the start of it all."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import stackan
from stackan.model.case import Case
from stackan.parsing import parse_all
from stackan.report.json import write


def test_comparing_and_concluding_a_large_case(benchmark, large_case):
    """Parsed dumps → findings; every tenth thread or so is one of the pool's workers that wait for a row lock."""

    def dumps() -> tuple[tuple[Case], dict[str, object]]:
        return (Case([*parse_all(large_case[0], "snap1.txt"), *parse_all(large_case[1], "snap2.txt")]),), {}

    analysis = benchmark.pedantic(stackan.analyze, setup=dumps, rounds=3)
    threads = len(analysis.processes[0].tracks)
    if benchmark.stats is not None:
        benchmark.extra_info["threads/s"] = round(threads / benchmark.stats.stats.min)
    assert threads == large_case[0].count(b"\nThread ")
    assert analysis.verdict == "worker-exhaustion"
    assert sum(track.progress == "stuck" for track in analysis.processes[0].tracks) == threads * 10 // 25


def test_finding_many_deadlocks(benchmark, deadlocked):
    """The slowest case that was measured: each two threads are a finding with its proof."""
    case = Case([*parse_all(deadlocked, "snap.txt")])
    analysis = benchmark.pedantic(stackan.analyze, (case,), rounds=1)
    assert {finding.kind for finding in analysis.findings} == {"deadlock"}
    assert 2 * len(analysis.findings) == len(analysis.processes[0].tracks) == deadlocked.count(b"\n#0 ")


def test_writing_many_deadlocks(benchmark, deadlocked):
    """The document: a row for each thread, and all sentences."""
    analysis = stackan.analyze(Case([*parse_all(deadlocked, "snap.txt")]))

    def written() -> str:
        stream = io.StringIO()
        write(analysis, stream)
        return stream.getvalue()

    document = json.loads(benchmark.pedantic(written, rounds=1))
    assert len(document["processes"][0]["threads"]) == 2 * len(document["findings"])
    assert all(
        finding["title"] == "LWP {} teller and LWP {} teller wait for each other".format(*(each["lwp"] for each in finding["threads"]))
        for finding in document["findings"]
    )


def test_the_whole_command_on_a_small_pair(benchmark, example):
    command = [sys.executable, "-m", "stackan", "analyze", "--format", "json", str(example)]
    done = benchmark.pedantic(subprocess.run, (command,), {"capture_output": True}, rounds=10)
    assert json.loads(done.stdout)["verdict"] == "worker-exhaustion"


def test_the_interpreters_start_alone(benchmark):
    done = benchmark.pedantic(subprocess.run, ([sys.executable, "-c", "pass"],), rounds=10)
    assert done.returncode == 0


def test_the_commands_start_alone(benchmark):
    done = benchmark.pedantic(subprocess.run, ([sys.executable, "-m", "stackan", "--version"],), {"capture_output": True}, rounds=10)
    assert done.stdout.startswith(b"stackan ")


def test_the_wait_for_graph_as_networkx(benchmark, large_case):
    case = Case([*parse_all(large_case[0], "snap1.txt"), *parse_all(large_case[1], "snap2.txt")])
    graph = benchmark.pedantic(lambda: stackan.analyze(case).graph, rounds=1)
    assert graph.number_of_nodes() > large_case[0].count(b"\nThread ")
