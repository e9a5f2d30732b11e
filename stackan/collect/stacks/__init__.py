"""stackan's own stacks: threads that stand are only read, running ones stopped one at a time, and all named afterwards."""

from stackan.collect.stacks.copies import Copies
from stackan.collect.stacks.taking import take
from stackan.collect.stacks.text import render

__all__ = ["Copies", "render", "take"]
