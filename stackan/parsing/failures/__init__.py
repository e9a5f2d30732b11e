"""Texts that a capture left where a dump was to be: a refusal, a shell's error, a list of processes, or nothing."""

from stackan.parsing.failures.failure import Failure, find_failure, read_failure, refused, tell_failures

__all__ = ["Failure", "find_failure", "read_failure", "refused", "tell_failures"]
