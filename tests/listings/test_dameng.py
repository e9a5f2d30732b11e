"""Listings of Dameng's views beside the dumps: sessions, and transactions that wait for each other.  Their shapes are those of disql."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan import wording
from stackan.report.explain import explain
from tests.dumping import START, Frame, Thread, app, condition, dump, poll_events, thread, unnamed

Analyze = Callable[..., stackan.Analysis]

SERVER = thread(4200, "dmserver", poll_events(), app("nsvr_lsnr_thread"), START)
WAITS = """\
SQL> SELECT ID, WAIT_FOR_ID, WAIT_TIME, THRD_ID FROM V$TRXWAIT;

LINEID     ID                   WAIT_FOR_ID          WAIT_TIME   THRD_ID
---------- -------------------- -------------------- ----------- -----------
1          1303                 1301                 47041       4301
2          1304                 1301                 46041       4302

used time: 1.146(ms). Execute id is 602.
"""
SESSIONS = """\
行号       SESS_ID              SQL_TEXT            TRX_ID               STATE  THRD_ID
---------- -------------------- ------------------- -------------------- ------ -----------
1          140153246187784      查询订单 for update 1301                 IDLE   4303
2          140153246187785      update t set a = 1  1303                 ACTIVE 4301
3          140153246187786      update t set a = 2  1304                 ACTIVE 4302
"""


def session(lwp: int, *inside: Frame | tuple[Frame, ...]) -> Thread:
    return thread(lwp, "dm_sql_thd", *inside, app("uthr_db_main_for_sess"), START)


def statement(lwp: int) -> Thread:
    """A session whose statement waits for something."""
    waits = condition(0x5583_9000 + lwp * 64, 0x5584_9000)
    return session(
        lwp, waits, app("os_event2_wait"), app("uevent_wait"), app("some_wait"), app("ntsk_process_exec"), app("ntsk_process_cop")
    )


def client(lwp: int) -> Thread:
    """A session that waits for its client."""
    return session(lwp, poll_events(), app("viosocket_poll"), app("sess4_msg_recv"))


@pytest.fixture
def judge(tmp_path: Path) -> Analyze:
    """Write two dumps of a server and listings beside them, and analyze the folder."""

    def judge(*listings: str, threads: tuple[Thread, ...] = (statement(4301), statement(4302), client(4303))) -> stackan.Analysis:
        for number in (1, 2):
            (tmp_path / f"snap{number}.txt").write_bytes(dump(SERVER, *threads))
        for number, text in enumerate(listings):
            (tmp_path / f"listing{number}.txt").write_text(text)
        return stackan.analyze(stackan.load(tmp_path))

    return judge


def waits_of(analysis: stackan.Analysis, lwp: int) -> list[dict[str, Any]]:
    rows = [row for process in analysis.to_dict()["processes"] for row in process["threads"] if row["lwp"] == lwp]
    waits: list[dict[str, Any]] = rows[0]["waits_for"]
    return waits


def test_a_waiting_transaction_leads_to_the_session_that_holds_the_lock(judge: Analyze) -> None:
    analysis = judge(WAITS, SESSIONS)
    [finding] = [finding for finding in analysis.findings if len(finding.threads) == 2]
    assert wording.title(finding) == "2 threads wait for the end of transaction 1301"
    assert "Transaction 1301 is that of session 140153246187784, which is idle" in wording.explanation(finding)
    assert [(wait["kind"], wait["owner_lwp"], wait["line"]) for wait in waits_of(analysis, 4301)] == [("database-lock", 4303, 5)]
    assert {quote.text for quote in finding.evidence} >= {WAITS.split("\n")[4], WAITS.split("\n")[5]}
    assert any("SP_CLOSE_SESSION(140153246187784)" in step for step in wording.advice(finding))


def test_the_statement_of_an_active_session_is_canceled_before_its_session_is_closed(judge: Analyze) -> None:
    analysis = judge(WAITS, SESSIONS.replace("IDLE  ", "ACTIVE"))
    [step] = [step for finding in analysis.findings for step in wording.advice(finding) if "140153246187784" in step]
    assert step.index("SP_CANCEL_SESSION_OPERATION(140153246187784)") < step.index("SP_CLOSE_SESSION(140153246187784)")


def test_transactions_that_wait_for_each_other_are_a_deadlock_with_their_rows_for_proof(judge: Analyze) -> None:
    circle = "ID,WAIT_FOR_ID,WAIT_TIME,THRD_ID\n1303,1304,47041,4301\n1304,1303,47041,4302\n"
    analysis = judge(circle)
    [finding] = [finding for finding in analysis.findings if finding.kind == "deadlock"]
    assert finding.confidence == "likely", "a listing is of no time that a dump could be held against"
    assert {quote.text for quote in finding.evidence} >= set(circle.split("\n")[1:3])
    assert "waits for the end of a transaction of LWP 4302" in wording.explanation(finding)
    assert any("V$TRXWAIT" in step for step in wording.advice(finding))


def test_a_chain_is_followed_by_the_threads_of_the_waits_alone(judge: Analyze) -> None:
    analysis = judge("ID,WAIT_FOR_ID,THRD_ID\n1303,1304,4301\n1304,1301,4302\n")
    assert waits_of(analysis, 4301)[0]["owner_lwp"] == 4302


def test_a_listed_session_is_told_of_its_thread(judge: Analyze) -> None:
    analysis = judge(SESSIONS)
    [row] = [row for row in analysis.to_dict()["processes"][0]["threads"] if row["lwp"] == 4303]
    assert (row["session"]["id"], row["session"]["transaction"], row["session"]["state"]) == ("140153246187784", 1301, "IDLE")
    assert "140153246187784, transaction 1301, IDLE" in "".join(explain(analysis, 4303))


def test_a_server_is_known_by_the_names_of_its_threads_where_its_functions_are_stripped(tmp_path: Path) -> None:
    threads = [thread(4300 + at, "dm_sql_thd", poll_events(), unnamed(0x5586_0000 + at), START) for at in range(3)]
    (tmp_path / "snap.txt").write_bytes(dump(*threads))
    analysis = stackan.analyze(stackan.load(tmp_path / "snap.txt"))
    assert analysis.processes[0].rules.profile == "dameng"


def test_the_waits_alone_name_the_transaction_and_how_to_find_its_session(judge: Analyze) -> None:
    analysis = judge(WAITS)
    assert "SELECT SESS_ID FROM V$SESSIONS WHERE TRX_ID = 1301" in wording.explanation(analysis.findings[0])
    assert waits_of(analysis, 4301)[0]["owners"] == []


def test_a_wait_without_a_thread_number_is_joined_by_its_session(judge: Analyze) -> None:
    analysis = judge("ID,WAIT_FOR_ID,WAIT_TIME\n1303,1301,47041\n", SESSIONS)
    assert waits_of(analysis, 4301)[0]["owner_lwp"] == 4303
    assert waits_of(analysis, 4302)[0]["kind"] == "condition"


def test_a_listing_says_nothing_of_a_thread_that_moves_or_has_no_statement(judge: Analyze, tmp_path: Path) -> None:
    analysis = judge(WAITS, SESSIONS, threads=(client(4301), client(4302), client(4303)))
    assert analysis.verdict == "idle"
    assert waits_of(analysis, 4301) == []


def test_a_session_that_by_now_runs_another_transaction_is_not_believed(judge: Analyze) -> None:
    analysis = judge(WAITS, SESSIONS.replace("1303 ", "1399 "))
    assert waits_of(analysis, 4301)[0]["kind"] == "condition"


def test_a_listing_of_another_server_is_named_and_left_out(judge: Analyze) -> None:
    analysis = judge(WAITS.replace(" 4301", " 9301").replace(" 4302", " 9302"))
    assert any("listing0.txt: no dump has the threads that this listing names" in warning for warning in analysis.warnings)


def test_listings_are_in_the_document(judge: Analyze) -> None:
    [first, second] = judge(WAITS, SESSIONS).to_dict()["listings"]
    assert (first["sessions"], first["waits"], second["sessions"], second["waits"]) == (0, 2, 3, 0)
    assert first["process"] is not None


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_words_in_a_row_do_not_shift_its_columns(judge: Analyze, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "sessions.txt").write_bytes(SESSIONS.encode(encoding))
    analysis = judge(WAITS)
    assert waits_of(analysis, 4302)[0]["owner_lwp"] == 4303


def test_a_listing_without_a_dump_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "waits.txt").write_text(WAITS)
    with pytest.raises(stackan.StackanError, match=r"waits.txt: a listing of a database's views, but no thread dump beside it"):
        stackan.load(tmp_path / "waits.txt")
