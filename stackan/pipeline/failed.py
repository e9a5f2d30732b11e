"""Inputs that hold a tool's or a shell's words where a dump was to be: one sentence for all that failed in one way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stackan.model.natural import natural_key
from stackan.model.said import said

if TYPE_CHECKING:
    from stackan.model.dump import Dump
    from stackan.parsing.failures import Failure
    from stackan.reading import Blob

_FEW = 8  # lines beside a dump that may be its tool's words, and no log

Failed = tuple[str, "Failure"]  # the input, and what it says


def read_failed(item: Blob) -> Failure | None:
    """The failure that a text without dumps shows; of one that merely lies in the folder only few lines are believed."""
    from stackan.parsing.failures import read_failure

    return read_failure(item.data, item.named or _is_named_like_a_dump(item.source))


def tell_failed(failed: Sequence[Failed]) -> list[str]:
    """A sentence for each way of failing.  A list of processes that lies beside dumps under a name of its own did not fail."""
    return [_tell(same) for same in _alike([each for each in failed if each[1].kind != "listing" or _is_named_like_a_dump(each[0])])]


def tell_trouble(dump: Dump) -> list[str]:
    """The words about a failure that stand in the text of a dump: of a full disk, or of another process that its tool was to show."""
    if dump.facts.refusals or not 0 < len(dump.unparsed_rows) <= _FEW:
        return []
    from stackan.parsing.failures import find_failure

    failure = find_failure([text for _, text in dump.unparsed])
    return [said("the debugger reported: {words}", words=failure.words)] if failure is not None else []


def tell_reasons(failed: Sequence[Failed]) -> list[str]:
    """A sentence for each way in which inputs failed, where none holds a dump: first that of most.

    One that names its reason says more than one that names none.
    """
    ways = sorted(_alike(failed), key=lambda same: (not same[0][1].is_told, -len(same)))
    return [_tell(same) for same in ways]


def _is_named_like_a_dump(source: str) -> bool:
    from stackan.placing import is_named_like_a_dump  # of few inputs it matters

    return is_named_like_a_dump(source)


def _tell(same: Sequence[Failed]) -> str:
    from stackan.parsing.failures import tell_failures

    return tell_failures([source for source, _ in same], same[0][1])


def _alike(failed: Sequence[Failed]) -> list[list[Failed]]:
    """Those of one kind, in the order of their names."""
    kinds: dict[str, list[Failed]] = {}
    for each in sorted(failed, key=lambda each: natural_key(each[0])):
        kinds.setdefault(each[1].kind, []).append(each)
    return list(kinds.values())
