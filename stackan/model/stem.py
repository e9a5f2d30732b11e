"""The common part of the names of a pool's threads."""


def stem(name: str | None) -> str:
    """A thread's name without its number: wrk-7 → wrk."""
    return (name or "").rstrip("0123456789").rstrip("-_#:. ")
