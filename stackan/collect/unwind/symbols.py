"""Names of functions, from the symbol tables of a file, in one pass for all addresses: a server's table has half a million rows.

Of several symbols at one address that one is taken which eu-stack takes (elfutils, libdwfl/dwfl_module_addrsym.c): global ones before local
ones, the nearest start, then the smaller one, then global before weak, then the first of the table.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from stackan.collect.unwind.cursor import Bytes
from stackan.collect.unwind.elf import DYNAMIC, Elf

_ROW = struct.Struct("<IBBHQQ")  # Elf64_Sym: name, kind and binding, visibility, section, value, size
_CODE = frozenset((0, 2, 10))  # STT_NOTYPE, STT_FUNC, STT_GNU_IFUNC
_LOCAL, _GLOBAL, _WEAK = 0, 1, 2  # STB_…
_BY_BINDING = {_GLOBAL: 3, _WEAK: 2, _LOCAL: 1}
_LONGEST = 8192  # bytes of a name
_STRINGS, _SYMBOLS = 5, 6  # DT_…
_CONTROL = dict.fromkeys((*range(32), 127), "?")

Key = tuple[bool, int, int, int]


def find_names(elf: Elf, addresses: Iterable[int]) -> dict[int, str]:
    """The functions in which these addresses of the file lie."""
    wanted = sorted(set(addresses))
    table = _table(elf)
    if table is None or not wanted:
        return {}
    rows, strings = table
    sized: dict[int, tuple[Key, int]] = {}
    labels: dict[int, tuple[int, int]] = {}
    ends: dict[int, int] = {}  # of all functions that begin before an address: a label within one of them names nothing behind it
    for name, kind, _, section, value, size in rows:
        if kind & 15 not in _CODE or not section or not name:
            continue
        first = bisect_left(wanted, value)
        if first == len(wanted):
            continue
        if size:
            for address in _within(wanted, first, value + size):
                key = (kind >> 4 != _LOCAL, value, -size, _BY_BINDING.get(kind >> 4, 0))
                if address not in sized or key > sized[address][0]:
                    sized[address] = key, name
            ends[first] = max(ends.get(first, 0), value + size)
        elif first not in labels or value > labels[first][0]:
            labels[first] = value, name
    found = {address: name for address, (_, name) in sized.items()}
    for address, name in _labelled(elf, wanted, labels, ends):
        found.setdefault(address, name)
    return {address: text for address, name in found.items() if (text := _text(strings, name))}


def _within(wanted: Sequence[int], first: int, stop: int) -> Iterator[int]:
    for at in range(first, len(wanted)):
        if wanted[at] >= stop:
            return
        yield wanted[at]


def _labelled(elf: Elf, wanted: list[int], labels: dict[int, tuple[int, int]], ends: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Labels of assembly code, which have no size, name what follows them in their section."""
    best, end = (-1, 0), 0
    for at, address in enumerate(wanted):
        best, end = max(best, labels.get(at, best)), max(end, ends.get(at, 0))
        value, name = best
        if value >= end and any(each.address <= value <= address < each.address + each.size for each in elf.sections):
            yield address, name


def _table(elf: Elf) -> tuple[Iterable[tuple[int, ...]], Bytes] | None:
    """The rows of the file's best table, and its names."""
    for name in (".symtab", ".dynsym"):
        section = elf.section(name)
        if section is not None and section.size >= _ROW.size and section.link < len(elf.sections):
            data = elf.content(section)
            return _ROW.iter_unpack(data[: len(data) // _ROW.size * _ROW.size]), elf.content(elf.sections[section.link])
    try:
        return _dynamic(elf)
    except (IndexError, struct.error, ValueError):
        return None


def _dynamic(elf: Elf) -> tuple[Iterable[tuple[int, ...]], Bytes] | None:
    """The table that the loader uses, where a file has no sections; it ends where its names begin, as linkers place it."""
    place = next((each for each in elf.segments if each.kind == DYNAMIC), None)
    if place is None:
        return None
    entries = dict(struct.iter_unpack("<QQ", elf.data[place.offset : place.offset + place.size // 16 * 16]))
    symbols, strings = (elf.loaded(entries.get(key, 0)) for key in (_SYMBOLS, _STRINGS))
    if symbols is None or strings is None or symbols >= strings:
        return None
    data = elf.data[symbols:strings]
    return _ROW.iter_unpack(data[: len(data) // _ROW.size * _ROW.size]), elf.data[strings:]


def _text(strings: Bytes, at: int) -> str:
    return bytes(strings[at : at + _LONGEST]).partition(b"\0")[0].decode("utf-8", "replace").translate(_CONTROL)
