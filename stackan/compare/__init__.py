"""Snapshots of one process, compared thread by thread."""

from stackan.compare.certainty import rate
from stackan.compare.circles import find_in_circles, unpark_in_circles
from stackan.compare.following import follow
from stackan.compare.served import park_servers_across
from stackan.compare.turns import park_turn_waiters_across

__all__ = ["find_in_circles", "follow", "park_servers_across", "park_turn_waiters_across", "rate", "unpark_in_circles"]
