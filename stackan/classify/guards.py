"""Guards of locks among the printed locals, of the libraries beside the C++ standard's own: the lock is what their first member names.

    f = std::sync::poison::mutex::MutexGuard<bank::Account> {lock: 0x559112243a20, poison: …}           Rust
    g = lock_api::mutex::MutexGuard<parking_lot::raw_mutex::RawMutex, i32> {mutex: 0x7ffd12c0, marker: …}   parking_lot
    r = std::sync::poison::rwlock::RwLockReadGuard<i32> {data: …{pointer: 0x7ffd12c8}, inner_lock: 0x7ffd12c0}
    lock = {mu_ = 0x5581a0c01280}                            Abseil's MutexLock (absl/synchronization/mutex.h)
    lk = {m = 0x5581a0c01280, is_locked = true}              Boost's unique_lock; its lock_guard is {m = @0x5581a0c01280}
    l = {__m_ = 0x5581a0c01280, __owns_ = true}              libc++'s unique_lock; its lock_guard is {__m_ = @0x5581a0c01280}
    h = {lock_ = 0x5581a0c01280, owner_ = 0}                 ACE_Guard, of which owner_ is -1 if it has no lock; folly's holders
    locker = {m_mutex = 0x5581a0c01280, m_isLocked = true}   QMutexLocker of Qt 6
    locker = {val = 93985432638081}                          ...of Qt 5: the lowest bit says that it is locked

A guard that owns nothing says so; what else is said of guards in `evidence` holds for these, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.backend import find
from stackan.model.dump import Dump
from stackan.model.records import NamedTuple

_RUST = re.compile(
    rb"\b(RwLockReadGuard|RwLockWriteGuard|ReentrantMutexGuard|MutexGuard)<[^\n]{0,300}?"
    rb"[{ ](?:lock|mutex|rwlock|inner_lock|remutex): 0x([0-9a-f]{1,16})"
)
_CPP = re.compile(rb"= \{(?:mu_|m|__m_|lock_|m_mutex) = @?0x([0-9a-f]{1,16})(?: <[^\n<>]{1,200}>)?(?:, (\w+) = ([^\n{}]{1,40}))?\}")
_QT5 = re.compile(rb"= \{val = (\d{5,20})\}")
_OWNS_NOTHING = frozenset((b"false", b"-1"))
_FLAGS = frozenset((b"", b"is_locked", b"__owns_", b"owner_", b"m_isLocked", b"token_"))
# What these are printed as stands in every dump with such guards, and in few others.
_SIGNS = (b"Guard<", b"= {mu_ = ", b"= {m = ", b"= {__m_ = ", b"= {lock_ = ", b"= {m_mutex = ", b"= {val = ")


class Printed(NamedTuple):
    """A guard as the text prints it."""

    at: int  # the byte at which it is printed
    address: int  # of the lock
    kind: str
    shared: bool
    owns: bool


def find_printed_guards(dump: Dump) -> Iterator[Printed]:
    """The guards of a dump's text, in no order."""
    data, (start, end) = dump.data, dump.text_range
    present = {sign for sign in _SIGNS if find(data, sign, start, end) >= 0}
    if b"Guard<" in present:
        for match in _RUST.finditer(data, start, end):
            kind = "rwlock" if match[1].startswith(b"RwLock") else "mutex"
            yield Printed(match.start(), int(match[2], 16), kind, match[1] == b"RwLockReadGuard", True)
    if not present.isdisjoint(_SIGNS[1:6]):
        for match in _CPP.finditer(data, start, end):
            if (match[2] or b"") in _FLAGS:
                owns = match[3] not in _OWNS_NOTHING
                yield Printed(match.start(), int(match[1], 16), "mutex", match[2] == b"token_", owns)
    if _SIGNS[6] in present:
        for match in _QT5.finditer(data, start, end):
            value = int(match[1])
            if value & 1 and value < 1 << 64:
                yield Printed(match.start(), value - 1, "mutex", False, True)
