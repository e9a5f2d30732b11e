"""The table of waits that `stackan collect` writes of a live process, read as a dump without frames."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackan.parsing import parse_all
from tests.parsing.test_long_texts import WAITS
from tests.parsing.texts import analyzed, only


def test_each_line_is_a_thread_with_its_name() -> None:
    dump = only(WAITS)
    assert (dump.format, dump.facts.pid, len(dump.frames), dump.unparsed) == ("waits", 4242, 0, [])
    assert [(thread.lwp, thread.name) for thread in dump.threads] == [
        (4242, "ledger"),
        (4243, "transfer"),
        (4244, "acceptor"),
        (4245, "spinner"),
    ]


def test_recorded_owners_in_a_circle_are_a_certain_deadlock(tmp_path) -> None:  # type: ignore[no-untyped-def]
    document = analyzed(tmp_path, WAITS)
    (finding,) = [each for each in document["findings"] if each["kind"] == "deadlock"]
    assert (document["verdict"], finding["confidence"]) == ("deadlock", "certain")
    assert [each["lwp"] for each in finding["threads"]] == [4242, 4243]
    assert {wait["evidence"] for thread in document["processes"][0]["threads"] for wait in thread["waits_for"]} == {"recorded"}


@pytest.mark.parametrize("words", ["owner 9243 of process 77", "owner 4243 which is gone"])
def test_an_owner_elsewhere_is_no_thread_of_this_process(tmp_path, words: str) -> None:  # type: ignore[no-untyped-def]
    assert analyzed(tmp_path, WAITS.replace("owner 4243", words))["verdict"] != "deadlock"


def test_a_thread_that_is_only_known_to_be_in_a_call_is_unknown(tmp_path) -> None:  # type: ignore[no-untyped-def]
    threads = {thread["lwp"]: thread for thread in analyzed(tmp_path, WAITS)["processes"][0]["threads"]}
    assert threads[4244]["progress"] == "unknown"


@given(st.binary(max_size=400), st.integers(0, len(WAITS)))
def test_whatever_is_in_it_every_line_is_accounted_for(noise: bytes, at: int) -> None:
    data = WAITS[:80].encode() + b"\n" + WAITS[80:at].encode() + noise + WAITS[at:].encode()
    try:
        dumps = parse_all(data, "waits.txt")
    except Exception as error:
        from stackan import StackanError

        assert isinstance(error, StackanError)
        return
    assert sum(dumps[0].lines.values()) == data.count(b"\n") + (not data.endswith(b"\n")) or b"\r" in noise or b"\0" in noise
