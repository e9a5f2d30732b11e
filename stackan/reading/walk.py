"""The files in a folder and its subfolders."""

from __future__ import annotations

import os
import stat

from stackan.model.natural import natural_key
from stackan.model.said import said
from stackan.reading.names import natural_path_key
from stackan.reading.trouble import Unreadable, why
from stackan.reading.visits import Identity, Visits, identity, lies_in


class Folder:
    """All files in a folder and its subfolders, except those with a hidden part in their names.

    Links are followed within the folder, but a file that also has a real name in it is taken under that one only: `latest -> snap3`
    adds no second snap3, which would look like a thread stuck between two snapshots, and a link to a parent folder is no loop.
    Links that lead out of it are followed only if the caller asked for that: its packer may not be allowed to read their targets.

    troubles: path and reason for each thing that cannot be listed or looked at.
    left_out: the links that lead out of the folder and were not followed.
    """

    def __init__(self, top: str, visits: Visits) -> None:
        """Raises Unreadable if `top` itself cannot be listed."""
        self.troubles: list[tuple[str, str]] = []
        self.left_out: list[str] = []
        self._visits = visits
        self._home = os.path.realpath(top)
        self._real: list[str] = []
        self._real_ones: set[Identity] = set()
        self._links: dict[Identity, str] = {}
        self._real_folders, self._linked_folders = [top], list[str]()
        self._list_all()

    @property
    def files(self) -> list[str]:
        """Their paths, in natural order."""
        links = (path for known, path in self._links.items() if known not in self._real_ones)
        return sorted([*self._real, *links], key=natural_path_key)

    def _list_all(self) -> None:
        listed = set[Identity]()
        top = self._real_folders[0]
        # Folders behind links wait until every real one was listed, so that a folder with a real name is met under it.
        while self._real_folders or self._linked_folders:
            folder = self._real_folders.pop() if self._real_folders else self._linked_folders.pop(0)
            try:
                known = identity(os.stat(folder))
                if known not in listed:
                    listed.add(known)
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
            reason = said("a link to something that is not there") if entry.is_symlink() else why(error)
            self.troubles.append((entry.path, reason))
            return
        if entry.is_symlink() and not self._may_follow(entry.path):
            return
        if stat.S_ISDIR(status.st_mode):
            (self._linked_folders if entry.is_symlink() else self._real_folders).append(entry.path)
        elif not stat.S_ISREG(status.st_mode):
            self.troubles.append((entry.path, said("not a regular file")))
        elif entry.is_symlink():
            self._links.setdefault(identity(status), entry.path)
        else:
            self._real.append(entry.path)
            self._real_ones.add(identity(status))

    def _may_follow(self, link: str) -> bool:
        """Whether a link may be followed; a target that the caller has named is read under that name instead."""
        real = os.path.realpath(link)
        if self._visits.follow_links or lies_in(real, self._home):
            return True
        if not self._visits.is_named(real):
            self.left_out.append(link)
        return False
