"""What follows from goroutine dumps: those of `tests/dumps/go` (tests/parsing/test_go.py says how they were made), analyzed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import stackan

DUMPS = Path(__file__).resolve().parents[1] / "dumps" / "go"
Document = dict[str, Any]


def analyze(*paths: Path) -> Document:
    document: Document = stackan.analyze(stackan.load(*map(str, paths))).to_dict()
    return document


def analyze_sample(name: str) -> Document:
    return analyze(DUMPS / name)


def threads(document: Document) -> dict[int, Document]:
    """{a goroutine's number: what is said of it} of the only process"""
    (process,) = document["processes"]
    return {int(thread["thread_id"]): thread for thread in process["threads"]}


def progress(document: Document) -> dict[int, str]:
    return {number: thread["progress"] for number, thread in threads(document).items()}


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(finding["kind"], finding["confidence"]) for finding in document["findings"]]


@pytest.mark.parametrize("name", ["mutexes.txt", "mutexes-1.19.txt"])
def test_waiters_for_mutexes_are_stuck_and_their_mutexes_have_addresses(name: str) -> None:
    document = analyze_sample(name)
    assert document["verdict"] == "blocked"  # Go prints no owner, so the two may wait for somebody else
    assert progress(document) == {1: "idle", 19: "stuck", 20: "stuck"}
    waits = [thread["waits_for"][0] for number, thread in threads(document).items() if number > 1]
    assert [(wait["kind"], wait["evidence"]) for wait in waits] == [("mutex", "frames")] * 2
    assert len({wait["address"] for wait in waits}) == 2
    assert kinds(document) == [("stuck-wait", "likely")] * 2
    assert "gdb" not in str(document["findings"])


def test_every_quoted_line_stands_in_the_dump() -> None:
    for path in sorted(DUMPS.glob("*.txt")):
        if path.name == "profile-debug1.txt":
            continue
        lines = path.read_text().splitlines()
        for finding in analyze(path)["findings"]:
            assert finding["evidence"]
            assert all(lines[quote["line"] - 1] == quote["text"] for quote in finding["evidence"])


def test_a_deadlock_that_the_run_time_reports_is_certain_from_one_dump() -> None:
    document = analyze_sample("asleep.txt")
    assert document["verdict"] == "deadlock"
    (finding,) = document["findings"]
    assert (finding["kind"], finding["confidence"], finding["severity"]) == ("deadlock", "certain", "critical")
    assert finding["evidence"][0] == {
        "source": str(DUMPS / "asleep.txt"),
        "line": 1,
        "text": "fatal error: all goroutines are asleep - deadlock!",
    }
    assert len(finding["threads"]) == 3


@pytest.mark.parametrize("name", ["asleep-channels.txt", "asleep-goexit.txt"])
def test_goroutines_on_channels_are_no_idle_ones_where_the_run_time_says_that_all_sleep(name: str) -> None:
    document = analyze_sample(name)
    assert document["verdict"] == "deadlock"
    assert "idle" not in progress(document).values()


@pytest.mark.parametrize("name", ["panic.txt", "fatal.txt", "mutexes-sigquit.txt", "http-crash.txt", "cgo.txt"])
def test_one_dump_of_a_program_that_ended_otherwise_proves_nothing(name: str) -> None:
    document = analyze_sample(name)
    assert document["verdict"] == "inconclusive" if name != "http-crash.txt" else document["verdict"] in ("idle", "inconclusive")
    assert all(confidence == "possible" for kind, confidence in kinds(document) if kind != "capture-problem")


@pytest.mark.parametrize("name", ["http-idle.txt", "pool-idle.txt"])
def test_a_server_without_work_is_idle(name: str) -> None:
    document = analyze_sample(name)
    assert document["verdict"] == "idle"
    assert set(progress(document).values()) == {"idle"}
    assert document["findings"] == []


