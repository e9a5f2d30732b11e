"""Dumps → processes: which are of one process, at which host, in which order; and which tables beside them belong to which."""

from stackan.placing.copies import Label, are_copies, read_label
from stackan.placing.heads import tells_time
from stackan.placing.hosts import host_of
from stackan.placing.processes import place
from stackan.placing.repeats import find_repeats
from stackan.placing.taken import when_taken

__all__ = ["Label", "are_copies", "find_repeats", "host_of", "place", "read_label", "tells_time", "when_taken"]
