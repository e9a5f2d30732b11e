"""Of which host an input is that lies beside the dumps."""

from __future__ import annotations

from collections.abc import Collection

from stackan.placing.names import read_name


def host_of(source: str, hosts: Collection[str | None]) -> str | None:
    """The host of the case in whose folder an input lies, or that its name names; None if neither does."""
    named = read_name(source).host
    if named is not None:
        return named
    return next((folder for folder in reversed(source.replace("!", "/").split("/")[:-1]) if folder in hosts), None)
