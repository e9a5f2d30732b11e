"""What was read beside the stacks of a process, joined with them: its threads' waits, who has what they need, stacks inside the kernel."""

from stackan.captured.joining import attach, name_threads
from stackan.captured.pairing import part

__all__ = ["attach", "name_threads", "part"]
