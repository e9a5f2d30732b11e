"""Dumps that Android writes: of its run-time, and of native threads."""
