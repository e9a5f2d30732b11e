"""Holders from InnoDB's own lists of waits that lie beside the dumps.  No real log was at hand: these are written after InnoDB's source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan import wording
from stackan.errors import InputError
from tests.dumping import START, Frame, Thread, app, guarded_mutex, holds, lock_guard, lwps, owners, progress, pthread_of, thread, told
from tests.faultlogs.innodb import INDEX, PAGE, POOL, idle_client, latch, long_waits, mutex, reader_of_disk, server, status, waiter

Analyze = Callable[..., stackan.Analysis]


@pytest.fixture
def judge(tmp_path: Path) -> Analyze:
    """Write two dumps of the same threads and a log beside them, and analyze the folder."""

    def judge(threads: list[Thread], *logs: str, full: bool = False) -> stackan.Analysis:
        for number in (1, 2):
            (tmp_path / f"snap{number}.txt").write_bytes(server(threads, full=full))
        for number, log in enumerate(logs, 1):
            (tmp_path / f"mysqld{number}.err").write_text(log)
        return stackan.analyze(stackan.load(tmp_path))

    return judge


def logged_waits(analysis: stackan.Analysis, log: int = 0) -> list[dict[str, Any]]:
    """What the document says of a log's waits."""
    waits: list[dict[str, Any]] = analysis.to_dict()["logs"][log]["waits"]
    return waits


def words(analysis: stackan.Analysis) -> str:
    return " ".join(wording.explanation(finding) for finding in analysis.findings)


def wait_of(analysis: stackan.Analysis, lwp: int) -> dict[str, Any]:
    [thread] = [row for process in analysis.to_dict()["processes"] for row in process["threads"] if row["lwp"] == lwp]
    wait: dict[str, Any] = thread["waits_for"][0]
    return wait


# -- what counts


def test_a_holder_that_the_log_names_is_recorded_with_the_logs_line(judge: Analyze, tmp_path: Path) -> None:
    analysis = judge(
        [waiter(4001), waiter(4002), waiter(4003), reader_of_disk(4004)], long_waits(*(latch(n, PAGE, 4004) for n in (4001, 4002, 4003)))
    )
    assert owners(analysis, 4001) == owners(analysis, 4003) == [4004]
    assert holds(analysis, 4004) == [f"{PAGE:#x}"]
    wait = wait_of(analysis, 4002)
    assert (wait["kind"], wait["address"], wait["needs"], wait["evidence"]) == ("latch", f"{PAGE:#x}", "all", "recorded")
    assert wait["source"] == str(tmp_path / "mysqld1.err")
    shown = (tmp_path / "mysqld1.err").read_text().split("\n")[wait["line"] - 1]
    assert shown == f"X-lock on RW-latch at {PAGE:#x} created in file dict0dict.cc line 2737"
    assert analysis.verdict == "blocked"


def test_the_finding_names_the_latch_its_holder_and_quotes_the_log(judge: Analyze) -> None:
    analysis = judge(
        [waiter(n) for n in (4001, 4002, 4003)] + [reader_of_disk(4004)], long_waits(*(latch(n, PAGE, 4004) for n in (4001, 4002, 4003)))
    )
    root, finding = analysis.findings[:2]
    assert (root.kind, lwps(root), root.behind) == ("stalled-io", [4004], 3)
    assert finding.kind == "convoy"
    assert f"an InnoDB latch {PAGE:#x} <dict0dict.cc line 2737>" in wording.title(finding)
    assert "LWP 4004 mysqld holds it. It waits for a file (descriptor 31) in row_search_mvcc." in wording.explanation(finding)
    assert any(quote.source.endswith("mysqld1.err") and f"{PAGE:#x}" in quote.text for quote in finding.evidence)


