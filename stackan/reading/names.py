"""Names from strangers: made safe to show, and put in the order a person expects."""

from __future__ import annotations

from collections.abc import Sequence

from stackan import escapes
from stackan.model.natural import NaturalKey, natural_key
from stackan.model.said import first_of

_LONGEST_SHOWN = 4096  # characters; a pax header may carry a name of megabytes
_LONGEST_LISTED = 300  # characters of a name in a sentence
_LISTED = 5  # names in a sentence


def shown(name: str) -> str:
    """`name` as `stackan.escapes` shows it, and cut where it is longer than any path."""
    return escapes.shown(name if len(name) <= _LONGEST_SHOWN else name[:_LONGEST_SHOWN] + "…")


def listed(names: Sequence[str]) -> str:
    """The first of many names, each cut in the middle where it is long, and how many more there are."""
    return first_of([escapes.shorten(shown(name), _LONGEST_LISTED) for name in names], _LISTED)


def natural_path_key(path: str) -> list[NaturalKey]:
    """As `natural_key`, part by part, so that a folder's files stay together; both `/` and `\\` divide."""
    return [natural_key(part) for part in path.replace("\\", "/").split("/")]


def is_hidden(path: str) -> bool:
    """True if a part of the path starts with a dot ("." and ".." aside); among them macOS's `._name` companions."""
    return any(part.startswith(".") and part not in (".", "..") for part in path.split("/"))


def member_name(name: str) -> str:
    """A member's name fit to be shown, without the "./" that tar puts before it."""
    return shown(name.removeprefix("./"))
