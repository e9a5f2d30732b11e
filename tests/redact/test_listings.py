"""Listings beside the dumps are read as before: a column that moved would join what does not belong together."""

from __future__ import annotations

from stackan.listings import read_listing
from stackan.redact import Redactor
from tests.listings.test_threads import TABLE

SESSIONS = """\
行号       SESS_ID              SQL_TEXT            TRX_ID               STATE  THRD_ID
---------- -------------------- ------------------- -------------------- ------ -----------
1          140153246187784      查询订单 for update 1301                 IDLE   4303
2          140153246187785      update t set a = 1  1303                 ACTIVE 4301
3          140153246187786      update t set a = 2  1304                 ACTIVE 4302
"""
GRID = """\
+-----------------+------+----------------+------------+
| 机器            | TID  | LATCH_WAIT     | LATCH_HOLD |
+-----------------+------+----------------+------------+
| 客户的主机      |  101 | 0x7f21c4a01200 | NULL       |
| 192.168.100.100 |  102 | 0x7f21c4a01400 | NULL       |
+-----------------+------+----------------+------------+
"""
WAITS = """\
ID,WAIT_FOR_ID,WAIT_TIME,THRD_ID,SQL_TEXT
1303,1301,47041,32158,"update t set a = 1, b = 2"
"""


def redacted(text: str) -> str:
    redactor = Redactor()
    redactor.learn("", text.encode())
    return redactor.redact(text.encode()).decode()


def test_statements_leave_the_columns_of_a_console_where_they_are():
    new = redacted(SESSIONS)
    assert "查询订单" not in new
    assert "update" not in new
    assert len({line.index(state) for line, state in zip(new.splitlines()[2:], ("IDLE", "ACTIVE", "ACTIVE"))}) == 1
    before, after = read_listing(SESSIONS.encode(), "x"), read_listing(new.encode(), "x")
    assert before is not None
    assert after is not None
    assert [(each.lwp, each.transaction) for each in after.sessions] == [(each.lwp, each.transaction) for each in before.sessions]


def test_networks_and_addresses_leave_the_columns_of_a_grid_where_they_are():
    new = redacted(TABLE)
    assert "10.0.0.1" not in new
    assert "0x7f21c4a01200" not in new
    assert repr(read_listing(new.encode(), "x")) == repr(read_listing(TABLE.encode(), "x"))
    assert "2 threads" in repr(read_listing(new.encode(), "x"))


def test_cells_that_became_shorter_leave_the_bars_of_a_grid_where_they_are():
    new = redacted(GRID)
    assert "客户" not in new
    assert "192.168" not in new
    assert len({tuple(at for at, char in enumerate(line) if char in "|+") for line in new.splitlines()}) == 1
    assert repr(read_listing(new.encode(), "x")) == repr(read_listing(GRID.encode(), "x"))


def test_a_statement_that_holds_the_separator_goes_as_a_whole():
    new = redacted(WAITS)
    assert new.splitlines()[1].startswith("1303,1301,47041,32158,")
    assert "update" not in new
    assert "b = 2" not in new
