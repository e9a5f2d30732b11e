"""A text → its lines that show which process has which end of a connection or a pipe open."""

from __future__ import annotations

from stackan.model.link import Descriptors

# One of these is in every table that shows anything.
_MARKS = (b"users:((", b"-> socket:[", b"-> pipe:[", b" ESTAB", b"(ESTABLISHED)", b" FIFO ", b" local_address ", b"->INO=")
# In the headings of tables, which may have no rows.
_HEADINGS = (b" Recv-Q ", b" local_address ", b" SIZE/OFF ")


def read_descriptors(data: bytes, source: str) -> Descriptors | None:
    """The descriptors that a text lists; None if it is no table."""
    headed = any(heading in data[:256] for heading in _HEADINGS)
    if not headed and not any(mark in data for mark in _MARKS):
        return None
    from stackan.peers.rows import read_rows  # many a text beside the dumps is no table

    tools, rows = read_rows(data, source)
    return Descriptors(source, tools, rows) if rows or headed else None
