"""The short way of the data: a file → what is told of it while it is read and without being held.

All that is None where it takes the whole text to know, or to say what is wrong with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackan.errors import InputError
from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.model.summary import Summary
from stackan.parsing.stretches import LOOK_AT
from stackan.parsing.tally import Tally, open_tally
from stackan.reading import Limits, Text, open_text

if TYPE_CHECKING:
    from stackan.model.dump import Dump
    from stackan.model.folding import Stacks
    from stackan.parsing.portions import Portions

_PIECE_BYTES = 512 << 10  # so that what was read is still in the cache when it is scanned
_PORTION_BYTES = 4 << 20  # of which threads are written: what is done for each is little beside it

Path = str | os.PathLike[str]


def summarize(path: Path, limits: Limits) -> list[Summary] | None:
    """A summary for each snapshot of a file."""
    counted = _count(path, limits)
    return counted.summaries if counted is not None else None


def find_stacks(path: Path, limits: Limits) -> Stacks | None:
    """The stacks of each snapshot."""
    counted = _count(path, limits)
    return counted.tally.stacks() if counted is not None else None


def find_threads(path: Path, limits: Limits) -> Iterator[Dump] | None:
    """All threads of a file, in dumps of some of them each; the file is read a second time.

    Raises InputError where the file is no longer what it was.
    """
    counted = _count(path, limits)
    return _read_threads(path, limits, counted) if counted is not None else None


class _Counted(NamedTuple):
    tally: Tally
    summaries: list[Summary]


def _count(path: Path, limits: Limits) -> _Counted | None:
    with open_text(path, limits) as text:
        tally = open_tally(text.peek(LOOK_AT)) if text is not None else None
        if text is None or tally is None:
            return None
        while size := text.read_into(tally.space(_PIECE_BYTES)):
            tally.take(size)
        summaries = tally.end(text.source) if text.whole else None
        return _Counted(tally, summaries) if summaries is not None else None


def _read_threads(path: Path, limits: Limits, counted: _Counted) -> Iterator[Dump]:
    from stackan.parsing.portions import Portions

    left = sum(summary.threads for summary in counted.summaries)
    source = counted.summaries[0].source
    portions = Portions(counted.tally.grammar, counted.summaries[0].format, source)
    with open_text(path, limits) as text:
        for piece in _pieces(text, portions) if text is not None else ():
            dump = portions.take(piece)
            left -= len(dump.threads)
            yield dump
        dump = portions.end()
        yield dump
        if left != len(dump.threads) or text is None or not text.whole:
            raise InputError(said("{source}: it was changed while it was read; give a copy of it", source=source))


def _pieces(text: Text, portions: Portions) -> Iterator[memoryview]:
    """The text, each piece valid until the next one is asked for."""
    space = memoryview(bytearray(_PORTION_BYTES))
    while True:
        if portions.wanted > len(space):
            space = memoryview(bytearray(2 * portions.wanted))
        filled = 0
        while filled < len(space) and (size := text.read_into(space[filled:])):
            filled += size
        if not filled:
            return
        yield space[:filled]