def test_two_threads_that_wait_for_each_others_latch_are_a_certain_deadlock(judge: Analyze) -> None:
    """InnoDB's own argument: a holder that itself waits in the list can't have given anything back."""
    analysis = judge([waiter(4001), waiter(4002)], status(latch(4001, PAGE, 4002), latch(4002, INDEX, 4001, want="S-lock")))
    [finding] = [each for each in analysis.findings if each.kind == "deadlock"]
    assert (finding.confidence, lwps(finding)) == ("certain", [4001, 4002])
    for held in told(finding, "waits-held-by"):
        assert held["shown"]["evidence"] == "recorded"
        assert held["shown"]["source"].endswith("mysqld1.err")
        assert f"mysqld1.err, line {held['shown']['line']})" in wording.explanation(finding)
    texts = [quote.text for quote in finding.evidence]
    assert f"a writer (thread id {pthread_of(4002)}) has reserved it in mode  exclusive" in texts
    assert any("in sync_array_wait_event (" in text for text in texts), "what the dumps say to it, too"


def test_a_holder_that_does_not_wait_in_the_list_makes_nothing_certain(judge: Analyze) -> None:
    """It may have given its latch back since."""
    lock = 0x5587_D178_4140
    auditing = Frame("audit_statement", "", "at audit.cc:88", locals=(lock_guard(lock),))
    holder = thread(4001, "mysqld", waiter(4001).frames[:-2], auditing, START)
    other = thread(4002, "mysqld", guarded_mutex(lock), app("flush_tables"), START)
    analysis = judge([holder, other], status(latch(4001, PAGE, 4002)), full=True)
    [finding] = [each for each in analysis.findings if each.kind == "deadlock"]
    assert finding.confidence == "likely"
    assert "The log is not of the moment of the dump, so this is no proof." in wording.explanation(finding)


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        (mutex(4001, POOL, f", Mutex BUF_POOL created buf0buf.cc:1731, locked by {pthread_of(4004)}"), [4004]),  # MySQL 8.0
        (mutex(4001, POOL, ", Mutex BUF_POOL created buf0buf.cc:1731, locked by nobody"), []),
        (mutex(4001, POOL, ", Mutex BUF_POOL created buf0buf.cc:1731, lock var 1"), []),  # 5.7, MariaDB 10.2
        (mutex(4001, POOL, " created file srv0srv.c line 872, lock var 1\nwaiters flag 1"), []),  # 5.5
        (latch(4001, POOL, 4004, grip="SX"), [4004]),  # 8.0 has one blank there
        (latch(4001, POOL, 4004, seconds="241"), [4004]),
        (latch(4001, POOL, 4004).replace(str(pthread_of(4004)), hex(pthread_of(4004))), [4004]),
        (latch(4001, POOL, 4004).replace("\n", "\r\n"), [4004]),
        (latch(4001, POOL, 4004, want="S-lock", grip=" wait exclusive"), [4004]),
    ],
)
def test_every_versions_words_are_read(judge: Analyze, text: str, owner: list[int]) -> None:
    analysis = judge([waiter(4001), reader_of_disk(4004)], status(text.replace("buf0lru.cc", "btr0cur.cc")))
    assert [wait["address"] for wait in logged_waits(analysis)] == [f"{POOL:#x}"]
    assert wait_of(analysis, 4001)["address"] == f"{POOL:#x}"
    assert owners(analysis, 4001) == owner


def test_a_list_between_the_lines_of_a_dump_is_read(tmp_path: Path) -> None:
    pasted = tmp_path / "all.txt"
    pasted.write_bytes(status(latch(4001, PAGE, 4004)).encode() + b"\n" + server([waiter(4001), reader_of_disk(4004)]))
    analysis = stackan.analyze(stackan.load(pasted))
    assert owners(analysis, 4001) == [4004]
    assert analysis.warnings == ()


def test_lines_with_a_prefix_of_a_logging_service_are_read(judge: Analyze) -> None:
    text = "".join(f"Oct 25 10:11:03 db1 mysqld[4000]: {line}\n" for line in status(latch(4001, PAGE, 4004)).splitlines())
    assert owners(judge([waiter(4001), reader_of_disk(4004)], text), 4001) == [4004]


def test_a_log_goes_to_the_process_whose_threads_it_names(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"a{number}.txt").write_bytes(server([waiter(4001), reader_of_disk(4004)]))
        other = server([waiter(5001), reader_of_disk(5004)]).replace(b"LWP 4000", b"LWP 5000").replace(b"process 4000", b"process 5000")
        (tmp_path / f"b{number}.txt").write_bytes(other)
    (tmp_path / "db.err").write_text(status(latch(5001, PAGE, 5004)))
    analysis = stackan.analyze(stackan.load(tmp_path))
    [log] = analysis.to_dict()["logs"]
    assert log["process"] == "5000"
    assert (owners(analysis, 5001), owners(analysis, 4001)) == ([5004], [])


