"""The lines of tables, each known by its own shape: people cut tables with grep, and put several into one text.

Only `ls` needs a line before it: the heading that names the process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from stackan.model.link import End, Row
from stackan.peers.listing import heading_pid, is_listing, named_pid, read_listing
from stackan.peers.lsof import is_lsof, read_lsof
from stackan.peers.netstat import is_netstat, read_netstat
from stackan.peers.proc import is_proc, read_proc
from stackan.peers.ss import is_ss, read_ss

# Marks that one of the following shapes needs: in a large log hardly any line is looked at twice.
_TELLING = re.compile(
    rb"users:\(\(|-> (?:socket|pipe):\[|ESTAB|LISTEN|WAIT|SENT|ACK|CLOSING| FIFO | IPv[46] | unix |^/proc/\d|^ *\d+: [\dA-F]{8}"
)
_LONGEST = 1 << 16  # bytes of a line: that of a socket which a thousand processes share

Reader = Callable[[Sequence[str], Callable[[int, int | None], End]], Iterable[Row]]


def read_rows(data: bytes, source: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The tools whose output a text holds, and what it says."""
    rows: list[Row] = []
    tools: dict[str, None] = {}
    listed = named_pid(source)  # the process whose descriptors `ls` lists
    for number, line in enumerate(data.split(b"\n"), 1):
        if len(line) > _LONGEST or not _TELLING.search(line):
            continue
        text = line.decode("utf-8", "replace").rstrip("\r")
        listed = heading_pid(text) or listed
        tool, read = _reader(text, listed)
        found = list(read(text.split(), partial(End, source=source, line=number, text=text))) if read is not None else []
        if found:
            rows += found
            tools[tool] = None
    return tuple(tools), tuple(rows)


def _reader(text: str, listed: int | None) -> tuple[str, Reader | None]:
    """The tool that prints such a line, and the function that reads it."""
    words = text.split()
    if is_listing(text):
        return "ls", partial(read_listing, listed)
    if is_ss(words):
        return "ss", read_ss
    if is_netstat(words):
        return "netstat", read_netstat
    if is_proc(words):
        return "proc-net", read_proc
    return ("lsof", read_lsof) if is_lsof(words) else ("", None)
