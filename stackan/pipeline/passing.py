"""Logs of any size, which are read while they pass by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackan.model.said import said_of
from stackan.model.timed import TIMED
from stackan.reading import Blob, Passing, Skipped

if TYPE_CHECKING:
    from stackan.model.log import Log

HELD_BYTES = 4 << 20  # a smaller log is read as any text: it may be a copy of another one, and dumps may stand in it, too


def is_log(head: bytes, source: str) -> bool:
    """Whether a text that begins so is a log of what happened to a server."""
    if TIMED.search(head) is None:
        return False  # as is said of hardly any dump; what comes behind it needs an import
    if b"\r" in head and b"\n" not in head:
        return False  # its lines have to be told apart first
    from stackan.faultlogs import recognize

    return recognize(head, source) is not None


def hold_small(found: Iterator[Blob | Passing | Skipped]) -> Iterator[Blob | Passing | Skipped]:
    """What is read, with small logs as texts at hand."""
    for each in found:
        yield (each.hold(HELD_BYTES) or each) if isinstance(each, Passing) else each


def read_passing(text: Passing) -> tuple[Log | None, list[str]]:
    """A log that passes by, and warnings about it."""
    from stackan import faultlogs

    kind = faultlogs.recognize(text.head, text.source)
    if kind is None:
        return None, []
    log, untold = faultlogs.read_passing(text.read_into, kind, text.source)
    return log, say_untold(text.source, untold)


def say_untold(source: str, untold: int) -> list[str]:
    """A warning where a log has more events than are told."""
    if not untold:
        return []
    return [
        said_of(
            untold,
            "{source}: {count} more event is not told, as there are too many",
            "{source}: {count} more events are not told, as there are too many",
            source=source,
        )
    ]
