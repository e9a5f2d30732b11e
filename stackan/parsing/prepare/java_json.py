"""Java threads in JSON, written as the text that says the same.

Spring Boot's `/actuator/threaddump` is ThreadInfo's members, on one line or indented; Spring Boot 1 and Micronaut give the list alone:

    {"threads":[{"threadName":"worker-1","threadId":31,"lockName":"app.Table@4b5d6a01","lockOwnerId":32,"lockOwnerName":"worker-2",…

It becomes what ThreadInfo.toString prints, with all frames:

    "worker-1" Id=31 BLOCKED on app.Table@4b5d6a01 owned by "worker-2" Id=32

`Thread.dump_to_file -format=json` that was put on one line gets a line for each item again, as the JDK writes it: `"tid": "29",`.
Of a text that breaks off, the threads before that are written.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from stackan.parsing.looking import holds
from stackan.parsing.prepare.text import Line

_INFOS = (b'"threadName"', b'"stackTrace"')
_DUMP_FILE = b'"threadDump":{'
_OPENING = re.compile(r'[ \t]{0,64}(?:\{\s{0,64}"threads"\s{0,64}:\s{0,64})?\[\s{0,64}(?=\{\s{0,64}")')
_COMPACT = re.compile(r'[ \t]{0,64}\{[ \t]{0,64}(?="threadDump":\{)')
_BETWEEN = re.compile(r"\s{0,64},\s{0,64}")
_END = re.compile(r"\s{0,256}(?:\]\s{0,256})?\}?")
_STACK = re.compile(r'"stackTrace"\s*:\s*\[\s*')
_MOST_FAILURES = 64  # a dump breaks off once; each failure may cost a look at much of the text
_DECODER = json.JSONDecoder()

Json = dict[str, Any]  # an object of a text from outside: its members may be anything


def is_needed(head: bytes) -> bool:
    return all(holds(head, word) for word in _INFOS) or holds(head, _DUMP_FILE)


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    source = _Source(lines)
    at = 0
    while at < len(lines):
        written, stop = _read_compact(source, at) or _read_list(source, at) or ([Line(at, lines[at])], at + 1)
        yield from written
        at = stop


class _Source:
    """The text, and which line each position of it is in."""

    def __init__(self, lines: list[bytes]) -> None:
        decoded = [line.decode("utf-8", "replace") for line in lines]
        self.text = "\n".join(decoded)
        self.failed = 0  # how often what opened like an object was none
        self.starts = [0, *accumulate(len(line) + 1 for line in decoded)]

    def line(self, position: int) -> int:
        return min(bisect_right(self.starts, position), len(self.starts) - 1) - 1

    def object(self, position: int) -> tuple[Json, int] | None:
        """(the object that opens at a position, where it ends)"""
        if self.failed > _MOST_FAILURES:
            return None
        try:
            found, stop = _DECODER.raw_decode(self.text, position)
        except (ValueError, RecursionError):
            self.failed += 1
            return None
        return (found, stop) if isinstance(found, dict) else None


def _read_compact(source: _Source, at: int) -> tuple[list[Line], int] | None:
    """(lines, the line behind) of a dump file on one line."""
    opening = _COMPACT.match(source.text, source.starts[at])
    found = source.object(source.text.index("{", opening.start())) if opening else None
    if found is None:
        return None
    items = json.dumps(found[0], indent=2, ensure_ascii=False).encode("utf-8", "replace")
    return [Line(at, line) for line in items.split(b"\n")], source.line(found[1]) + 1


def _read_list(source: _Source, at: int) -> tuple[list[Line], int] | None:
    """(lines, the line behind) of a list of threads that opens in a line."""
    opening = _OPENING.match(source.text, source.starts[at])
    if opening is None:
        return None
    written: list[Line] = []
    position, stop = opening.end(), opening.end()
    while found := source.object(position):
        thread, stop = found
        if "threadName" in thread:
            written += _write_thread(source, thread, position, stop)
        between = _BETWEEN.match(source.text, stop)
        if between is None:
            break
        position = between.end()
    if not written:
        return None
    end = _END.match(source.text, stop)
    return written, source.line(end.end() - 1 if end else stop) + 1


def _write_thread(source: _Source, thread: Json, start: int, stop: int) -> Iterator[Line]:
    """A thread as ThreadInfo.toString prints it."""
    stack = _STACK.search(source.text, start, stop)
    named = source.text.find('"threadName"', start, stack.start() if stack else stop)
    at = source.line(max(start, named))
    yield Line(at, _header(thread))
    monitors: dict[int, list[Json]] = {}
    for each in _list(thread, "lockedMonitors"):
        if isinstance(each.get("lockedStackDepth"), int):
            monitors.setdefault(each["lockedStackDepth"], []).append(each)
    position = stack.end() if stack else stop
    for depth, frame in enumerate(_list(thread, "stackTrace")):
        found = source.object(position)
        at = max(at, source.line(max(position, source.text.find('"methodName"', position, found[1])) if found else position))
        yield Line(at, f"\tat {_word(frame, 'className')}.{_word(frame, 'methodName')}({_place(frame)})".encode("utf-8", "replace"))
        yield from (Line(at, b"\t-  locked " + _object(each)) for each in monitors.get(depth, ()))
        position = _next(source, found[1]) if found else position
    synchronizers = _list(thread, "lockedSynchronizers")
    if synchronizers:
        yield Line(at, b"")
        yield Line(at, b"\tNumber of locked synchronizers = %d" % len(synchronizers))
        yield from (Line(at, b"\t- " + _object(each)) for each in synchronizers)
    yield Line(at, b"")


def _next(source: _Source, stop: int) -> int:
    between = _BETWEEN.match(source.text, stop)
    return between.end() if between else stop


def _header(thread: Json) -> bytes:
    """`"worker-1" Id=31 BLOCKED on app.Table@4b5d6a01 owned by "worker-2" Id=32`"""
    lock, owner, number = thread.get("lockInfo"), _word(thread, "lockOwnerName"), _number(thread, "lockOwnerId")
    words = f'"{_word(thread, "threadName")}" Id={max(0, _number(thread, "threadId"))} {_word(thread, "threadState") or "RUNNABLE"}'
    awaited = _object(lock) if isinstance(lock, dict) else _word(thread, "lockName").encode("utf-8", "replace")
    owned = b' owned by "%b" Id=%d' % (owner.encode("utf-8", "replace"), number) if owner and number >= 0 else b""
    return words.encode("utf-8", "replace") + (b" on " + awaited if awaited else b"") + owned


def _place(frame: Json) -> str:
    """`Table.java:30`, `Native Method`, `Unknown Source`"""
    file, line = _word(frame, "fileName"), _number(frame, "lineNumber")
    if frame.get("nativeMethod") is True or line == -2:
        return "Native Method"
    return f"{file}:{line}" if file and line >= 0 else file or "Unknown Source"


def _object(lock: Json) -> bytes:
    """`app.Table@4b5d6a01`"""
    return f"{_word(lock, 'className')}@{_number(lock, 'identityHashCode') & 0xFFFFFFFF:x}".encode("utf-8", "replace")


def _list(of: Json, key: str) -> list[Json]:
    found = of.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _word(of: Json, key: str) -> str:
    found = of.get(key)
    return " ".join(found.split()) if isinstance(found, str) else ""


def _number(of: Json, key: str) -> int:
    found = of.get(key)
    return found if isinstance(found, int) and abs(found) < 1 << 62 else -1
