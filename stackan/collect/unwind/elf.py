"""What is needed of an ELF file of x86-64: where its bytes lie in memory, and its sections (System V ABI, chapter 4).

A file that is read back from memory has no table of sections, as that is not loaded; what the process itself needs is found by segments.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from stackan.collect.unwind.cursor import Bytes
from stackan.model.records import NamedTuple

LOAD, DYNAMIC, NOTE, FRAMES = 1, 2, 4, 0x6474E550  # PT_…
NOBITS = 8  # SHT_NOBITS
_COMPRESSED, _ZLIB = 0x800, 1  # SHF_COMPRESSED, ELFCOMPRESS_ZLIB
_X86_64 = 62
_MOST = 65535  # segments, sections
_LARGEST = 1 << 30  # bytes of a section that is unpacked
_BUILD_ID = 3  # NT_GNU_BUILD_ID


class Segment(NamedTuple):
    """A part of the file that is loaded, or names one."""

    kind: int
    flags: int  # 1: to execute
    offset: int
    address: int
    size: int  # in the file


class Section(NamedTuple):
    """A part of the file that has a name."""

    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int


class Elf:
    """A file.  Raises ValueError where it is none of x86-64.

    loaded_at: what the loader has added to the addresses that it found in the file, if it is read back from memory.
    """

    def __init__(self, data: Bytes, loaded_at: int = 0) -> None:
        self.data = memoryview(data)
        self._loaded_at = loaded_at
        if len(data) < 64 or bytes(data[:6]) != b"\x7fELF\x02\x01" or struct.unpack_from("<H", data, 18)[0] != _X86_64:
            raise ValueError("no ELF file of x86-64")
        program, self._sections_at = struct.unpack_from("<QQ", data, 32)
        size, count, self._section_size, self._section_count, self._names = struct.unpack_from("<HHHHH", data, 54)
        self.segments = list(self._read_segments(program, size, count))
        self.sections = self._read_sections()

    def _read_segments(self, at: int, size: int, count: int) -> Iterator[Segment]:
        for place in range(at, min(at + size * count, len(self.data) - 55), max(size, 56)):
            kind, flags, offset, address, _, length = struct.unpack_from("<IIQQQQ", self.data, place)
            yield Segment(kind, flags, offset, address, length)

    def _read_sections(self) -> list[Section]:
        rows = [
            struct.unpack_from("<IIQQQQI", self.data, at)
            for at in range(self._sections_at, self._sections_at + 64 * min(self._section_count, _MOST), 64)
            if self._sections_at and at + 64 <= len(self.data)
        ]
        if self._section_size != 64 or self._names >= len(rows):
            return []
        names = rows[self._names][4]
        return [
            Section(self._text_at(names + name), kind, flags, address, offset, size, link)
            for name, kind, flags, address, offset, size, link in rows
        ]

    def _text_at(self, at: int) -> str:
        return bytes(self.data[at : at + 256]).partition(b"\0")[0].decode("utf-8", "replace")

    def section(self, name: str) -> Section | None:
        """The section of that name, if the file has its bytes."""
        return next((each for each in self.sections if each.name == name and each.kind != NOBITS), None)

    def content(self, section: Section) -> Bytes:
        """Its bytes, unpacked."""
        data = self.data[section.offset : section.offset + section.size]
        if not section.flags & _COMPRESSED:
            return data
        kind, _, size = struct.unpack_from("<IIQ", data)
        if kind != _ZLIB or size > _LARGEST:
            return b""
        try:
            return zlib.decompressobj().decompress(data[24:], max(size, 1))
        except zlib.error:
            return b""

    def offset_of(self, address: int) -> int | None:
        """Where in the file the byte lies that is loaded to an address."""
        for segment in self.segments:
            if segment.kind == LOAD and segment.address <= address < segment.address + segment.size:
                return address - segment.address + segment.offset
        return None

    def loaded(self, address: int) -> int | None:
        """The same of an address that the loader may have moved already."""
        found = self.offset_of(address)
        return found if found is not None else self.offset_of(address - self._loaded_at)

    def rest_of(self, address: int) -> memoryview:
        """All that is loaded from an address on, to the end of its segment."""
        for segment in self.segments:
            if segment.kind == LOAD and segment.address <= address < segment.address + segment.size:
                return self.data[address - segment.address + segment.offset : segment.offset + segment.size]
        return self.data[:0]

    def parts_before(self, address: int) -> Iterator[memoryview]:
        """All that is loaded in front of an address, from the beginning of its segment."""
        for segment in self.segments:
            if segment.kind == LOAD and segment.address < address <= segment.address + segment.size:
                yield self.data[segment.offset : address - segment.address + segment.offset]

    def bias(self, start: int, offset: int, executable: bool = False) -> int | None:
        """What is added to the file's addresses, if its byte at `offset` is mapped to `start`.

        Two segments may share a page of the file, which then is mapped twice.
        """
        loaded = [each for each in self.segments if each.kind == LOAD and each.offset & ~0xFFF <= offset < each.offset + each.size]
        fitting = [each for each in loaded if bool(each.flags & 1) == executable] or loaded
        if not fitting:
            return None
        segment = max(fitting, key=lambda each: each.offset)
        return start - (segment.address + offset - segment.offset)

    @property
    def build_id(self) -> bytes | None:
        """20 bytes, as a rule."""
        for segment in self.segments:
            if segment.kind == NOTE:
                found = _build_id(self.data[segment.offset : segment.offset + segment.size])
                if found is not None:
                    return found
        return None


def _build_id(notes: memoryview) -> bytes | None:
    """From a list of notes: three words (sizes of name and content, kind), name and content, each filled up to four bytes."""
    at = 0
    while at + 12 <= len(notes):
        name_size, size, kind = struct.unpack_from("<III", notes, at)
        begin = at + 12 + (name_size + 3 & ~3)
        if kind == _BUILD_ID and bytes(notes[at + 12 : at + 15]) == b"GNU":
            return bytes(notes[begin : begin + size])
        at = begin + (size + 3 & ~3)
    return None
