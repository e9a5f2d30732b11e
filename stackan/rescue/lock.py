"""One session with a server at a time: a lock that the kernel takes back when its holder ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from stackan.errors import UsageError
from stackan.model.said import said

# Not TMPDIR, which is another one in each session.  Only one user can rescue a server, so that a folder of each user's is enough.
_ROOM = "/tmp"
_OWNERS_ONLY = 0o700


@contextlib.contextmanager
def locked(pid: int, room: str = _ROOM) -> Iterator[None]:
    """Hold the lock of a target.  Raises UsageError if another call holds it, or if the lock's folder is not this user's alone."""
    folder = os.path.join(room, f"stackan-rescue-{os.geteuid()}")
    with _folder(folder) as directory, _lock_file(f"{pid}.lock", directory, os.path.join(folder, f"{pid}.lock"), pid):
        yield


@contextlib.contextmanager
def _folder(path: str) -> Iterator[int]:
    """The folder, in which nobody else can have put a link or a file."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, _OWNERS_ONLY)
    try:
        directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise _unsafe(path) from error
    try:
        status = os.fstat(directory)
        if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & ~_OWNERS_ONLY:
            raise _unsafe(path)
        yield directory
    finally:
        os.close(directory)


def _unsafe(path: str) -> UsageError:
    return UsageError(said("{path}: is no folder of this user's alone, so that no lock is safe there; remove it and call again", path=path))


@contextlib.contextmanager
def _lock_file(name: str, directory: int, path: str, pid: int) -> Iterator[None]:
    import fcntl  # there is none but on Unix

    while True:
        file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600, dir_fd=directory)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(file)
            raise UsageError(
                said("another `stackan rescue --run` is in a session with process {pid} ({path}); wait for its end", pid=pid, path=path)
            ) from error
        if _is_there(name, directory, file):
            break
        os.close(file)  # who held it has just removed it
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=directory)  # while it is locked: nobody else takes this file for the lock any more
        os.close(file)


def _is_there(name: str, directory: int, file: int) -> bool:
    try:
        return os.path.samestat(os.stat(name, dir_fd=directory, follow_symlinks=False), os.fstat(file))
    except FileNotFoundError:
        return False
