"""What `stackan collect` has read beside the stacks of a process, joined with them: its threads' waits, and who has what they need."""

from stackan.captured.joining import attach
from stackan.captured.pairing import is_of_capture, part

__all__ = ["attach", "is_of_capture", "part"]