# -- what does not count: a stale owner in a log is no proof


def test_an_idle_holder_is_told_as_left_over(judge: Analyze) -> None:
    analysis = judge([waiter(4001), idle_client(4004)], status(latch(4001, PAGE, 4004)))
    assert owners(analysis, 4001) == []
    assert holds(analysis, 4004) == []
    assert "LWP 4004 mysqld is idle: the name is left over" in words(analysis)
    assert not logged_waits(analysis)[0]["holder_counts"]


def test_a_thread_that_the_log_says_waits_for_itself_is_no_self_deadlock(judge: Analyze) -> None:
    analysis = judge([waiter(4001)], status(latch(4001, PAGE, 4001, want="S-lock")))
    assert owners(analysis, 4001) == []
    assert not [finding for finding in analysis.findings if "deadlock" in finding.kind]
    assert "names the waiting thread itself" in words(analysis)


def test_a_holder_that_waits_for_the_same_latch_itself_is_no_self_deadlock(judge: Analyze) -> None:
    analysis = judge([waiter(4001), waiter(4002)], status(latch(4001, PAGE, 4001), latch(4002, PAGE, 4001)))
    assert owners(analysis, 4001) == owners(analysis, 4002) == []
    assert not [finding for finding in analysis.findings if "deadlock" in finding.kind]


def test_a_page_that_is_being_read_is_not_held_by_who_asked_for_it(judge: Analyze) -> None:
    """`We set a pass-type x-lock on the frame […] cleared by the io-handler thread`: a cycle through it is none."""
    page = latch(4002, PAGE, 4001, made="buf0buf.cc line 778", written="/build/storage/innobase/buf/buf0buf.cc line 4763")
    analysis = judge([waiter(4001), waiter(4002)], status(latch(4001, INDEX, 4002), page))
    assert owners(analysis, 4002) == []
    assert owners(analysis, 4001) == [4002]
    assert not [finding for finding in analysis.findings if "deadlock" in finding.kind]


def test_a_writer_that_waits_for_readers_does_not_wait_for_itself(judge: Analyze) -> None:
    own = latch(4001, PAGE, 4001, want="X-lock (wait_ex)", grip=" wait exclusive")
    analysis = judge([waiter(4001), waiter(4002)], status(own, latch(4002, PAGE, 4001, want="S-lock", grip=" wait exclusive")))
    assert owners(analysis, 4002) == [4001]
    assert owners(analysis, 4001) == []
    assert not [finding for finding in analysis.findings if "deadlock" in finding.kind]


def test_the_one_reader_that_a_writer_waits_for_is_named_by_mysql_8(judge: Analyze) -> None:
    own = latch(4001, PAGE, 4001, want="X-lock (wait_ex)", grip="wait exclusive", reader=4002)
    analysis = judge([waiter(4001), waiter(4002)], status(own, latch(4002, INDEX, 4001)))
    [finding] = [each for each in analysis.findings if each.kind == "deadlock"]
    assert lwps(finding) == [4001, 4002]
    assert f"a latch, readers of {PAGE:#x}" in wording.explanation(finding)


def test_a_waiter_that_stands_elsewhere_now_proves_nothing(judge: Analyze) -> None:
    analysis = judge([reader_of_disk(4001), reader_of_disk(4004)], status(latch(4001, PAGE, 4004)))
    assert holds(analysis, 4004) == []
    assert logged_waits(analysis)[0]["why_not"] == "LWP 4001 mysqld does not wait for a latch in the newest snapshot"


def test_a_waiter_that_moves_between_the_snapshots_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "snap1.txt").write_bytes(server([waiter(4001, function="btr_insert_on_non_leaf_level"), reader_of_disk(4004)]))
    (tmp_path / "snap2.txt").write_bytes(server([waiter(4001), reader_of_disk(4004)]))
    (tmp_path / "db.err").write_text(status(latch(4001, PAGE, 4004)))
    analysis = stackan.analyze(stackan.load(tmp_path))
    assert progress(analysis)[4001] == "progressing"
    assert (owners(analysis, 4001), holds(analysis, 4004)) == ([], [])


