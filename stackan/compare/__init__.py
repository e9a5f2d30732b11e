"""Snapshots of one process, compared thread by thread."""

from stackan.compare.certainty import rate
from stackan.compare.following import follow
from stackan.compare.turns import park_turn_waiters_across

__all__ = ["follow", "park_turn_waiters_across", "rate"]
