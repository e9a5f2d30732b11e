"""Tables of frames, .eh_frame and .debug_frame: the entry of an address, by the sorted index of .eh_frame_hdr where there is one.

(LSB 5, 10.6 Exception Frames; DWARF 5, 6.4.1)
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator

from stackan.collect.unwind.cursor import Bytes, Cursor
from stackan.collect.unwind.elf import FRAMES, Elf
from stackan.collect.unwind.rules import Origin, Row, row_at

BROKEN = (IndexError, struct.error, ValueError, OverflowError)
_PLAIN_INDEX = 0x3B  # pairs of 32 bits, relative to the index: what every linker writes
_ABSOLUTE = 0x00


class Table:
    """One section."""

    def __init__(self, data: Bytes, base: int, is_eh: bool) -> None:
        self._data = data
        self._base = base
        self._is_eh = is_eh
        self._origins: dict[int, Origin] = {}
        self._starts: list[int] | None = None
        self._entries: list[int] = []

    def row(self, address: int) -> Row | None:
        """The rules of an address, by a list of all entries."""
        if self._starts is None:
            self._list_entries()
        assert self._starts is not None
        found = bisect_right(self._starts, address) - 1
        return self.row_of(self._entries[found], address) if found >= 0 else None

    def row_of(self, at: int, address: int) -> Row | None:
        """The rules of an address, if the entry at that place is the one of its function."""
        entry = self._entry(at)
        if entry is None:
            return None
        start, stop, program, origin = entry
        return row_at(address, start, program, origin) if start <= address < stop else None

    def _list_entries(self) -> None:
        found = []
        try:
            for at in self._places():
                entry = self._entry(at)
                if entry is not None:
                    found.append((entry[0], at))
        except BROKEN:
            pass  # what stands before is good
        found.sort()
        self._starts = [start for start, _ in found]
        self._entries = [at for _, at in found]

    def _places(self) -> Iterator[int]:
        at = 0
        while at + 8 <= len(self._data):
            size: int = struct.unpack_from("<I", self._data, at)[0]
            if size == 0 and self._is_eh:
                return
            yield at
            at += 4 + size if size != 0xFFFFFFFF else 12 + struct.unpack_from("<Q", self._data, at + 4)[0]

    def _head(self, at: int) -> tuple[Cursor, int, int, int]:
        """Behind an entry's length: where its id is, the id, and where the entry ends."""
        cursor = Cursor(self._data, at, self._base)
        size, form = cursor.number("<I"), "<I"
        if size == 0xFFFFFFFF:
            size = cursor.number("<Q")
            form = "<I" if self._is_eh else "<Q"
        stop, place = cursor.at + size, cursor.at
        return cursor, place, cursor.number(form), stop

    def _entry(self, at: int) -> tuple[int, int, bytes, Origin] | None:
        """Start, end, and program of a function; None where it describes what functions have in common."""
        cursor, place, mark, stop = self._head(at)
        if mark == 0 if self._is_eh else mark in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF):
            return None
        origin = self._origin(place - mark if self._is_eh else mark)
        start = cursor.pointer(origin.encoding) or 0
        size = cursor.pointer(origin.encoding & 0x0F) or 0
        if origin.has_augmentation:
            cursor.block()
        return start, start + size, bytes(self._data[cursor.at : stop]), origin

    def _origin(self, at: int) -> Origin:
        if at not in self._origins:
            self._origins[at] = self._read_origin(at)
        return self._origins[at]

    def _read_origin(self, at: int) -> Origin:
        cursor, _, mark, stop = self._head(at)
        if mark != 0 if self._is_eh else mark not in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF):
            raise ValueError("no entry of that kind")
        version = cursor.byte()
        augmentation = cursor.text()
        if version >= 4:
            cursor.at += 2  # sizes of addresses and segments
        code_factor, data_factor = cursor.unsigned(), cursor.signed()
        register = cursor.byte() if version == 1 else cursor.unsigned()
        encoding = _ABSOLUTE
        if augmentation.startswith(b"z"):
            extra = Cursor(cursor.block(), 0)
            for letter in augmentation[1:]:
                if letter == ord("R"):
                    encoding = extra.byte()
                elif letter == ord("P"):
                    extra.pointer(extra.byte() & 0x0F)
                elif letter == ord("L"):
                    extra.byte()
        program = bytes(self._data[cursor.at : stop])
        return Origin(code_factor, data_factor, register, encoding, augmentation.startswith(b"z"), b"S" in augmentation, program)


class Frames:
    """All tables of a file, and of the file with its debug information."""

    def __init__(self, elf: Elf) -> None:
        self._index: memoryview | None = None
        self._index_base = self._eh_base = 0
        self._eh: Table | None = None
        self._more: list[Table] = []
        try:
            self._read_index(elf)
        except BROKEN:
            self._eh = None
        section = elf.section(".eh_frame")
        if self._eh is None and section is not None:
            self._eh = Table(elf.content(section), section.address, True)
        self.add(elf)

    def add(self, elf: Elf) -> None:
        """The .debug_frame of this file, which compilers write for what needs no exceptions."""
        section = elf.section(".debug_frame")
        if section is not None:
            self._more.append(Table(elf.content(section), section.address, False))

    def _read_index(self, elf: Elf) -> None:
        """Version 1, then how the three that follow are written: where .eh_frame is, how many entries there are, and pairs of a
        function and its entry."""
        place = next((each for each in elf.segments if each.kind == FRAMES), None)
        if place is None:
            return
        data = elf.data[place.offset : place.offset + place.size]
        cursor = Cursor(data, 4, place.address)
        version, pointers, counts, pairs = data[:4]
        where = cursor.pointer(pointers, place.address)
        count = cursor.pointer(counts, place.address)
        if version != 1 or where is None:
            return
        self._eh = Table(elf.rest_of(where), where, True)
        if count and pairs == _PLAIN_INDEX and cursor.at + 8 * count <= len(data):
            self._index = data[cursor.at : cursor.at + 8 * count].cast("i")
            self._index_base, self._eh_base = place.address, where

    def row(self, address: int) -> Row | None:
        """How to come from there to the caller; None where no table says it."""
        for table in (
            self._by_index,
            *([self._eh.row] if self._eh is not None and self._index is None else []),
            *(each.row for each in self._more),
        ):
            try:
                found = table(address)
            except BROKEN:
                continue
            if found is not None:
                return found
        return None

    def _by_index(self, address: int) -> Row | None:
        if self._index is None or self._eh is None:
            return None
        found = bisect_right(self._index[::2], address - self._index_base) - 1
        return self._eh.row_of(self._index[2 * found + 1] + self._index_base - self._eh_base, address) if found >= 0 else None
