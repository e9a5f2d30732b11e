"""Dumps → processes: which are of one process, at which host, in which order; and which tables beside them belong to which."""

from stackan.placing.copies import are_copies, is_better_name, last_part
from stackan.placing.heads import tells_time
from stackan.placing.hosts import host_of
from stackan.placing.processes import place

__all__ = ["are_copies", "host_of", "is_better_name", "last_part", "place", "tells_time"]
