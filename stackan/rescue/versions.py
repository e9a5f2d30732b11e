"""DolphinDB's version, read from its log and its files: nothing is started to ask for it.

A server begins its log, and its console, with a banner; only its beginning is relied on, and the words `Process id` where it has them:

    DolphinDB Systems 1.20.22 64 bit Copyright (c) 2011~2021 DolphinDB, Inc. Licensed to Trial Users. (Build:2021.08.25)
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from io import FileIO

from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.rescue.target import LIBRARY, PROC, Target

Version = tuple[int, ...]

FIRST: tuple[Version, ...] = ((2, 0, 16), (3, 0, 3))  # of each major one: the vendor's guide, "supported since 2.00.16 and 3.00.3"

_BANNER = re.compile(rb"DolphinDB Systems[ \t]{1,8}[vV]?(\d{1,3}(?:\.\d{1,4}){2,4})(?=[^\d.])")
_PROCESS = re.compile(rb"[Pp]rocess id[: ]{1,3}(\d{1,9})")
_ALONE = re.compile(rb"\0(\d\.\d\d\.\d{1,2}(?:\.\d{1,2}){0,2})(?=\0)")  # a string of a program that is nothing but such a number
_LONGEST_BANNER = 400
_LOG_HEAD, _LOG_TAIL = 1 << 20, 32 << 20  # bytes of a log that are looked through
_MOST_OF_A_PROGRAM = 512 << 20
_PIECE = 4 << 20


class Known(NamedTuple):
    """A version, and where it was read."""

    text: str
    source: str

    @property
    def version(self) -> Version:
        return tuple(map(int, self.text.split(".")))

    @property
    def has_channel(self) -> bool:
        """Whether a DolphinDB of this version has the emergency channel: a later major one has what the one before it had in the end."""
        first = max((each for each in FIRST if each[0] <= self.version[0]), default=None)
        return first is not None and self.version >= first


def find_version(target: Target, proc: str = PROC) -> Known | None:
    """The version of a running server; None if neither its log nor its files tell.

    A banner of this very process comes first, then its program, then a banner of an earlier start.
    """
    path = _log_of(target, proc)
    banners = list(_banners_in(path)) if path is not None else []
    own = [text for text, pid in banners if pid in target.inner_pids or pid == target.pid]
    if own:
        return Known(own[-1], said("its log's banner"))
    folder = os.path.dirname(target.program) if target.program is not None and not target.replaced else None
    found = _strings_of(f"{proc}/{target.pid}/exe") | (_strings_of(os.path.join(folder, LIBRARY)) if folder else set())
    if len(found) == 1:
        return Known(found.pop(), said("its program"))
    return Known(banners[-1][0], said("the last banner in its log")) if banners else None


def find_version_in(folder: str, program: str) -> Known | None:
    """The version of an installation."""
    found = _strings_of(os.path.join(folder, program)) | _strings_of(os.path.join(folder, LIBRARY))
    return Known(found.pop(), said("its program")) if len(found) == 1 else None


def _log_of(target: Target, proc: str) -> str | None:
    """The path under which this process can read that one's log, which may lie in a container: `-logFile` names it."""
    named = target.options.get("logfile", "dolphindb.log")
    here = f"{proc}/{target.pid}"
    if not os.path.isabs(named):
        return f"{here}/cwd/{named}"
    return next(filter(os.path.exists, (f"{here}/root{named}", named)), None)


def _banners_in(path: str) -> Iterator[tuple[str, int | None]]:
    """(version, process) of the banners at a log's two ends, oldest first; of a log that cannot be read, none."""
    pieces = []
    with contextlib.suppress(OSError), _opened(path) as file:
        if file is not None:
            pieces.append(file.read(_LOG_HEAD))
            end = file.seek(0, os.SEEK_END)
            file.seek(max(end - _LOG_TAIL, _LOG_HEAD))
            pieces.append(file.read(_LOG_TAIL))
    for piece in pieces:
        for banner in _BANNER.finditer(piece):
            line = piece[banner.start() : banner.start() + _LONGEST_BANNER].partition(b"\n")[0]
            process = _PROCESS.search(line)
            yield banner[1].decode(), int(process[1]) if process else None


def _strings_of(path: str) -> set[str]:
    """The versions that a program names: those in a banner, else strings that are nothing else; of one that cannot be read, none."""
    named: set[str] = set()
    alone: set[str] = set()
    with contextlib.suppress(OSError), _opened(path) as file:
        before, left = b"", _MOST_OF_A_PROGRAM
        while file is not None and left > 0 and (piece := file.read(_PIECE)):
            left -= len(piece)
            text = before + piece
            named.update(each[1].decode() for each in _BANNER.finditer(text))
            alone.update(each[1].decode() for each in _ALONE.finditer(text))
            before = text[-_LONGEST_BANNER:]
    return named or alone


@contextlib.contextmanager
def _opened(path: str) -> Iterator[FileIO | None]:
    """A regular file to read, or None where there is none: to open a pipe would wait for its writer."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    with open(descriptor, "rb", buffering=0) as file:
        yield file if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
