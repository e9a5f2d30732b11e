"""The file with the debug information of a stripped one: by its build id, by the name in .gnu_debuglink, or within it (.gnu_debugdata).

(gdb's manual, "Debugging Information in Separate Files" and "MiniDebugInfo")
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Iterator

from stackan.collect.unwind.elf import Elf
from stackan.collect.unwind.tables import BROKEN

_FOLDER = "/usr/lib/debug"
_LARGEST_WITHIN = 256 << 20  # bytes of unpacked MiniDebugInfo


def debug_file(path: str, elf: Elf, root: str) -> Elf | None:
    """The first that belongs to the file, below the root of its process or this one's; None where there is none."""
    build_id = elf.build_id
    link, check = _link(elf)
    for place in _places(path, build_id, link):
        for top in (root, ""):
            found = _read(top + place)
            if found is not None and _belongs(found, build_id, check):
                return found
    return _within(elf)


def _places(path: str, build_id: bytes | None, link: str | None) -> Iterator[str]:
    if build_id is not None and len(build_id) > 1:
        yield f"{_FOLDER}/.build-id/{build_id[:1].hex()}/{build_id[1:].hex()}.debug"
    if link is not None:
        folder = os.path.dirname(path)
        yield from (f"{folder}/{link}", f"{folder}/.debug/{link}", f"{_FOLDER}{folder}/{link}")


def _link(elf: Elf) -> tuple[str | None, int]:
    """A name, zeros up to four bytes, and a checksum (CRC-32)."""
    section = elf.section(".gnu_debuglink")
    data = bytes(elf.content(section)) if section is not None else b""
    name = data.partition(b"\0")[0].decode("utf-8", "replace")
    if not name or "/" in name or len(data) < 8:
        return None, 0
    return name, struct.unpack("<I", data[-4:])[0]


def _read(path: str) -> Elf | None:
    try:
        with open(path, "rb") as file:
            return Elf(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    except (OSError, *BROKEN):
        return None


def _belongs(found: Elf, build_id: bytes | None, check: int) -> bool:
    other = found.build_id
    if build_id is not None and other is not None:
        return build_id == other
    return zlib.crc32(found.data) == check


def _within(elf: Elf) -> Elf | None:
    section = elf.section(".gnu_debugdata")
    if section is None:
        return None
    import lzma

    try:
        return Elf(lzma.LZMADecompressor().decompress(bytes(elf.content(section)), _LARGEST_WITHIN))
    except (lzma.LZMAError, *BROKEN):
        return None
