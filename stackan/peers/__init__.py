"""Tables of open descriptors beside the dumps → the processes at the other end of what a thread reads or writes."""

from stackan.peers.joining import attach, connect
from stackan.peers.reading import read_descriptors

__all__ = ["attach", "connect", "read_descriptors"]
