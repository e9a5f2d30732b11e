"""Snapshots of one process, compared thread by thread."""

from stackan.compare.following import follow
from stackan.compare.turns import settle_turns_across

__all__ = ["follow", "settle_turns_across"]
