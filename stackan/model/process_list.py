"""A list of processes beside the dumps, as `ps` prints it, or the manifest of a capture has it."""

from __future__ import annotations

from collections.abc import Mapping

from stackan.model.brief import brief
from stackan.model.records import NamedTuple


@brief
class ProcessList(NamedTuple):
    """Processes of one host at one moment."""

    source: str
    commands: dict[int, str]  # {process id: its command line}; "" where it is not told
    host: str | None = None  # where it says so itself
    moments: Mapping[str, str] = {}  # {folder of inputs: when they were taken, in UTC}, where it says so
    ended: Mapping[int, int] = {}  # {process id: the round of a capture in which it was gone}
