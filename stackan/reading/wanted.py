"""A member of an archive as an input of its own: `case.zip!node1/snap1.txt`, as reports name it."""

from __future__ import annotations

import os
import stat

from stackan.model.meant import closest
from stackan.model.said import first_of, said
from stackan.reading.names import shown
from stackan.reading.trouble import Unreadable

_REMEMBERED = 10_000  # names of an archive, to find the one that may have been meant
_LISTED = 5


class Wanted:
    """The member that is asked for, or all members of a folder or an archive inside of the archive.

    It is compared with the names that members have in reports, as it was copied from there.
    """

    def __init__(self, source: str) -> None:
        self.source = source.rstrip("/")
        self.met: list[str] = []

    def admits(self, source: str) -> bool:
        """Whether a member is the wanted one, lies in it, or is an archive in which it lies; others need not be unpacked."""
        if len(self.met) < _REMEMBERED:
            self.met.append(source)
        return self.holds(source) or self.source.startswith(f"{source}!")

    def holds(self, source: str) -> bool:
        return source == self.source or source.startswith((f"{self.source}/", f"{self.source}!"))

    def tell_missing(self) -> Unreadable:
        """That no member has this name, and which may have been meant."""
        if not self.met:
            return Unreadable(said("no archive, so nothing is in it; give its own path"))
        whole = {_in_archive(name): name for name in reversed(self.met)}
        last = {_last(name): name for name in reversed(self.met)}
        meant = whole.get(closest(_in_archive(self.source), whole) or "") or last.get(closest(_last(self.source), last) or "")
        if meant is not None:
            return Unreadable(said("no such member in the archive; did you mean {name}?", name=meant))
        return Unreadable(said("no such member in the archive, which has {names}", names=first_of(self.met, _LISTED)))


def split_member(name: str) -> tuple[str, str] | None:
    """(the archive's path, the member's name in it) where a name that is no file's own leads into one; None where it doesn't."""
    at = name.rfind("!")
    while at > 0:
        if _is_file(name[:at]):
            return name[:at], name[at + 1 :].removeprefix("./")
        at = name.rfind("!", 0, at)
    return None


def file_of(name: str) -> str:
    """The file that is read for an input: of a member, its archive."""
    parts = split_member(name) if "!" in name and not os.path.exists(name) else None
    return name if parts is None else parts[0]


def wanted_in(path: str, member: str) -> Wanted:
    return Wanted(f"{shown(path)}!{member}")


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _in_archive(source: str) -> str:
    return source.partition("!")[2]


def _last(name: str) -> str:
    return name.rpartition("/")[2].rpartition("!")[2]