def test_a_waiter_whose_frames_name_another_place_proves_nothing(judge: Analyze) -> None:
    analysis = judge([waiter(4001), reader_of_disk(4004)], status(latch(4001, PAGE, 4004, at="ibuf0ibuf.cc line 3439")))
    assert owners(analysis, 4001) == []
    assert "now waits somewhere else than at ibuf0ibuf.cc line 3439" in words(analysis)


def test_a_holder_that_has_ended_is_told(judge: Analyze) -> None:
    analysis = judge([waiter(4001)], status(latch(4001, PAGE, 4004)))
    assert owners(analysis, 4001) == []
    assert "the named thread is not in the newest snapshot: it has ended, or the log is of another time" in words(analysis)


def test_only_the_last_list_counts(judge: Analyze) -> None:
    """Yesterday's wait is over: the newest list does not have it."""
    old, new = latch(4001, INDEX, 4004), latch(4002, PAGE, 4004)
    analysis = judge([waiter(4001), waiter(4002), reader_of_disk(4004)], long_waits(old) + long_waits(old, new) + long_waits(new))
    assert owners(analysis, 4001) == []
    assert holds(analysis, 4004) == [f"{PAGE:#x}"]
    assert analysis.to_dict()["logs"][0]["rounds"] == 3


def test_a_thread_that_is_named_again_begins_a_new_list(judge: Analyze) -> None:
    listed = latch(4001, INDEX, 4004) + latch(4002, PAGE, 4004)
    analysis = judge([waiter(4001), waiter(4002), reader_of_disk(4004)], listed + latch(4002, PAGE, 4004))
    assert [wait["lwp"] for wait in logged_waits(analysis)] == [4002]


def test_a_wait_that_has_ended_is_none(judge: Analyze) -> None:
    analysis = judge([waiter(4001), reader_of_disk(4004)], status(latch(4001, PAGE, 4004) + "wait has ended\n"))
    assert logged_waits(analysis) == []
    assert owners(analysis, 4001) == []


def test_logs_that_contradict_each_other_prove_nothing(judge: Analyze) -> None:
    threads = [waiter(4001), reader_of_disk(4004), reader_of_disk(4005)]
    analysis = judge(threads, status(latch(4001, PAGE, 4004)), status(latch(4001, PAGE, 4005)))
    assert owners(analysis, 4001) == []
    assert "the log names several holders" in words(analysis)


def test_logs_that_name_different_latches_of_a_thread_prove_nothing(judge: Analyze) -> None:
    analysis = judge([waiter(4001), reader_of_disk(4004)], status(latch(4001, PAGE, 4004)), status(latch(4001, INDEX, 4004)))
    assert (owners(analysis, 4001), holds(analysis, 4004)) == ([], [])
    assert "the logs name different locks" in words(analysis)


def test_a_list_of_other_threads_ends_the_one_before(judge: Analyze) -> None:
    logged = long_waits(latch(4001, INDEX, 4004)) + long_waits(latch(4002, PAGE, 4004))
    assert [wait["lwp"] for wait in logged_waits(judge([waiter(4001), waiter(4002), reader_of_disk(4004)], logged))] == [4002]


def test_a_reader_does_not_wait_for_a_latch_that_lets_readers_in(judge: Analyze) -> None:
    analysis = judge([waiter(4001), reader_of_disk(4004)], status(latch(4001, PAGE, 4004, want="S-lock", grip=" SX")))
    assert owners(analysis, 4001) == []
    assert logged_waits(analysis)[0]["why_not"] == "a latch that is held in mode SX lets readers in"


def test_threads_of_no_dump_are_a_warning(judge: Analyze) -> None:
    analysis = judge([waiter(4001)], status(latch(7001, PAGE, 7002)))
    assert analysis.to_dict()["logs"][0]["process"] is None
    assert any("no dump prints the ids of the threads that this log names" in warning for warning in analysis.warnings)


# -- the log itself


