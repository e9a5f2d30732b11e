"""What a run has found, read off the store: verdicts, the hangs that are most frequent, the cases that could not be analyzed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from stackan.model.records import NamedTuple
from stackan.store.parts import read_rows
from stackan.store.place import place_of

_TOP = 10


class Hang(NamedTuple):
    """Cases whose stuck threads stand in the same places."""

    signature: str
    cases: int
    like: str  # one of them
    headline: str  # of that


class Failure(NamedTuple):
    """A case that could not be analyzed."""

    case: str
    failure: str  # a word of `stackan.batch.task.FAILURES`
    error: str


class Summary(NamedTuple):
    """The cases of a run."""

    cases: int
    known: int  # were done before
    verdicts: dict[str, int]  # most frequent first
    hangs: list[Hang]  # those of most cases, if of more than one
    failures: list[Failure]


_COLUMNS = ("case_id", "case", "verdict", "headline", "error", "failure", "signature")


def summarize(store: str, ids: Collection[str], known: int = 0) -> Summary:
    """Summarize the cases whose rows have these ids."""
    rows = sorted((row for row in read_rows(place_of(store), "cases", _COLUMNS) if row["case_id"] in ids), key=lambda row: str(row["case"]))
    often = Counter(row["signature"] for row in rows if row["signature"] is not None)
    first = {row["signature"]: row for row in reversed(rows)}
    return Summary(
        len(rows),
        known,
        dict(Counter(row["verdict"] for row in rows if row["verdict"] is not None).most_common()),
        [Hang(each, count, first[each]["case"], first[each]["headline"]) for each, count in often.most_common(_TOP) if count > 1],
        [Failure(row["case"], row["failure"], row["error"]) for row in rows if row["failure"] is not None],
    )
