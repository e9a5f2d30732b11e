"""The door for whoever adds cases to a store."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.store.lock import check_token
from stackan.store.parts import write_part
from stackan.store.place import place_of
from stackan.store.rows import Rows


class Writer:
    """Writes parts for a run.  `run`: its token where the store has no lock; "" where the run holds one."""

    def __init__(self, location: str, run: str = "") -> None:
        self._place = place_of(location)
        self._run = run

    def write(self, cases: Sequence[Rows]) -> None:
        """Write the rows of some cases.

        Raises UsageError where another run has taken the store over, OSError where it cannot be written.
        """
        if self._run:
            check_token(self._place, self._run)
        write_part(self._place, cases)
