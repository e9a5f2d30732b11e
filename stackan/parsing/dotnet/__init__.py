"""Stacks of .NET, as its own tools print them."""
