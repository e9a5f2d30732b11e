"""Logs of servers that lie beside the dumps → who waits for whom, as the server itself says it, held against the dumps."""

from stackan.faultlogs.innodb import read_log
from stackan.faultlogs.owners import assign_logs, tell

__all__ = ["assign_logs", "read_log", "tell"]
