"""The short way of the data: a file → its summaries, while it is read and without being held."""

from __future__ import annotations

import os

from stackan.model.summary import Summary
from stackan.parsing.stretches import LOOK_AT
from stackan.parsing.tally import open_tally
from stackan.reading import Limits, open_text

_PIECE_BYTES = 512 << 10  # so that what was read is still in the cache when it is scanned


def summarize(path: str | os.PathLike[str], limits: Limits) -> list[Summary] | None:
    """A summary for each snapshot of a file; None if it takes the whole text to know, or to say what is wrong with it."""
    with open_text(path, limits) as text:
        tally = open_tally(text.peek(LOOK_AT)) if text is not None else None
        if text is None or tally is None:
            return None
        while size := text.read_into(tally.space(_PIECE_BYTES)):
            tally.take(size)
        return tally.end(text.source) if text.whole else None
