"""The parts of a process's memory, by /proc/PID/maps.

7f8af7628000-7f8af77bd000 r-xp 00028000 fe:01 1835018   /usr/lib/x86_64-linux-gnu/libc.so.6
"""

from __future__ import annotations

from bisect import bisect_right

from stackan.collect.threads import read_file
from stackan.model.records import NamedTuple


class Mapping(NamedTuple):
    """One line of the table."""

    start: int
    stop: int
    rights: str  # r-xp
    offset: int  # in the file
    path: str  # "" of anonymous memory; "[stack]", "[vdso]"
    file: str = ""  # its device and inode, the same for all who map it, under whatever path

    @property
    def is_shared(self) -> bool:
        """Whether what one process writes there others see."""
        return self.rights.endswith("s")


class Maps:
    """The table, looked up by address."""

    def __init__(self, mappings: list[Mapping]) -> None:
        self.mappings = sorted(mappings)
        self._starts = [each.start for each in self.mappings]

    def at(self, address: int) -> Mapping | None:
        """The mapping that an address lies in."""
        found = bisect_right(self._starts, address) - 1
        return self.mappings[found] if found >= 0 and address < self.mappings[found].stop else None


def read_maps(pid: int) -> Maps:
    """Raises PermissionError; empty where the process is gone, and of a kernel's thread."""
    text = read_file(f"/proc/{pid}/maps") or b""
    return Maps([mapping for line in text.decode("utf-8", "replace").splitlines() if (mapping := _read_line(line)) is not None])


def _read_line(line: str) -> Mapping | None:
    words = line.split(None, 5)
    if len(words) < 5:
        return None
    start, _, stop = words[0].partition("-")
    path = words[5] if len(words) > 5 else ""
    return Mapping(int(start, 16), int(stop, 16), words[1], int(words[2], 16), path, f"{words[3]} {words[4]}")
