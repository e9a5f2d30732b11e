"""Dumps → processes: which are of one process, at which host, in which order; and which tables beside them belong to which."""

from stackan.placing.copies import Label, are_copies, read_label
from stackan.placing.heads import tells_time
from stackan.placing.hosts import host_of
from stackan.placing.names import is_named_like_a_dump, is_overwritten_by_a_round
from stackan.placing.processes import place
from stackan.placing.repeats import find_repeats, is_appended
from stackan.placing.taken import when_taken
from stackan.placing.unseen import find_unseen

__all__ = [
    "Label",
    "are_copies",
    "find_repeats",
    "find_unseen",
    "host_of",
    "is_appended",
    "is_named_like_a_dump",
    "is_overwritten_by_a_round",
    "place",
    "read_label",
    "tells_time",
    "when_taken",
]
