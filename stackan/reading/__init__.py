"""From paths, folders, archives and standard input to named byte buffers, within limits.

The entry is `read`. The kind of a file is known by its first bytes and never by its name; nothing is extracted to disk.
Codecs and archive modules are imported when the first file that needs them turns up: a plain file needs none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from stackan.errors import InputError, LimitError
from stackan.model.said import in_a_row, said
from stackan.reading.given import Given, Input, given_of, source_of
from stackan.reading.items import Blob, Skipped
from stackan.reading.limits import DEFAULT_LIMITS, Budget, Limits
from stackan.reading.names import listed, shown
from stackan.reading.passing import Passing
from stackan.reading.same import find_same
from stackan.reading.sources import read_named, why_closed
from stackan.reading.texts import Text, open_text
from stackan.reading.trouble import LimitHit, Unreadable
from stackan.reading.visits import Visits

__all__ = [
    "Blob",
    "Budget",
    "Given",
    "Input",
    "Limits",
    "Passing",
    "Skipped",
    "Text",
    "Visits",
    "find_same",
    "given_of",
    "open_text",
    "read",
    "read_or_pass",
    "require",
    "source_of",
]


def read(
    paths: Sequence[str | os.PathLike[str] | Given],
    limits: Limits | Budget = DEFAULT_LIMITS,
    stdin: BinaryIO | None = None,
    visits: Visits | None = None,
) -> Iterator[Blob | Skipped]:
    """Yield the content of each path in the order given: files, folders, archives, members of them (`case.zip!snap1.txt`), and `-` for
    standard input; and of what was given in the place of a path.

    Files of a folder and members of a zip come in natural order (snap2 before snap10), members of a tar as they were packed.
    A file that cannot be read inside a folder or an archive is yielded as `Skipped`; the rest goes on.
    When `limits.total_bytes` is reached, the `Skipped` that says so is the last thing yielded.

    `limits` may be the budget of several calls, which together keep within it; a caller that keeps the data of blobs reports
    it by `Budget.keep`. `stdin` replaces standard input; None means that of the process. A file that was met before is not read again:
    `visits` keeps account of these, where several calls belong together, and says whether links may lead out of a folder.

    Raises InputError when a path that the caller named gives nothing at all (missing, unreadable, damaged),
    and LimitError when that is because of a limit.
    """
    return (item for item in read_or_pass(paths, limits, stdin, visits) if not isinstance(item, Passing))


def read_or_pass(
    paths: Sequence[str | os.PathLike[str] | Given],
    limits: Limits | Budget = DEFAULT_LIMITS,
    stdin: BinaryIO | None = None,
    visits: Visits | None = None,
) -> Iterator[Blob | Passing | Skipped]:
    """As `read`, but a text that by `Budget.passes` need not be held is yielded as `Passing`: to be read before the next is asked for."""
    budget = limits if isinstance(limits, Budget) else Budget(limits)
    names = [path if isinstance(path, Given) else os.fspath(path) for path in paths]
    visits = visits or Visits([name for name in names if not isinstance(name, Given)])
    for name in names:
        try:
            yield from read_named(name, budget, stdin, visits)
        except LimitHit as trouble:
            raise LimitError(said("{source}: {reason}", source=shown(source_of(name)), reason=trouble.args[0])) from trouble
        except Unreadable as trouble:
            raise InputError(said("{source}: {reason}", source=shown(source_of(name)), reason=trouble.args[0])) from trouble
        if budget.spent:
            return


def require(paths: Sequence[str | os.PathLike[str] | Given]) -> None:
    """Raise InputError, which names them all, if some of the paths are missing or may not be read."""
    closed: dict[str, list[str]] = {}
    for path in paths:
        if isinstance(path, Given):
            continue
        name = os.fspath(path)
        reason = why_closed(name)
        if reason is not None:
            closed.setdefault(reason, []).append(name or '""')
    if closed:
        raise InputError(in_a_row(said("{source}: {reason}", source=listed(names), reason=reason) for reason, names in closed.items()))
