"""Distinct stacks → what each waits for or does, by rules as data; threads → what they wait for and hold."""

from stackan.classify.awaited import Questions
from stackan.classify.loops import NO_TASKS, find_tasks
from stackan.classify.queues import park_consumers
from stackan.classify.rulebook import Rulebook
from stackan.classify.sightings import sight

__all__ = ["NO_TASKS", "Questions", "Rulebook", "find_tasks", "park_consumers", "sight"]
