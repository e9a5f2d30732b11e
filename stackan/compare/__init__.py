"""Snapshots of one process: found, ordered, and compared thread by thread."""

from stackan.compare.group import comparable, group, process_id
from stackan.compare.progress import follow

__all__ = ["comparable", "follow", "group", "process_id"]
