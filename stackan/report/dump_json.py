"""Dumps as JSON: a document for each snapshot, or a line for each thread, in pieces of some hundred threads.

The pieces are printable ASCII and line ends.  No object is made for a frame: what the frames of one site have in common is encoded once.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from typing import Any

from stackan import backend
from stackan.model.dump import Dump
from stackan.report.json_lines import layout


class DumpWriter:
    """Writes dumps one after the other; it remembers the sites that they share."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, bytes], bytes] = {}

    def document(self, dump: Dump) -> Iterator[bytes]:
        """One document, with an item of its long lists on each line."""
        head = {"source": dump.source, "format": dump.format, "pid": dump.facts.pid, "lines": dump.lines, "warnings": dump.warnings}
        yield "".join(layout(head, opened=2)).removesuffix("\n}").encode("ascii")
        yield b',\n "threads": ['
        before = b",\n  {"
        for at, piece in enumerate(self._threads(dump, before)):
            yield piece if at else piece.removeprefix(b",")
        yield b"\n ]" if len(dump.threads) else b"]"
        unparsed = [{"line": line, "text": text} for line, text in dump.unparsed]
        yield b',\n "unparsed": ' + "".join(layout(unparsed, opened=2, level=1)).encode("ascii") + b"\n}\n"

    def lines(self, dump: Dump) -> Iterator[bytes]:
        """One line for each thread."""
        before = b'\n{"source": %b, ' % json.dumps(dump.source).encode("ascii")
        for at, piece in enumerate(self._threads(dump, before)):
            yield piece if at else piece.removeprefix(b"\n")
        if len(dump.threads):
            yield b"\n"

    def _threads(self, dump: Dump, before: bytes) -> Iterator[bytes]:
        """The threads, each behind what opens its object."""
        native = backend.thread_writer()
        if native is None:
            yield from plain_threads(dump, before)
            return
        numbers = array("i", dump.numbers.numbers) if dump.numbers is not None else None
        writer = native(dump.data, dump.columns, self._sites(dump), dump.traits.levels, numbers, before)
        row = dump.first_thread
        while row < dump.stop_thread:
            piece, row = writer.write(row, dump.stop_thread)
            yield piece

    def _sites(self, dump: Dump) -> list[bytes]:
        """For each site what is written between a frame's `pc` and the text of its arguments."""
        columns, known = dump.columns, self._known
        found = []
        for site, key in enumerate(zip(columns.site_function, columns.site_location)):
            words = known.get(key)
            if words is None:
                words = known[key] = _site(dump, site)
            found.append(words)
        return found


def _site(dump: Dump, site: int) -> bytes:
    where = dump.location(site)
    parts = {"function": dump.function(site), "file": where.file, "file_line": where.line, "library": where.library, "arguments": ""}
    return b", " + json.dumps(parts).encode("ascii")[1:-2]


def plain_threads(dump: Dump, before: bytes) -> Iterator[bytes]:
    """The threads, each behind what opens its object: the specification of `ThreadWriter` in _fast_json.pxi."""
    for thread in dump.threads:
        frames: list[dict[str, Any]] = [frame._asdict() for frame in dump.frames_of(thread.row)]
        for frame in frames:
            del frame["row"]
            frame["pc"] = f"{frame['pc']:#x}" if frame["pc"] is not None else None
        shown = {
            "number": thread.number,
            "lwp": thread.lwp,
            "pthread": thread.pthread,
            "name": thread.name,
            "line": thread.line,
            "frames": frames,
        }
        yield before + json.dumps(shown).encode("ascii")[1:]
