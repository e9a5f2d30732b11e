"""A file for each kind of finding, named as its page in docs/findings."""
