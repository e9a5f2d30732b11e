"""Distinct stacks → what each waits for or does, by rules as data; threads → what they wait for and hold."""

from stackan.classify.places import Places
from stackan.classify.profiles import choose_rules
from stackan.classify.sightings import sight

__all__ = ["Places", "choose_rules", "sight"]
