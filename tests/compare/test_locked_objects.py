"""A thread that seems to wait for work, inside a function of an object whose lock others need, is not at rest."""

from __future__ import annotations

from tests.dumping import START, analyze, app, condition, dump, mutex, parked, progress, thread

MAIN = thread(4100, "srv", parked("Quiet::loop"))
OBJECT = 0x7F89_A000_7B40
LOCK = OBJECT + 0x18
STOPS = thread(4201, "stop", mutex(LOCK), app("Client::stop", "this=0x204e948"), START)


def connects(its_condition: int) -> bytes:
    waits = condition(its_condition, its_condition + 0x30)
    connect = app("Transport::connect", f"this={OBJECT:#x}, remote=5")
    return dump(MAIN, STOPS, thread(4202, "link", waits, app("Link::step", "this=0x7f89a000ac70"), connect, START))


def test_it_may_hold_that_lock_and_is_not_called_idle() -> None:
    assert progress(analyze(connects(0x7F89_A000_B218)))[4202] == "unknown"


def test_a_worker_that_waits_in_the_object_itself_has_given_its_lock_back() -> None:
    assert progress(analyze(connects(OBJECT + 0x40)))[4202] == "idle"


def test_where_nobody_needs_the_lock_it_is_at_rest() -> None:
    text = dump(
        MAIN, thread(4202, "link", condition(0x7F89_A000_B218, 0x7F89_A000_B248), app("Transport::connect", f"this={OBJECT:#x}"), START)
    )
    assert progress(analyze(text))[4202] == "idle"
