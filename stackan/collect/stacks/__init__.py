"""stackan's own stacks: blocked threads are read as they stand, running ones stopped one at a time; named afterwards, without the process."""

from stackan.collect.stacks.copies import Copies
from stackan.collect.stacks.taking import take
from stackan.collect.stacks.text import render

__all__ = ["Copies", "render", "take"]
