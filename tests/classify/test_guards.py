"""Guards of other libraries and languages among the locals of `bt full`."""

from __future__ import annotations

import pytest

from tests.dumping import START, Thread, analyze, app, dump, holds, lwps, mutex, parked, thread

LEFT, RIGHT = 0x5581_3000, 0x5581_4000
MAIN = thread(4100, "srv", parked("Quiet::loop"))
GUARDS = {
    "Rust": "f = std::sync::poison::mutex::MutexGuard<bank::Account> {{lock: {0:#x}, poison: Guard {{panicking: false}}}}",
    "Rust, matched": "x = Result<sync::MutexGuard<u8>, Poison<sync::MutexGuard<u8>>>::Ok(MutexGuard<u8> {{lock: {0:#x}}})",
    "Rust's readers": "r = std::sync::rwlock::RwLockReadGuard<i32> {{data: NonNull<i32> {{pointer: 0x7f12}}, inner_lock: {0:#x}}}",
    "Rust's writer": "w = std::sync::rwlock::RwLockWriteGuard<i32> {{lock: {0:#x}, poison: Guard {{panicking: false}}}}",
    "parking_lot": "g = lock_api::mutex::MutexGuard<parking_lot::RawMutex, i32> {{mutex: {0:#x}, marker: PhantomData}}",
    "Abseil": "lock = {{mu_ = {0:#x}}}",
    "Abseil, with a symbol": "lock = {{mu_ = {0:#x} <bank::ledger_mu>}}",
    "Boost": "lk = {{m = {0:#x}, is_locked = true}}",
    "Boost's lock_guard": "lk = {{m = @{0:#x}}}",
    "libc++": "l = {{__m_ = {0:#x}, __owns_ = true}}",
    "libc++'s lock_guard": "l = {{__m_ = @{0:#x}}}",
    "ACE": "mon = {{lock_ = {0:#x}, owner_ = 0}}",
    "folly": "holder = {{lock_ = {0:#x}}}",
    "Qt 6": "locker = {{m_mutex = {0:#x}, m_isLocked = true}}",
    "Qt 5": "locker = {{val = {1}}}",
}
NONE = {
    "Boost's that owns nothing": "lk = {{m = {0:#x}, is_locked = false}}",
    "libc++'s that owns nothing": "l = {{__m_ = {0:#x}, __owns_ = false}}",
    "ACE's that has no lock": "mon = {{lock_ = {0:#x}, owner_ = -1}}",
    "Qt 5's that is not locked": "locker = {{val = {0}}}",
    "an object with more members": "pool = {{m = {0:#x}, size = 4, free = 2}}",
    "another flag": "entry = {{m = {0:#x}, generation = 7}}",
    "Rust's lock itself": "m = std::sync::poison::mutex::Mutex<i32> {{lock: {0:#x}}}",
}


def waiter(lwp: int, wanted: int, line: str, mine: int) -> Thread:
    return thread(lwp, "wrk", mutex(wanted), app("book", locals=(line.format(mine, mine + 1),)), START)


def two(line: str) -> bytes:
    return dump(MAIN, waiter(4301, RIGHT, line, LEFT), waiter(4302, LEFT, line, RIGHT), full=True)


@pytest.mark.parametrize("line", GUARDS.values(), ids=GUARDS)
def test_a_guard_shows_what_its_thread_holds(line: str) -> None:
    analysis = analyze(two(line), two(line))
    assert (holds(analysis, 4301), holds(analysis, 4302)) == ([f"{LEFT:#x}"], [f"{RIGHT:#x}"])
    finding = analysis.findings[0]
    assert (finding.kind, finding.confidence, lwps(finding)) == ("deadlock", "likely", [4301, 4302])


@pytest.mark.parametrize("line", NONE.values(), ids=NONE)
def test_what_owns_nothing_or_is_no_guard_shows_nothing(line: str) -> None:
    analysis = analyze(two(line), two(line))
    assert holds(analysis, 4301) == []
    assert analysis.verdict == "blocked"
