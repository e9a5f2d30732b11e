"""Snapshots of one process, compared thread by thread."""

from stackan.compare.progress import follow

__all__ = ["follow"]
