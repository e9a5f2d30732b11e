"""Locks that gdb was asked to print: the question, as `set trace-commands on` writes it into the dump, and the answer below it.

    +print *(pthread_mutex_t *) 0x5567ca279180
    $1 = {__data = {__lock = 2, __count = 0, __owner = 16391, __nusers = 1, …
    +print *(pthread_rwlock_t *) 0x55a53429e0a0
    $2 = {__data = {__readers = 14, __writers = 0, __wrphase_futex = 2, __writers_futex = 1, __pad3 = 0, __pad4 = 0, __cur_writer = 0, …

A member alone (`->__data.__owner`) is answered by a bare number.  glibc's pretty-printers, where they are loaded, print
`Owner ID = 16391` of a mutex, and of a rwlock `Status = Acquired (Read), Readers = 1` or `Writer ID = 16391`.
"""

from __future__ import annotations

from typing import NamedTuple

from stackan.model.arguments import read_address
from stackan.model.dump import Printed

_OWNERS = (b"__owner", b"__cur_writer")
_OWNER_MARKS = (b"__owner = ", b"__cur_writer = ", b'Owner ID"] = ', b"Owner ID = ", b'Writer ID"] = ', b"Writer ID = ")
_READERS_MARKS = (b'Readers"] = ', b"Readers = ")

# The low bits of `__readers` (glibc, nptl/pthread_rwlock_common.c): a write phase, so that its readers wait; a writer that has or wants
# the lock; readers that wait behind that writer.  The number of readers stands above them.
_WRITE_PHASE, _WRITER, _READERS_WAIT, _SHIFT = 1, 2, 4, 3


class Asked(NamedTuple):
    """What gdb was asked for."""

    address: int
    kind: str
    member: bytes  # b"" is the whole lock


def read_question(text: bytes) -> Asked | None:
    """The lock that is asked for; what else was printed is no owner."""
    head, _, member = text.rpartition(b"__data.")
    if b"pthread_mutex_t" not in text and b"pthread_rwlock_t" not in text and b"__owner" not in text:
        return None
    at = text.find(b"0x")
    address = read_address(text[at:]) if at >= 0 else None
    if address is None:
        return None
    kind = "rwlock" if b"pthread_rwlock_t" in text else "mutex"
    return Asked(address.value, kind, member.strip() if head else b"")


def read_answer(asked: Asked, text: bytes, line: int) -> Printed | None:
    """The owner or the readers that an answer names; None if it is of something else."""
    owner, word, readers = _find(text, _OWNER_MARKS), _find(text, (b"__readers = ",)), _find(text, _READERS_MARKS)
    if owner is None and word is None and readers is None:
        return _read_member(asked, text, line)
    kind = "mutex" if b"__owner" in text else "rwlock" if word is not None or readers is not None else asked.kind
    if owner or word is None:
        return Printed(asked.address, owner or 0, line, kind, readers or 0)
    return _read_readers(asked.address, word, line)


def _read_member(asked: Asked, text: bytes, line: int) -> Printed | None:
    value = text.partition(b" = ")[2].strip()
    if not value.isdigit() or len(value) > 10:
        return None
    if asked.member == b"__readers":
        return _read_readers(asked.address, int(value), line)
    return Printed(asked.address, int(value), line, asked.kind) if asked.member in _OWNERS else None


def _read_readers(address: int, word: int, line: int) -> Printed:
    readers = 0 if word & _WRITE_PHASE else word >> _SHIFT
    queue = "" if not word & _WRITER else "both" if word & _READERS_WAIT else "writer"
    return Printed(address, 0, line, "rwlock", readers, queue if readers else "")


def _find(text: bytes, marks: tuple[bytes, ...]) -> int | None:
    """The number behind the first of the marks that stands in the text."""
    for mark in marks:
        _, found, rest = text.partition(mark)
        digits = rest[:10]
        while digits and not digits.isdigit():
            digits = digits[:-1]
        if found:
            return int(digits or b"0")
    return None
