"""Snapshots of one process: found, ordered, and compared thread by thread."""

from stackan.compare.copies import find_copies
from stackan.compare.hosts import host_of
from stackan.compare.placing import place
from stackan.compare.progress import follow

__all__ = ["find_copies", "follow", "host_of", "place"]