def test_a_handler_that_sleeps_on_a_mutex_holds_up_the_others_and_their_clients() -> None:
    document = analyze_sample("http-busy.txt")
    assert document["verdict"] == "blocked"
    convoy = next(finding for finding in document["findings"] if finding["kind"] == "convoy")
    assert len(convoy["threads"]) == 4
    assert convoy["resources"] == ["mutex 0xa3f298"]
    clients = next(finding for finding in document["findings"] if finding["kind"] == "stalled-io")
    assert "response to an HTTP request" in clients["title"]
    assert len(clients["threads"]) == 6
    pool = document["processes"][0]["pools"][0]
    assert (pool["name"], pool["blocked"], pool["exhausted"]) == ("net/http connections", 5, False)  # a goroutine for each connection
    handler = next(thread for thread in threads(document).values() if thread["stack"][0] == "main.handle")
    assert (handler["progress"], handler["state"]) == ("stuck", "condition")  # a channel, but inside of a task


def test_readers_behind_a_waiting_writer_are_a_convoy() -> None:
    document = analyze_sample("rwlock.txt")
    assert document["verdict"] == "blocked"
    assert ("convoy", "likely") in kinds(document)
    assert {thread["waits_for"][0]["kind"] for thread in threads(document).values() if thread["progress"] == "stuck"} == {"rwlock"}


def test_each_kind_of_wait_is_what_its_state_and_frames_say() -> None:
    found = {
        number: (thread["progress"], thread["state"], *(wait["kind"] for wait in thread["waits_for"]))
        for number, thread in threads(analyze_sample("kinds.txt")).items()
    }
    assert found == {
        1: ("idle", "idle"),  # it takes the dump
        7: ("idle", "idle"),  # select {}
        8: ("stuck", "condition", "condition"),  # from a nil channel
        9: ("stuck", "condition", "condition"),  # to a nil channel
        10: ("stuck", "condition", "condition"),  # to a channel that nobody reads
        11: ("idle", "idle"),  # time.Sleep
        12: ("idle", "idle"),  # sync.Cond
        13: ("stuck", "barrier", "latch"),
        14: ("idle", "idle"),  # select
        15: ("idle", "idle"),  # a channel, locked to its thread
        16: ("progressing", "running"),
        18: ("idle", "idle"),  # reads from a pipe
        20: ("idle", "idle"),  # os/signal
        21: ("idle", "idle"),
        22: ("stuck", "join", "process"),
        23: ("stuck", "lock", "once"),
        24: ("idle", "idle"),
    }


def test_leaked_goroutines_are_told(tmp_path: Path) -> None:
    twice = tmp_path / "leaks.txt"
    text = (DUMPS / "leaks.txt").read_text()
    twice.write_text(f"2024-06-07 10:15:00\n{text}\n2024-06-07 10:20:00\n{text}")
    document = analyze(twice)
    leaked = next(finding for finding in document["findings"] if "leaked" in finding["title"])
    assert len(leaked["threads"]) == 3
    assert {threads(document)[number]["progress"] for number in (20, 21, 23)} == {"stuck"}


def test_snapshots_of_two_files_are_compared_by_goroutine(tmp_path: Path) -> None:
    whole = (DUMPS / "mutexes.txt").read_text()
    cut = whole.index("goroutine 1 [running]", 10)
    (tmp_path / "goroutines1.txt").write_text(whole[:cut])
    (tmp_path / "goroutines2.txt").write_text(whole[cut:])
    document = analyze(tmp_path)
    assert document["verdict"] == "blocked"
    assert progress(document) == {1: "idle", 19: "stuck", 20: "stuck"}


@pytest.mark.parametrize(("number", "line"), [(31, "main.go:83"), (24, "transport.go:3092")])
def test_a_goroutine_that_waits_on_another_line_has_moved(tmp_path: Path, number: int, line: str) -> None:
    whole = (DUMPS / "http-busy.txt").read_text()
    cut = whole.index("goroutine 1 [running]", 10)
    text = tmp_path / "app.log"
    text.write_text(whole)
    assert progress(analyze(text))[number] == "stuck"
    text.write_text(whole[:cut] + whole[cut:].replace(line, f"{line}1"))
    assert progress(analyze(text))[number] == "progressing"


