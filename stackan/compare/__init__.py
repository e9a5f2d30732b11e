"""Snapshots of one process: found, ordered, and compared thread by thread."""

from stackan.compare.placing import place
from stackan.compare.progress import follow

__all__ = ["follow", "place"]
