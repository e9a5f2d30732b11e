"""Printed symbols → canonical names; distinct symbols and distinct stacks only, nothing deleted."""

from stackan.normalize.stacks import CaseNames, Names
from stackan.normalize.symbols import canonical

__all__ = ["CaseNames", "Names", "canonical"]
