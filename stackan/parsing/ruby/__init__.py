"""Dumps of Ruby's threads."""
