"""The files that a process has loaded, opened while it lives: what is unwound later needs no process any more.

A file may have been deleted or replaced since it was loaded, or stand in another mount namespace.  So the file that is opened has to begin
with the very bytes that are in memory (headers, build id); where none does, the memory itself takes its place, as for the vdso.
"""

from __future__ import annotations

import mmap
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from stackan.collect.maps import Mapping, Maps
from stackan.collect.memory import Memory
from stackan.collect.unwind.debug_files import debug_file
from stackan.collect.unwind.elf import Elf
from stackan.collect.unwind.rules import Row
from stackan.collect.unwind.symbols import find_names
from stackan.collect.unwind.tables import BROKEN, Frames
from stackan.model.records import NamedTuple

_HEAD = 1024  # bytes of a file that have to be those in memory
_LARGEST_IMAGE = 64 << 20  # bytes that are read back from memory for one file
_PIECE = 1 << 20
_DELETED = " (deleted)"


class File:
    """One loaded file; its tables are read when they are first needed."""

    def __init__(self, path: str, elf: Elf, root: str) -> None:
        self.path = path
        self.elf = elf
        self._root = root
        self._frames: Frames | None = None
        self._rows: dict[int, Row | None] = {}
        self._debug: Elf | None = None
        self._looked = False

    def row(self, address: int) -> Row | None:
        """How to come from this address of the file to the caller's frame."""
        if address not in self._rows:
            self._rows[address] = self._find_row(address)
        return self._rows[address]

    def _find_row(self, address: int) -> Row | None:
        if self._frames is None:
            self._frames = Frames(self.elf)
        found = self._frames.row(address)
        if found is None and not self._looked:
            debug = self._debug_elf()
            if debug is not None:
                self._frames.add(debug)
                found = self._frames.row(address)
        return found

    def names(self, addresses: Iterable[int]) -> dict[int, str]:
        """The functions at these addresses of the file: by its own table, or that of its debug information, which is whole."""
        wanted = list(addresses)
        elf = self.elf if self.elf.section(".symtab") is not None else self._debug_elf()
        found = find_names(elf, wanted) if elf is not None else {}
        left = [address for address in wanted if address not in found]
        return {**found, **find_names(self.elf, left)} if left and elf is not self.elf else found

    def _debug_elf(self) -> Elf | None:
        if not self._looked:
            self._looked = True
            self._debug = debug_file(self.path, self.elf, self._root)
        return self._debug

    def code_before(self, address: int, size: int) -> bytes:
        """The bytes of the file in front of an address, as many as are of its segment."""
        return next((bytes(part[-size:]) for part in self.elf.parts_before(address)), b"")

    def code_at(self, address: int, size: int) -> bytes:
        """The bytes of the file from an address on."""
        return bytes(self.elf.rest_of(address)[:size])


class Module(NamedTuple):
    """Code of a file in memory."""

    start: int
    stop: int
    bias: int  # added to the file's addresses
    file: File


class Modules:
    """All code of a process, by address."""

    def __init__(self, modules: list[Module], maps: Maps) -> None:
        self._maps = maps
        self._modules = sorted(modules, key=lambda module: module.start)
        self._starts = [module.start for module in self._modules]

    def at(self, address: int) -> Module | None:
        found = bisect_right(self._starts, address) - 1
        return self._modules[found] if found >= 0 and address < self._modules[found].stop else None

    def files(self) -> list[File]:
        """The files, each once, by their paths."""
        files = {module.file.path: module.file for module in self._modules}
        return [files[path] for path in sorted(files)]

    def has_code(self, address: int) -> bool:
        """Whether something can run there, also what a run-time has compiled."""
        mapping = self._maps.at(address)
        return mapping is not None and "x" in mapping.rights

    def names(self, addresses: Iterable[int]) -> dict[int, str]:
        """The functions at these addresses of memory, each file looked through once."""
        by_module: dict[int, tuple[Module, list[int]]] = {}
        for address in set(addresses):
            module = self.at(address)
            if module is not None:
                by_module.setdefault(module.start, (module, []))[1].append(address)
        found: dict[int, str] = {}
        for module, inside in by_module.values():
            names = module.file.names(address - module.bias for address in inside)
            found.update({address + module.bias: name for address, name in names.items()})
        return found


def open_modules(pid: int, maps: Maps, memory: Memory) -> Modules:
    """The code of a process.  What can be read nowhere is left out: its frames end a stack.  Raises PermissionError."""
    return Modules(list(_modules(pid, maps, memory)), maps)


def _modules(pid: int, maps: Maps, memory: Memory) -> Iterator[Module]:
    opened: dict[tuple[str, int], File | None] = {}
    heads: dict[str, Mapping] = {}
    for mapping in maps.mappings:
        if not mapping.path or (mapping.path.startswith("[") and mapping.path != "[vdso]"):
            continue
        if mapping.offset == 0:
            heads[mapping.path] = mapping  # the parts of one load stand in order
        head = heads.get(mapping.path)
        if "x" not in mapping.rights or head is None:
            continue
        key = mapping.path, head.start
        if key not in opened:
            opened[key] = _open(pid, mapping, head, maps, memory)
        file = opened[key]
        bias = file.elf.bias(mapping.start, mapping.offset, executable=True) if file is not None else None
        if file is not None and bias is not None:
            yield Module(mapping.start, mapping.stop, bias, file)


def _open(pid: int, mapping: Mapping, head: Mapping, maps: Maps, memory: Memory) -> File | None:
    root = f"/proc/{pid}/root"
    path = mapping.path.removesuffix(_DELETED)
    begins = memory.read(head.start, min(_HEAD, head.stop - head.start))
    if begins is None or not begins.startswith(b"\x7fELF"):
        return None
    for place in _places(pid, mapping, path, root) if path.startswith("/") else ():
        data = _mapped(place)
        try:
            if data is not None and data[: len(begins)] == begins:
                return File(path, Elf(data), root)
        except BROKEN:
            return None
    return _from_memory(path, head, maps, memory, root)


def _places(pid: int, mapping: Mapping, path: str, root: str) -> Iterator[str]:
    yield root + path
    yield f"/proc/{pid}/map_files/{mapping.start:x}-{mapping.stop:x}"
    yield f"/proc/{pid}/exe"
    yield path


def _mapped(path: str) -> memoryview | None:
    try:
        with open(path, "rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):
        return None


def _from_memory(path: str, head: Mapping, maps: Maps, memory: Memory, root: str) -> File | None:
    """What is loaded of a file, each part where it was in it."""
    parts = [each for each in maps.mappings if each.path == head.path and each.start >= head.start and "r" in each.rights]
    following = [each.start for each in parts if each.offset == 0 and each.start > head.start]
    parts = [each for each in parts if not following or each.start < following[0]]
    size = max(each.offset + each.stop - each.start for each in parts)
    if size > _LARGEST_IMAGE:
        return None
    image = bytearray(size)
    for each in sorted(parts, key=lambda part: "w" not in part.rights):  # a page of code that is shared with data is the one to read
        for at in range(0, each.stop - each.start, _PIECE):
            content = memory.read_some(each.start + at, min(_PIECE, each.stop - each.start - at))
            image[each.offset + at : each.offset + at + len(content)] = content
    try:
        elf = Elf(image)
        return File(path, Elf(image, elf.bias(head.start, 0) or 0), root)
    except BROKEN:
        return None
