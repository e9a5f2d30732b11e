"""Locks that gdb was asked to print: the question, as `set trace-commands on` writes it into the dump, and the answer after it.

    +print *(pthread_mutex_t *) 0x5567ca279180
    $1 = {__data = {__lock = 2, __count = 0, __owner = 16391, __nusers = 1, …
    +print *(pthread_rwlock_t *) 0x55a53429e0a0
    $2 = {__data = {__readers = 14, __writers = 0, __wrphase_futex = 2, __writers_futex = 1, __pad3 = 0, __pad4 = 0, __cur_writer = 0, …

    +print M
    $1 = {__data = {__lock = 2, __count = 0, __owner = 15087, __nusers = 1, …
    +print A
    $2 = {<std::__mutex_base> = {_M_mutex = {__data = {__lock = 0, __count = 0, __owner = 0, __nusers = 0, …

A lock that is asked for by its name is the one that a frame names with its address, `mutex=0x55fcf46cd320 <M>`, if all of the text
gives that name to one address only.

A member alone (`->__data.__owner`) is answered by a bare number.  glibc's pretty-printers, where they are loaded, print
`Owner ID = 16391` of a mutex, and of a rwlock `Status = Acquired (Read), Readers = 1` or `Writer ID = 16391`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from stackan.model.arguments import read_address
from stackan.model.expressions import expression
from stackan.model.printed import Printed
from stackan.model.records import NamedTuple

_OWNERS = (b"__owner", b"__cur_writer")
_OWNER_MARKS = (b"__owner = ", b"__cur_writer = ", b'Owner ID"] = ', b"Owner ID = ", b'Writer ID"] = ', b"Writer ID = ")
_VERBS = (b"p", b"print", b"inspect")
_NAME = expression(rb"(?!\d)[\w:]+(?:\[0\])?")  # the first of an array has the array's address
_NAMED_ADDRESS = expression(rb"0x([0-9a-f]{1,16}) <([\w:]{1,250})(?:\+(\d{1,9}))?>")  # `0x55fcf46cd328 <M+8>`: bounded, so linear
_READERS_MARKS = (b'Readers"] = ', b"Readers = ")

# The low bits of `__readers` (glibc, nptl/pthread_rwlock_common.c): a write phase, so that its readers wait; a writer that has or wants
# the lock; readers that wait behind that writer.  The number of readers is in the higher bits.
_WRITE_PHASE, _WRITER, _READERS_WAIT, _SHIFT = 1, 2, 4, 3


class Asked(NamedTuple):
    """The lock that gdb was asked to print."""

    address: int  # 0 where it is asked for by its name
    kind: str
    member: bytes  # b"" is the whole lock
    name: bytes = b""


def read_question(text: bytes) -> Asked | None:
    """The lock that is asked for; other printed values are no owners."""
    kind = "rwlock" if b"pthread_rwlock_t" in text else "mutex"
    head, _, member = text.rpartition(b"__data.")
    name = _read_name(head or text)
    if name:
        return Asked(0, kind, member.strip() if head else b"", name)
    if b"pthread_mutex_t" not in text and b"pthread_rwlock_t" not in text and b"__owner" not in text:
        return None
    at = text.find(b"0x")
    address = read_address(text[at:]) if at >= 0 else None
    if address is None:
        return None
    return Asked(address.value, kind, member.strip() if head else b"")


def _read_name(question: bytes) -> bytes:
    """The variable that is asked for: `print M`, `p *(pthread_mutex_t *) &M`, `p A._M_mutex.`; the target of a pointer has no name."""
    verb, _, words = question.removeprefix(b"(gdb) ").removeprefix(b"+").partition(b" ")
    _, taken, behind = words.rpartition(b"&")
    variable = (behind.strip(b" )->.") if taken else words.strip(b" .")).removesuffix(b"._M_mutex")
    if verb not in _VERBS or not _NAME.fullmatch(variable):
        return b""
    return variable.removesuffix(b"[0]")


def locate(data: bytes, names: Iterable[bytes]) -> dict[bytes, int]:
    """The addresses of the variables that frames and locals name; one that has several addresses is left out."""
    found: dict[bytes, set[int]] = {name: set() for name in names}
    if not found:
        return {}
    for match in _NAMED_ADDRESS.finditer(data):
        digits, name, offset = match.groups()
        if name in found:
            found[name].add(int(digits, 16) - int(offset or 0))
    return {name: min(addresses) for name, addresses in found.items() if len(addresses) == 1}


def read_answer(asked: Asked, text: bytes, line: int) -> Printed | None:
    """The owner or the readers that an answer names; None if it is of something else."""
    owner, word, readers = _find(text, _OWNER_MARKS), _find(text, (b"__readers = ",)), _find(text, _READERS_MARKS)
    if owner is None and word is None and readers is None:
        return _read_member(asked, text, line)
    if asked.name and not _begins_with_lock(text):
        return None
    kind = "mutex" if b"__owner" in text else "rwlock" if word is not None or readers is not None else asked.kind
    if owner or word is None:
        return Printed(asked.address, owner or 0, line, kind, readers or 0)
    return _read_readers(asked.address, word, line)


def assign_owners(printed: Sequence[Printed], starts: Sequence[int]) -> list[tuple[Printed, ...]]:
    """The printed locks, by snapshot: each time behind the threads, or each time before them, as in the text's beginning.

    `starts` are the lines in which the snapshots begin.
    """
    shares: list[list[Printed]] = [[] for _ in starts]
    before = bool(printed) and printed[0].line < starts[0]
    for word in printed:
        at = bisect_right(starts, word.line) - (not before)
        shares[min(at, len(starts) - 1)].append(word)
    return [tuple(share) for share in shares]


def _begins_with_lock(text: bytes) -> bool:
    """Whether the lock is the first thing in the variable: only then it has the variable's address."""
    value = text.partition(b" = ")[2]
    before = min(value.partition(b"__data = ")[0], value.partition(b"Type = ")[0], key=len)
    return b"," not in before and b"}" not in before


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
    """The number behind the first of the marks that is in the text."""
    for mark in marks:
        _, found, rest = text.partition(mark)
        digits = rest[:10]
        while digits and not digits.isdigit():
            digits = digits[:-1]
        if found:
            return int(digits or b"0")
    return None