def test_dumps_with_and_without_the_run_times_frames_are_not_compared(tmp_path: Path) -> None:
    text = tmp_path / "app.log"
    text.write_text((DUMPS / "mutexes.txt").read_text() + "\n" + (DUMPS / "mutexes-sigquit.txt").read_text())
    document = analyze(text)
    assert len(document["processes"][0]["snapshots"]) == 2
    assert any(warning.startswith("not compared") for warning in document["warnings"])


def test_a_process_that_was_started_anew_is_another(tmp_path: Path) -> None:
    text = tmp_path / "app.log"
    text.write_text((DUMPS / "mutexes-sigquit.txt").read_text() * 2)
    document = analyze(text)
    assert len(document["processes"]) == 2
    assert document["verdict"] == "inconclusive"


def test_a_pool_whose_tasks_wait_for_tasks_is_exhausted(tmp_path: Path) -> None:
    """The real dump of a pool of the same shape, with its loop renamed to that of a library whose pools are known."""
    whole = (DUMPS / "pool-exhausted.txt").read_text().replace("main.(*Pool).worker", "github.com/Jeffail/tunny.(*workerWrapper).run")
    stuck = whole[whole.index("goroutine 1 [running]", 10) :]
    text = tmp_path / "app.log"
    text.write_text(f"2024-06-07 10:15:00\n{stuck}\n2024-06-07 10:20:00\n{stuck}")
    document = analyze(text)
    assert document["verdict"] == "worker-exhaustion"
    (pool,) = document["processes"][0]["pools"]
    assert (pool["size"], pool["exhausted"]) == (4, True)


def test_a_pool_whose_tasks_wait_for_what_a_peer_sends_is_not(tmp_path: Path) -> None:
    """A goroutine that reads a connection may deliver what they wait for: hand-written, as Go programs often do it."""
    whole = (DUMPS / "pool-exhausted.txt").read_text().replace("main.(*Pool).worker", "github.com/Jeffail/tunny.(*workerWrapper).run")
    reader = (
        "goroutine 90 [IO wait]:\ninternal/poll.runtime_pollWait(0x7fa4, 0x72)\n\truntime/netpoll.go:351 +0x85\n"
        "internal/poll.(*FD).Read(0xc000, {0xc001, 0x1000, 0x1000})\n\tinternal/poll/fd_unix.go:170 +0x2a8\n"
        "main.(*Client).readReplies(0xc002)\n\tvictim/client.go:31 +0x17\n\n"
    )
    stuck = whole[whole.index("goroutine 1 [running]", 10) :] + "\n" + reader
    text = tmp_path / "app.log"
    text.write_text(f"{stuck}\n{stuck}")
    assert analyze(text)["verdict"] != "worker-exhaustion"


def test_a_goroutine_without_a_stack_is_judged_by_its_state_and_quoted_by_its_header(tmp_path: Path) -> None:
    text = tmp_path / "app.log"
    stuck = "goroutine 7 [sync.Mutex.Lock]:\n\ngoroutine 8 [IO wait]:\n\n"
    text.write_text(f"2024-06-07 10:15:00\n{stuck}2024-06-07 10:20:00\n{stuck}")
    document = analyze(text)
    assert document["verdict"] == "blocked"
    assert progress(document) == {7: "stuck", 8: "stuck"}
    (wait,) = threads(document)[7]["waits_for"]
    assert (wait["kind"], wait["evidence"], wait["line"]) == ("mutex", "recorded", 7)
    assert {quote["text"] for finding in document["findings"] for quote in finding["evidence"]} == {
        "goroutine 7 [sync.Mutex.Lock]:",
        "goroutine 8 [IO wait]:",
    }
