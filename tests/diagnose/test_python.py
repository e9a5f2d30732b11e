"""What is concluded from the dumps of real Python programs (tests/dumps/python), whose state is known."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan import wording
from stackan.model.track import Track
from stackan.parsing import parse_all

DUMPS = Path(__file__).parents[1] / "dumps" / "python"


def analyzed(*names: str) -> stackan.Analysis:
    return stackan.analyze(stackan.load(*(DUMPS / name for name in names)))


def tracks(*names: str) -> dict[str, Track]:
    (process,) = analyzed(*names).processes
    return {track.name or "": track for track in process.tracks}


def progress(*names: str) -> dict[str, str]:
    return {name: track.progress for name, track in tracks(*names).items()}


# {thread of places.py: (state, kind, verb) that its Python frames alone tell}
PLACES = {
    "condition": ("idle", "condition", "idle"),
    "predicate": ("idle", "condition", "idle"),
    "event": ("idle", "condition", "idle"),
    "get": ("idle", "condition", "idle"),
    "undone": ("idle", "condition", "idle"),
    "semaphore": ("semaphore", "semaphore", "waiting"),
    "put": ("semaphore", "semaphore", "waiting"),
    "barrier": ("barrier", "barrier", "waiting"),
    "join": ("join", "thread", "waiting"),
    "child": ("join", "process", "waiting"),
    "read-file": ("idle", "socket", "idle"),
    "accept": ("idle", "socket", "idle"),
    "select": ("idle", None, "idle"),
    "loop": ("idle", None, "idle"),
    "idle_0": ("idle", None, "idle"),
    "busy_0": ("future", "future", "waiting"),
    "result": ("future", "future", "waiting"),
    "wait": ("future", "future", "waiting"),
    "completed": ("future", "future", "waiting"),
    "map": ("future", "future", "waiting"),
    "spin": ("running", None, "running"),
}
# Threads that wait in a function written in C, and what native frames tell of them.
CALLS = {
    "lock": ("lock", "mutex", "waiting"),
    "rlock": ("lock", "mutex", "waiting"),
    "simple-get": ("idle", "condition", "idle"),
    "receive": ("idle", "socket", "idle"),
    "sleeper": ("idle", None, "idle"),
    "MainThread": ("idle", None, "idle"),
}


@pytest.mark.parametrize("file", ["places.py-spy.txt", "places.py-spy.json"])
def test_python_frames_tell_what_a_thread_waits_for(file: str) -> None:
    found = {name: (track.place.state, track.place.kind, track.place.verb) for name, track in tracks(file).items()}
    assert {name: found[name] for name in PLACES} == PLACES


@pytest.mark.parametrize("name", CALLS)
def test_a_call_into_c_cannot_be_told_from_another_without_native_frames(name: str) -> None:
    place = tracks("places.py-spy.txt")[name].place
    assert (place.state, place.verb) == ("unknown", "unknowable")
    assert place.rule is not None
    assert "--native" in place.rule.hint


def test_native_frames_tell_the_rest() -> None:
    found = {name: (track.place.state, track.place.kind, track.place.verb) for name, track in tracks("places.native.py-spy.txt").items()}
    wanted = PLACES | CALLS
    del wanted["idle_0"]  # its kind is the mechanism's
    assert {name: found[name] for name in wanted} == wanted
    assert found["idle_0"][::2] == ("idle", "idle")


def test_pystack_tells_the_same_as_py_spy() -> None:
    (spied,) = analyzed("places.native.py-spy.txt").processes
    (stacked,) = analyzed("places.pystack.txt").processes

    def told(process: stackan.model.process.Process) -> dict[int | None, tuple[str, str]]:
        return {track.lwp: (track.place.state, track.place.verb) for track in process.tracks}

    assert told(stacked) == told(spied)


def test_who_has_the_gil_is_recorded() -> None:
    for file in ("places.py-spy.txt", "places.pystack.txt", "places.py-spy.json"):
        (process,) = analyzed(file).processes
        (holder,) = (track for track in process.tracks if track.newest.holds)
        assert [(hold.kind, hold.evidence) for hold in holder.newest.holds] == [("gil", "recorded")]
        assert holder.place.purpose == "places.py:spin"


def test_an_executors_threads_are_one_pool_for_each_name() -> None:
    (process,) = analyzed("places.py-spy.txt").processes
    assert [(pool.name, len(pool.members), pool.idle) for pool in process.pools] == [
        ("ThreadPoolExecutor idle", 2, 2),
        ("ThreadPoolExecutor busy", 2, 0),
    ]


@pytest.mark.parametrize("kind", ["py-spy", "native.py-spy", "pystack"])
def test_workers_that_wait_for_results_of_their_own_pool_exhaust_it(kind: str) -> None:
    analysis = analyzed(f"exhausted-1.{kind}.txt", f"exhausted-2.{kind}.txt")
    (finding,) = (finding for finding in analysis.findings if finding.severity == "critical")
    assert (analysis.verdict, finding.kind, finding.confidence) == ("worker-exhaustion", "worker-exhaustion", "likely")
    assert {track.lwp for _, track in finding.threads} == {15307, 15308, 15309, 15310}
    assert all(quote.text.startswith("    ") for quote in finding.evidence)


def test_a_pool_of_one_that_waits_for_itself_is_exhausted() -> None:
    text = (DUMPS / "exhausted-1.py-spy.txt").read_text()
    threads = text.split("Thread ")
    one = "Thread ".join(thread for thread in threads if not thread.startswith(("15308", "15309", "15310")))
    dumps = [parse_all(one.encode(), f"snap{n}.txt")[0] for n in (1, 2)]
    assert stackan.analyze(stackan.Case(dumps, [])).verdict == "worker-exhaustion"


def test_an_idle_event_loop_may_bring_the_result() -> None:
    loop = (DUMPS / "places.py-spy.txt").read_text().partition('"loop"')[2].partition("Thread 1")[0]
    text = (DUMPS / "exhausted-1.py-spy.txt").read_text() + 'Thread 15399 (idle): "loop"' + loop
    dumps = [parse_all(text.encode(), f"snap{n}.txt")[0] for n in (1, 2)]
    assert stackan.analyze(stackan.Case(dumps, [])).verdict == "blocked"


def test_a_deadlock_of_two_locks_is_seen_as_blocked_with_native_frames() -> None:
    files = ("deadlocked-1.native.py-spy.txt", "deadlocked-2.native.py-spy.txt")
    analysis = analyzed(*files)
    assert analysis.verdict == "blocked"
    assert progress(*files) == {
        "MainThread": "idle",
        "ticker": "idle",
        "connection": "stuck",
        "worker_0": "stuck",
        "worker_1": "stuck",
        "worker_2": "idle",
        "worker_3": "idle",
    }
    assert not [finding for finding in analysis.findings if finding.kind == "deadlock"]  # no line says who holds a lock


def test_without_native_frames_the_advice_is_to_take_them() -> None:
    analysis = analyzed("deadlocked-1.py-spy.txt", "deadlocked-2.py-spy.txt")
    assert analysis.verdict == "blocked"  # the connections' waits are seen
    assert any("--native" in advice for finding in analysis.findings for advice in wording.advice(finding))
    assert progress("deadlocked-1.py-spy.txt", "deadlocked-2.py-spy.txt")["worker_0"] == "unknown"


@pytest.mark.parametrize("kind", ["py-spy", "native.py-spy"])
def test_a_busy_server_is_not_called_stuck(kind: str) -> None:
    analysis = analyzed(f"working-1.{kind}.txt", f"working-2.{kind}.txt")
    assert analysis.verdict == "progressing"
    assert not [finding for finding in analysis.findings if finding.kind != "capture-problem"]
    assert "stuck" not in progress(f"working-1.{kind}.txt", f"working-2.{kind}.txt").values()


def test_another_line_of_the_same_function_is_progress() -> None:
    first = (DUMPS / "deadlocked-1.py-spy.txt").read_bytes()
    dumps = [
        parse_all(text, f"snap{n}.txt")[0]
        for n, text in enumerate((first, first.replace(b"transfer (ledger.py:19)", b"transfer (ledger.py:17)")))
    ]
    assert first != dumps[1].data
    (process,) = stackan.analyze(stackan.Case(dumps, [])).processes
    assert {track.name: track.progress for track in process.tracks}["worker_0"] == "progressing"


def test_dumps_of_faulthandler_in_one_log_are_of_one_process() -> None:
    (process,) = analyzed("faults.faulthandler.txt").processes
    assert len(process.dumps) == 4


def test_processes_in_one_text_are_judged_apart() -> None:
    assert [process.pid for process in analyzed("crunch.subprocesses.py-spy.txt").processes] == [16447, 16449, 16450]
    assert not any(process.pools for process in analyzed("crunch.subprocesses.py-spy.txt").processes)


@pytest.mark.parametrize("file", ["places.locals.py-spy.txt", "places.pystack.txt"])
def test_variables_show_the_object_and_the_joined_thread(file: str) -> None:
    (process,) = analyzed(file).processes
    awaited = {track.lwp: track.newest.awaited for track in process.tracks}
    join = awaited[15221]
    assert join is not None
    assert (join.kind, join.owners, join.evidence) == ("thread", (15205,), "locals")
    result, other = awaited[15229], awaited[15208]
    assert result is not None
    assert other is not None
    assert (result.symbol, result.evidence) == ("Future", "locals")
    assert result.address not in (None, other.address)
    assert process.dumps[0].line_text(result.line).strip() == f"self: <Future at {result.address:#x}>"
