"""What `stackan collect` has read beside the stacks of a process, joined with them: its threads' waits, and who has what they need."""

from stackan.captured.joining import attach
from stackan.captured.pairing import part

__all__ = ["attach", "part"]
