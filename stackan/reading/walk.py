"""The files below a folder."""

from __future__ import annotations

import os
import stat

from stackan.model.natural import natural_key
from stackan.reading.names import natural_path_key
from stackan.reading.trouble import Unreadable, why

_Identity = tuple[int, int]  # device and inode


class Folder:
    """All files below a folder, those with a hidden part in their names aside.

    Links are followed, but what also has a real name below the folder is taken under that one only: `latest -> snap3` adds
    no second snap3, which would look like a thread stuck between two snapshots, and a link to a folder above is no loop.

    troubles: path and reason for each thing that cannot be listed or looked at.
    """

    def __init__(self, top: str) -> None:
        """Raises Unreadable if `top` itself cannot be listed."""
        self.troubles: list[tuple[str, str]] = []
        self._real: list[str] = []
        self._real_ones: set[_Identity] = set()
        self._links: dict[_Identity, str] = {}
        self._real_folders, self._linked_folders = [top], list[str]()
        self._list_all()

    @property
    def files(self) -> list[str]:
        """Their paths, in natural order."""
        links = (path for identity, path in self._links.items() if identity not in self._real_ones)
        return sorted([*self._real, *links], key=natural_path_key)

    def _list_all(self) -> None:
        listed = set[_Identity]()
        top = self._real_folders[0]
        # Folders behind links wait until every real one was listed, so that a folder with a real name is met under it.
        while self._real_folders or self._linked_folders:
            folder = self._real_folders.pop() if self._real_folders else self._linked_folders.pop(0)
            try:
                identity = _identity(os.stat(folder))
                if identity not in listed:
                    listed.add(identity)
                    self._list(folder)
            except OSError as error:
                if folder == top:
                    raise Unreadable(why(error)) from error
                self.troubles.append((folder, why(error)))

    def _list(self, folder: str) -> None:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: natural_key(entry.name)):
                if not entry.name.startswith("."):
                    self._sort_in(entry)

    def _sort_in(self, entry: os.DirEntry[str]) -> None:
        try:
            status = os.stat(entry.path)  # not entry.stat(), which knows no inode on Windows
        except OSError as error:
            reason = "a link to something that is not there" if entry.is_symlink() else why(error)
            self.troubles.append((entry.path, reason))
            return
        if stat.S_ISDIR(status.st_mode):
            (self._linked_folders if entry.is_symlink() else self._real_folders).append(entry.path)
        elif not stat.S_ISREG(status.st_mode):
            self.troubles.append((entry.path, "not a regular file"))
        elif entry.is_symlink():
            self._links.setdefault(_identity(status), entry.path)
        else:
            self._real.append(entry.path)
            self._real_ones.add(_identity(status))


def _identity(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino
