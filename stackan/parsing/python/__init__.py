"""The dumps of Python's own tools."""
