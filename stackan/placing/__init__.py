"""Dumps → processes: which are of one process, at which host, in which order; and which tables beside them belong to which."""

from stackan.placing.copies import find_copies
from stackan.placing.hosts import host_of
from stackan.placing.processes import place

__all__ = ["find_copies", "host_of", "place"]
