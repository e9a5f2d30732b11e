"""Dumps → processes: which are of one process, at which host, in which order; and which tables beside them belong to which."""

from stackan.placing.hosts import host_of
from stackan.placing.processes import place

__all__ = ["host_of", "place"]
