"""Tables as consoles print them and tools export them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackan.listings import read_listing

DASHED = "ID   WAIT_FOR_ID THRD_ID\n---- ----------- -------\n1303 1301        4301\n"


def waits(text: str) -> list[tuple[int, int, int | None]]:
    listing = read_listing(text.encode(), "waits.txt")
    return [(wait.transaction, wait.holder, wait.lwp) for wait in listing.waits] if listing is not None else []


@pytest.mark.parametrize(
    "text",
    [
        DASHED,
        DASHED.replace("\n", "\r\n"),
        "ID,WAIT_FOR_ID,THRD_ID\n1303,1301,4301\n",
        '"ID","WAIT_FOR_ID","THRD_ID"\n"1303","1301","4301"\n',
        "ID\tWAIT_FOR_ID\tTHRD_ID\n1303\t1301\t4301\n",
        "| ID | WAIT_FOR_ID | THRD_ID |\n| --- | --- | --- |\n| 1303 | 1301 | 4301 |\n",
        "id,wait_for_id,thrd_id\n1303,1301,4301\n",
        "ID;WAIT_FOR_ID;THRD_ID\n1303;1301;4301\n",
        "ID  WAIT_FOR_ID THRD_ID\n---------- ----------- -------\n1303 1301 4301\n",
        "行号     ID   WAIT_FOR_ID THRD_ID\n---------- ---- ----------- -------\n1          1303 1301        4301\n",
        "行号       ID   WAIT_FOR_ID THRD_ID\n---------- ---- ----------- -------\n1          1303 1301        4301\n",
        DASHED.replace("\n", "\n\n"),
    ],
    ids=["dashes", "crlf", "csv", "quoted", "tabs", "markdown", "small", "semicolons", "pasted", "by columns", "by bytes", "spaced"],
)
def test_a_table_is_read_in_each_form(text: str) -> None:
    assert waits(text) == [(1303, 1301, 4301)]


def test_a_row_that_does_not_fit_its_columns_is_left_out() -> None:
    assert waits(DASHED + "13031301 4301 12345 1 2\n1305 1301        4302\n") == [(1303, 1301, 4301), (1305, 1301, 4302)]


def test_a_transaction_that_waits_for_itself_or_for_none_is_no_wait() -> None:
    assert waits("ID,WAIT_FOR_ID,THRD_ID\n7,7,1\n8,NULL,1\n9,-1,1\n") == []


def test_digits_of_other_scripts_are_no_numbers() -> None:
    assert waits("ID,WAIT_FOR_ID,THRD_ID\n١٣٠٣,1301,4301\n1305,１３０１,4302\n") == []


def test_words_in_a_query_are_no_table() -> None:
    assert waits("SELECT ID, WAIT_FOR_ID, THRD_ID FROM V$TRXWAIT;\nno rows\n") == []


@given(st.text(alphabet="ID WAIT_FOR,|-\t\n1234行", max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    waits("ID WAIT_FOR_ID THRD_ID\n" + text)
