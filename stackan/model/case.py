"""What a caller hands in: the dumps of one case, before anything is concluded."""

from __future__ import annotations

from stackan.model.dump import Dump


class Case:
    """Dumps of one or more processes, in the order in which they were read."""

    def __init__(self, dumps: list[Dump], warnings: list[str] | None = None, given_order: bool = False) -> None:
        self.dumps = dumps
        self.warnings = warnings or []  # inputs that were skipped, and why
        self.given_order = given_order  # the order of the dumps is that of time, whatever their names say

    def __repr__(self) -> str:
        return f"<Case of {len(self.dumps)} dumps>"
