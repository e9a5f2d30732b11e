"""The door for whoever adds cases to a store."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.store.lock import check_token
from stackan.store.parts import write_part
from stackan.store.place import place_of
from stackan.store.rows import Rows


class Writer:
    """Writes parts for a run.  `run`: its token, which the store has to have when it writes; "" where nobody asks."""

    def __init__(self, location: str, run: str = "") -> None:
        self._place = place_of(location)
        self._run = run

    def write(self, cases: Sequence[Rows], group: str = "") -> None:
        """Write the rows of some cases as a part; `group` is the beginning of its name.

        Raises UsageError where another run has taken the store over, OSError where it cannot be written.
        """
        write_part(self._place, cases, group, self._check, self._run)

    def _check(self) -> None:
        if self._run:
            check_token(self._place, self._run)
