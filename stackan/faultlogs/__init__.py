"""Logs of servers beside the dumps → the threads that wait for each other, as the server itself logs them, held against the dumps."""

from stackan.faultlogs.innodb import read_log
from stackan.faultlogs.owners import assign_logs, tell

__all__ = ["assign_logs", "read_log", "tell"]
