"""Owners of locks that `bt full` prints among the locals: `chunkMutex = @0x5581_3000: {__data = {__lock = 2, __owner = 4302, …`."""

from __future__ import annotations

import pytest

from tests.dumping import START, Thread, analyze, app, dump, holds, kinds, mutex, owners, parked, thread

LEFT, RIGHT = 0x5581_3000, 0x5581_4000
MAIN = thread(4100, "srv", parked("Quiet::loop"))
REST = "__nusers = 1, __kind = 0, __spins = 0, __elision = 0, __list = {__prev = 0x0, __next = 0x0}}, __align = 2}"


def word(owner: int, address: int = LEFT) -> str:
    return f"its = @{address:#x}: {{__data = {{__lock = 2, __count = 0, __owner = {owner}, {REST}"


def waiter(lwp: int, address: int, *locals: str) -> Thread:
    return thread(lwp, "wrk", mutex(address), app("book", locals=locals), START)


def test_two_threads_whose_locals_name_each_other_as_owners_are_deadlocked() -> None:
    text = dump(MAIN, waiter(4301, LEFT, word(4302, LEFT)), waiter(4302, RIGHT, word(4301, RIGHT)), full=True)
    analysis = analyze(text, text)
    assert analysis.verdict == "deadlock"
    finding = analysis.findings[0]
    assert finding.confidence == "certain"
    assert owners(analysis, 4301) == [4302]
    assert owners(analysis, 4302) == [4301]
    assert all(any(f"__owner = {lwp}" in quote.text for quote in finding.evidence) for lwp in (4301, 4302))


@pytest.mark.parametrize(
    "lines",
    [
        (word(4100),),
        (
            f"m = @{LEFT:#x}: {{<std::__mutex_base> = {{_M_mutex = {{__data = {{__lock = 2, __count = 0, "
            f"__owner = 4100, {REST}}}, <No data>}}",
        ),
        (f"m = @{LEFT:#x}: {{", "  __data = {", "    __lock = 2,", "    __count = 1,", "    __owner = 4100,", "    __nusers = 1"),
        (f"table = @{LEFT:#x}: {{__data = {{__readers = 8, __writers = 0, __wrphase_futex = 2, __cur_writer = 4100, __shared = 0}}}}",),
    ],
    ids=["pthread_mutex_t", "std::mutex", "one member a line", "pthread_rwlock_t"],
)
def test_the_owner_is_read_however_the_lock_is_printed(lines: tuple[str, ...]) -> None:
    text = dump(MAIN, waiter(4301, LEFT, *lines), full=True)
    analysis = analyze(text, text)
    assert owners(analysis, 4301) == [4100]
    assert [held.endswith(f"{LEFT:#x}") for held in holds(analysis, 4100)] == [True]


@pytest.mark.parametrize(
    "line",
    [
        f"its = {{__data = {{__lock = 2, __count = 0, __owner = 4100, {REST}",
        f"table = @{LEFT:#x}: {{rows = 7, mutex = {{__data = {{__lock = 2, __count = 0, __owner = 4100, {REST}",
        word(0),
        word(99999),
    ],
    ids=["no address", "the lock is further on in the object", "no owner", "no thread of the dump"],
)
def test_what_names_no_owner_of_that_address_is_not_believed(line: str) -> None:
    text = dump(MAIN, waiter(4301, LEFT, line), full=True)
    analysis = analyze(text, text)
    assert owners(analysis, 4301) == []
    assert holds(analysis, 4100) == []
    assert "deadlock" not in kinds(analysis)


def test_a_thread_that_waits_for_a_lock_that_it_owns_itself_waits_for_itself() -> None:
    text = dump(MAIN, waiter(4301, LEFT, word(4301)), full=True)
    assert kinds(analyze(text, text)) == ["self-deadlock"]
