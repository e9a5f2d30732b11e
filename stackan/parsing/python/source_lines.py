"""What a line of Python's source says of the wait that it makes: calls into C have no frame, but tools print the line that makes them.

    File: "/srv/app/locks.py", line 70, in acquire
      return self._lock.acquire(*args, **kwargs)                 waits for the lock `self._lock`

A line says what is called, not how far it is: it counts only where the frames themselves show no wait.
"""

from __future__ import annotations

import re

from stackan.model.printed import Lock, PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.known import once_each

_LONGEST = 400  # bytes of a line that are looked at
_OBJECT = rb"(?<![\w.])((?:[A-Za-z_]\w*(?:\[[^\[\]]*\]|\(\))?\.){0,8}[A-Za-z_]\w*(?:\[[^\[\]]*\]|\(\))?)"
_WITH = re.compile(rb"with (.*):")
# What is written in Python has a frame of its own, so a bare name is a lock, written in C; a call needs to be named like one.
_BARE = re.compile(rb"[\w.,\[\]'\" ]+")
_GUARD = re.compile(rb"(?i)lock|mutex|sem|cond|_cv\b")
_ACQUIRE = re.compile(_OBJECT + rb"\.acquire\(((?:(?!False|=0\b)[^)]){0,80})\)")
_JOIN = re.compile(_OBJECT + rb"\.join\((?:timeout=)?(?:None|[\d.]*|\w*timeout\w*)\)")
# {the printed state: how a call looks that waits so}
_CALLS = {
    "python: sleep": re.compile(rb"(?:^|[\s=(])(?:\w+\.)?sleep\("),
    "python: accept": re.compile(rb"\.accept\(\)"),
    "python: recv": re.compile(rb"\.(?:recv|recv_into|recvfrom|recvmsg)\("),
    "python: connect": re.compile(rb"\b(?:sock|socket|_sock|s)\.connect\("),
    "python: poll": re.compile(rb"(?:\bselect\.select|\.poll|\.epoll_wait|_selector\.select)\("),
    "python: query": re.compile(rb"\b(?:_?cursor|cur|cr|_obj|conn|connection)\.execute(?:many)?\("),
    "python: process": re.compile(rb"\bos\.waitpid\("),
}
# A thread that writes such a dump stands in the lines that walk the others' frames.
_TAKES_THE_DUMP = (b"_current_frames(", b"extract_stack(", b"format_stack(", b"print_stack(", b"print_stack_dump(")
_DUMPS = re.compile(rb"(?i)(?:dump|print|show|log)_?(?:all_?)?(?:threads?_?)?(?:stacks?|threads?)(?:_?traces?)?|stack_?traces?")
# Functions of a lock that wraps another: who calls them names the lock that the program knows.
_WRAPPERS = (b"acquire", b"__enter__", b"lock", b"acquire_lock")
OBSERVER = "python: takes the dump"


class Sources:
    """The innermost source lines of the threads, gathered while their frames are read from the outermost inwards."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._row = -1  # the open thread
        self._inner: list[tuple[bytes, bytes, int]] = []  # (function, source line, its number in the text) of the last two frames
        self.states: dict[int, PrintedState] = {}  # {row of the thread: its printed state}

    def begin(self, row: int, state: PrintedState) -> None:
        """A thread begins: what its predecessor waits for is known now."""
        self.end()
        self._row = row
        self.states[row] = state

    def frame(self, function: bytes) -> None:
        """A frame of the open thread was read; its source line, if there is one, comes next."""
        self._inner = [*self._inner[-1:], (function, b"", self._builder.line)]

    def source(self, text: bytes) -> None:
        """The source line of the last frame was read."""
        if self._inner:
            self._inner[-1] = (self._inner[-1][0], text[:_LONGEST], self._builder.line)

    def end(self) -> None:
        """The open thread has all of its frames."""
        if self._inner:
            known = self.states[self._row]
            if known.words in ("python: thread", "python: idle"):
                self.states[self._row] = self._told(known)
        self._inner = []

    def _told(self, state: PrintedState) -> PrintedState:
        function, source, line = self._inner[-1]
        if any(_takes_the_dump(source) for _, source, _ in self._inner) or _DUMPS.fullmatch(function):
            return state._replace(words=OBSERVER)
        read = read_source(source)
        if read is None:
            return state
        words, name = read
        if len(self._inner) > 1 and words == "python: lock" and function.rpartition(b".")[2] in _WRAPPERS:
            _, outer, at = self._inner[0]
            asked = _WITH.match(outer.strip()) or _ACQUIRE.search(outer)
            if asked is not None:
                name, line = asked[1].decode("utf-8", "replace"), at
        awaited = Lock("mutex" if words == "python: lock" else "thread", None, line, name) if name else None
        return state._replace(words=words, awaits=awaited)


@once_each
def _takes_the_dump(source: bytes) -> bool:
    return any(mark in source for mark in _TAKES_THE_DUMP)


@once_each
def read_source(line: bytes) -> tuple[str, str] | None:
    """(the state that such a call leaves, the object that it names) of a source line; None if it shows no wait."""
    line = line.strip()
    guard = _WITH.match(line)
    if guard is not None and (_BARE.fullmatch(guard[1]) or _GUARD.search(guard[1])):
        return _lock(guard[1].partition(b" as ")[0])
    acquired = _ACQUIRE.search(line)
    if acquired is not None:
        return _lock(acquired[1])
    joined = _JOIN.search(line)
    if joined is not None and not joined[1].endswith(b"path"):
        return "python: join", joined[1].decode("utf-8", "replace")
    return next(((words, "") for words, call in _CALLS.items() if call.search(line)), None)


def _lock(name: bytes) -> tuple[str, str]:
    words = "python: semaphore" if b"sem" in name.lower() else "python: lock"
    return words, name.decode("utf-8", "replace")
