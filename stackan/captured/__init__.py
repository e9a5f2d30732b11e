"""What was read beside the stacks of a process, joined with them: its threads' waits, who has what they need, stacks inside the kernel."""

from stackan.captured.joining import attach
from stackan.captured.pairing import part

__all__ = ["attach", "part"]
