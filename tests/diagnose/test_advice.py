"""What to do next, by the kind of lock that threads stand at."""

from __future__ import annotations

import pytest

from stackan import wording
from tests.dumping import START, Frame, analyze, app, dump, mutex, thread

STATE = 0x5587_D178_4140
PARKED = (
    Frame("syscall"),
    Frame("parking_lot_core::thread_parker::imp::ThreadParker::park", "self=0x7f31c57f1f88"),
    Frame("parking_lot_core::parking_lot::park", "key=94041, validate=..., timeout=..."),
)
RUST = (*PARKED, Frame("parking_lot::raw_rwlock::RawRwLock::lock_exclusive_slow", "self={}, timeout=..."))
ABSEIL = (
    Frame("syscall"),
    Frame("absl::synchronization_internal::FutexWaiter::Wait", "this=0x7f31c57f1f88, t=..."),
    Frame("AbslInternalPerThreadSemWait"),
    Frame("absl::Mutex::Block", "this={}, s=0x7f31c57f1f00"),
    Frame("absl::Mutex::LockSlow", "this={}, how=0x55b0, cond=0x0, flags=0"),
)


def stuck(frames: tuple[Frame, ...], printed: str) -> str:
    """The advice for a thread that waits in these frames."""
    wait = [frame._replace(arguments=frame.arguments.format(printed)) for frame in frames]
    text = dump(thread(4100, "db"), thread(4101, "db", wait, app("store"), START), thread(4102, "db", wait, app("store"), START))
    return " ".join(words for finding in analyze(text, text).findings for words in wording.advice(finding))


@pytest.mark.parametrize("printed", ["<optimized out>", f"{STATE:#x}"])
@pytest.mark.parametrize(
    ("frames", "words"),
    [
        (RUST, "`frame 3` (parking_lot::raw_rwlock::RawRwLock::lock_exclusive_slow), `info args`, `print *self`"),
        (ABSEIL, "`frame 4` (absl::Mutex::LockSlow), `info args`, `print *this`"),
    ],
)
def test_a_lock_of_another_library_is_printed_at_the_frame_that_takes_it(frames: tuple[Frame, ...], words: str, printed: str) -> None:
    advice = stuck(frames, printed)
    assert f"at LWP 4102 db: {words}" in advice
    assert "libc6-dbg" not in advice
    assert "pthread_" not in advice


def test_a_lock_of_glibc_is_shown_by_its_debug_symbols() -> None:
    bare = (Frame("__lll_lock_wait"), Frame("pthread_mutex_lock"))
    assert "libc6-dbg" in stuck(bare, "")


def test_the_owner_of_a_mutex_whose_address_is_known_is_asked_for() -> None:
    text = dump(thread(4100, "db"), thread(4101, "db", mutex(STATE), app("store"), START))
    assert any(
        f"print *(pthread_mutex_t *) {STATE:#x}" in words for finding in analyze(text, text).findings for words in wording.advice(finding)
    )
