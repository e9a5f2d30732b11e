"""Texts that are known by name and not read, with what to take instead."""