def test_explaining_a_thread_names_the_log_and_its_line(judge: Analyze) -> None:
    from stackan.report.explain import explain

    analysis = judge([waiter(4001), waiter(4002), idle_client(4004)], status(latch(4001, PAGE, 4002), latch(4002, INDEX, 4004)))
    told_of = {lwp: " ".join(" ".join(explain(analysis, lwp)).split()) for lwp in (4001, 4002)}
    assert f"waits for latch {PAGE:#x} <dict0dict.cc line 2737> (recorded, " in told_of[4001]
    assert "mysqld1.err, line 10)" in told_of[4001]
    assert f"holds latch {PAGE:#x} (recorded, " in told_of[4002]
    assert "which is no proof: LWP 4004 mysqld is idle" in told_of[4002]


def test_the_words_that_mariadb_has_left_are_kept_as_alarms(judge: Analyze, validate: Callable[[dict[str, Any]], None]) -> None:
    fatal = "2021-10-25 21:39:11 0 [ERROR] [FATAL] InnoDB: innodb_fatal_semaphore_wait_threshold was exceeded for dict_sys.latch."
    document = judge([waiter(4001)], f"2021-10-25 21:28:56 0 [Note] InnoDB: started\n{fatal}\n", status()).to_dict()
    validate(document)
    assert document["logs"][0]["alarms"] == [{"line": 2, "text": fatal}]
    assert document["logs"][0]["waits"] == document["logs"][1]["waits"] == []


def test_the_document_with_a_log_fits_its_schema(judge: Analyze, validate: Callable[[dict[str, Any]], None]) -> None:
    analysis = judge([waiter(4001), waiter(4002), idle_client(4004)], status(latch(4001, PAGE, 4004), latch(4002, INDEX, 4001)))
    validate(analysis.to_dict())


def test_a_log_alone_is_told_from_what_is_nothing(tmp_path: Path) -> None:
    log = tmp_path / "mysqld.err"
    log.write_text(status(latch(4001, PAGE, 4004)))
    with pytest.raises(InputError, match="a log of a server, but no thread dump beside it"):
        stackan.load(log)


@pytest.mark.parametrize(
    "line",
    [
        "--Thread 140 has waited at ",
        "--Thread 140 has waited at \n",
        "--Thread 139849011087040 has waited at a.cc line 1 for 1.00 seconds the semaphore:\n",
        latch(4001, PAGE, 4004),
        f"--Thread {'9' * 400} has waited at a.cc line 1 for {'9' * 400} seconds the semaphore:\nX-lock on RW-latch at 0x{'f' * 400}\n",
        "SEMAPHORES",
        "SEMAPHORES\n",
        "Semaphore wait has lasted > ",
        "Semaphore wait has lasted > \n",
        "Starts InnoDB Monitor",
        "-- --Thread  for   seconds the semaphore: has waited at ",
    ],
)
def test_hostile_logs_are_read_in_linear_time(tmp_path: Path, in_proportion: Callable[..., None], line: str) -> None:
    dumped, log = tmp_path / "snap.txt", tmp_path / "db.err"
    dumped.write_bytes(server([waiter(4001), reader_of_disk(4004)]))

    def work(text: bytes) -> None:
        log.write_bytes(text)
        stackan.analyze(stackan.load(dumped, log)).to_dict()

    in_proportion(lambda size: (line * (size // len(line))).encode(), work)


def test_a_log_that_breaks_off_or_lacks_a_line_never_raises(tmp_path: Path) -> None:
    dumped, log = tmp_path / "snap.txt", tmp_path / "db.err"
    dumped.write_bytes(server([waiter(4001), waiter(4002), reader_of_disk(4004)]))
    text = status(latch(4001, PAGE, 4002), latch(4002, INDEX, 4001), mutex(4004, POOL, ", Mutex X created a.cc:1, locked by 7"))
    lines = text.splitlines(keepends=True)
    cut = [text[:stop] for stop in range(0, len(text), 11)]
    for broken in cut + ["".join(lines[:at] + lines[at + 1 :]) for at in range(len(lines))]:
        log.write_text(broken)
        stackan.analyze(stackan.load(tmp_path)).to_dict()
