"""Addresses → others that lie as far from each other: owners, objects on a stack and ranges of modules are found by such distances.

Each run of addresses without a wide gap (a library, a heap, the stacks) is moved as one; the order of the runs stays.  Where a run comes
to lie depends on the runs before it alone, and not on where the system had put it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

_LOWEST = 1 << 22  # below are thread ids (pid_max of Linux), sizes and flags
_FOUR_GIB = 1 << 32
_PAGE = 0xFFF
# The uppermost bytes, of 48 bits, that AArch64 gives to programs and stacks.
_TOPS = frozenset((0xAA, 0xAB, 0xFE, 0xFF))
_UPPERMOST = 0x7F  # of a process elsewhere; Go maps its arenas at random
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")

HEX = re.compile(r"(?<![\w.])0[xX]([0-9a-fA-F]{1,8}`[0-9a-fA-F]{8}|[0-9a-fA-F]{6,16})(?![0-9a-fA-F`])")
# `00007ffa`12345678`, `0000005555abcdef`, `7f12ab34c000`: as WinDbg, tombstones and /proc print them.
BARE = re.compile(r"(?<![\w.`-])(?:[0-9a-f]{8}`[0-9a-f]{8}|0000[0-9a-f]{12}|0000[0-9A-F]{12}|(?=\d*[a-f])[0-9a-f]{12})(?![\w`])")
SHORT = re.compile(r"(?<![\w.`-])[0-9a-f]{8}(?![\w`])")  # of 32 bits; so small numbers move only where one is an address elsewhere
RANGE = re.compile(r"(?<![\w.])([0-9a-f]{6,16})-([0-9a-f]{6,16})(?= [r-][w-][x-][sp-] )")
# Of large decimal numbers those are addresses that are so in hexadecimal, too, or that are called a thread: `OS thread handle 1405…`.
DECIMAL = re.compile(r"(?<![\w.])(?:9[3-9]|1(?:[0-3]\d|40))\d{12}(?![\w.])")
_THREAD = re.compile(r"(?:handle|[Tt]hread(?: id)?|locked by|TID|tid) (\d{14,15})(?![\w.])")
# `4711 (server) S 1 …`: of its fields some are addresses, and no other number is as large.
_STAT = re.compile(r"(?m)^(?:\S{1,200}:)?\d{1,10} \(.{1,64}\) [A-Za-z](?: -?\d{1,20}){30,}")


class Addresses:
    """The addresses of all texts, which are to be known before the first is replaced."""

    def __init__(self) -> None:
        self._met: set[int] = set()
        self._moved: dict[int, int] = {}
        self.has_short = False  # there are some of 32 bits

    def learn(self, text: str) -> None:
        """Take note of the addresses of a text."""
        for value in _values(text):
            if _is_address(value):
                self._met.add(value)

    def add(self, addresses: Iterable[str]) -> None:
        """Take note of some, given as `0x7f12a0000d58`."""
        for address in set(addresses):
            value = int(address, 16)
            if _is_address(value):
                self._met.add(value)

    def settle(self, ids: Collection[int]) -> None:
        """Give each address its new one, which is never above the old one; what is the id of a thread stays."""
        before, new, free = -1, 0, 0
        self.has_short = any(value < _FOUR_GIB for value in self._met)
        for value in sorted(self._met.difference(ids)):
            if before >= 0 and value - before < _gap(before) and (before < _FOUR_GIB) == (value < _FOUR_GIB):
                new += value - before
            else:
                new = max(free, _floor(value)) | (value & _PAGE)
            self._moved[value] = new
            before, free = value, ((new + _PAGE) & ~_PAGE) + _gap(value) - 2 * (_PAGE + 1)

    def moved(self, value: int) -> int | None:
        """The new address of one that was met; None for a number that is no address."""
        return self._moved.get(value)


def _values(text: str) -> Iterator[int]:
    for match in HEX.finditer(text):
        yield int(match[1].replace("`", ""), 16)
    for match in BARE.finditer(text):
        yield int(match[0].replace("`", ""), 16)
    for match in RANGE.finditer(text):
        yield from (int(match[1], 16), int(match[2], 16))
    for match in _THREAD.finditer(text):
        yield int(match[1])
    for line in _STAT.finditer(text):
        for match in DECIMAL.finditer(line[0]):
            yield int(match[0])


def _is_address(value: int) -> bool:
    if value < _FOUR_GIB:
        return _LOWEST <= value < 0xFF000000 and value != 0x7FFFFFFF and bin(value).count("1") > 2 and not _is_code(value)
    if value >> 48 or (value >> 40 > _UPPERMOST and value >> 40 not in _TOPS):
        return False
    return not _LETTERS.issuperset(value.to_bytes(6, "big"))  # those are a word


def _is_code(value: int) -> bool:
    """Whether a number is a code of an exception: of Windows (`c0000005`), of C++ (`e06d7363`) or of .NET (`e0434352`)."""
    return (value & 0x0FFF0000 == 0 and value >> 28 in (4, 8, 0xC)) or value in (0xE06D7363, 0xE0434352, 0xE0434F4D)


def _floor(value: int) -> int:
    """Where the addresses begin that look like this one; their uppermost byte tells people, and stackan, of what kind they are."""
    return _LOWEST if value < _FOUR_GIB else max(_FOUR_GIB, (value >> 40) << 40)


def _gap(value: int) -> int:
    """How far another address has to be from this one to be of another run."""
    return 1 << 24 if value < _FOUR_GIB else _FOUR_GIB
