"""How far a call has come, for whoever shows it while the call goes on."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager

READING, LEARNING, REDACTING, JUDGING, CONCLUDING = "reading", "learn", "replace", "judging", "concluding"


class Watch:
    """Written by `load` and `analyze`, to which it is given, and read by another thread: no value of it depends on another one.

    stage: READING (opening, unpacking and scanning inputs), or in its place LEARNING (what is to be replaced in them) and then REDACTING
    (reading them once more, replacing and scanning), JUDGING (one process after the other), or CONCLUDING.
    source: the text or archive that was met last.  files: how many outermost files are done.  texts: how many texts are.
    unpacked: bytes that were read or came out of decompressors.
    learnt, redacted: bytes of texts that were looked at for what is to be replaced, and in how many of them it was.
    processes, judged: how many there are, and how many of them are done.
    """

    def __init__(self) -> None:
        self.stage = READING
        self.source = ""
        self.files = self.texts = self.unpacked = self.learnt = self.redacted = self.processes = self.judged = 0
        self._done = 0
        self._file: io.FileIO | None = None

    def begin(self, stage: str) -> None:
        """All inputs are read from their beginning, in another stage."""
        self.stage = stage
        self.files = self.texts = self.unpacked = self._done = 0

    @property
    def position(self) -> int:
        """How many bytes of the outermost files lie behind; less where one of them is a pipe."""
        file = self._file
        try:
            return self._done + (file.tell() if file is not None else 0)
        except (OSError, ValueError):  # a pipe, or closed in this moment
            return self._done

    @contextmanager
    def reading(self, source: str, file: io.FileIO) -> Iterator[None]:
        """An outermost file is read meanwhile."""
        self.source, self._file = source, file
        try:
            yield
        finally:
            self._file = None
            self._done += os.fstat(file.fileno()).st_size
            self.files += 1
