"""Logs of servers beside the dumps → the threads that wait for each other, as the server itself logs them, held against the dumps;
and what happened to the server, as its log tells it."""

from stackan.faultlogs.owners import assign_logs, tell
from stackan.faultlogs.story import read_story
from stackan.faultlogs.texts import read_log, read_passing, recognize
from stackan.faultlogs.writers import find_writers

__all__ = ["assign_logs", "find_writers", "read_log", "read_passing", "read_story", "recognize", "tell"]
