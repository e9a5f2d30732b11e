"""Logs of servers beside the dumps → the threads that wait for each other, as the server itself logs them, held against the dumps."""

from stackan.faultlogs.innodb import read_log
from stackan.faultlogs.owners import assign_logs, tell
from stackan.faultlogs.story import read_story
from stackan.faultlogs.writers import find_writers

__all__ = ["assign_logs", "find_writers", "read_log", "read_story", "tell"]
