"""The end of a server's own logs, found by what it has open for writing: read through /proc, so in a container and after a rename, too.

A name does not tell a log: redo logs are called .log, and logs are redirected outputs.  What is taken is open to append or called like a
log, and is text.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator

from stackan.collect.threads import read_file
from stackan.model.records import NamedTuple

_CALLED = re.compile(
    r"\.(?:log|err|out|trc|trace)(?:[.-]\d{1,14})?(?: \(deleted\))?$|/(?:alert|error|stdout|stderr)[^/]{0,64}$", re.IGNORECASE
)
_FLAGS = re.compile(rb"^flags:\s+([0-7]{1,12})", re.MULTILINE)
_SAMPLE = 64 << 10  # bytes that tell text from data
_UNSAFE = re.compile(r"[^\w.+-]")
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")


class LogFile(NamedTuple):
    """A log that a process writes."""

    path: str  # as the process knows it
    door: str  # where this process can read it
    file: tuple[int, int]  # its device and inode


def find_logs(pid: int) -> list[LogFile]:
    """The logs of a process, each once, by their paths; none where its descriptors may not be read."""
    try:
        numbers = sorted(map(int, os.listdir(f"/proc/{pid}/fd")))
    except OSError:
        return []
    found = {log.path: log for number in numbers for log in _log_at(pid, number)}
    return [found[path] for path in sorted(found)]


def read_end(log: LogFile, most: int) -> bytes:
    """The last bytes of a log, from the beginning of a line on.  Raises OSError, also where its door leads to another file by now."""
    with open(log.door, "rb", opener=_without_waiting) as file:
        status = os.fstat(file.fileno())
        if _identity(status) != log.file:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        size = status.st_size
        file.seek(max(size - most, 0))
        data = file.read(most)
    return data if size <= most else data[data.find(b"\n") + 1 :]


def name_of(log: LogFile, taken: set[str]) -> str:
    """A name in the archive that no other log of the process has."""
    base = _UNSAFE.sub("_", os.path.basename(log.path).removesuffix(" (deleted)"))[:100].lstrip(".") or "log"
    name = next(each for at in range(len(taken) + 1) if (each := f"{at}-{base}" if at else base) not in taken)
    taken.add(name)
    return name


def _log_at(pid: int, number: int) -> Iterator[LogFile]:
    door = f"/proc/{pid}/fd/{number}"
    try:
        path, status = os.readlink(door), os.stat(door)
        flags = _FLAGS.search(read_file(f"/proc/{pid}/fdinfo/{number}") or b"")
        opened = int(flags[1], 8) if flags is not None else 0
        writes = opened & os.O_ACCMODE != os.O_RDONLY
        named = opened & os.O_APPEND or number in (1, 2) or _CALLED.search(path)
        if stat.S_ISREG(status.st_mode) and status.st_size and writes and named and _is_text(door):
            yield LogFile(path, door, _identity(status))
    except OSError:
        return  # closed meanwhile, or not to be read


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _without_waiting(path: str, flags: int) -> int:
    """A descriptor's number is given again, and a pipe would be waited for until somebody writes into it."""
    return os.open(path, flags | os.O_NONBLOCK)


def _is_text(door: str) -> bool:
    """Whether the end of a file has no control characters but those of lines, tabs and colors."""
    with open(door, "rb", opener=_without_waiting) as file:
        file.seek(max(os.fstat(file.fileno()).st_size - _SAMPLE, 0))
        return _CONTROL.search(file.read(_SAMPLE)) is None
