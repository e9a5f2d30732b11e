"""Listings of a server's own views beside the dumps → who waits for whom, and which jobs run, joined with the threads by their LWPs."""

from stackan.listings.reading import read_listing

__all__ = ["read_listing"]
