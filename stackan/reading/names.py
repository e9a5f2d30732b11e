"""Names from strangers: made safe to show, and put in the order a person expects."""

from __future__ import annotations

from stackan.model.natural import NaturalKey, natural_key

_LONGEST_SHOWN = 4096  # characters; a pax header may carry a name of megabytes


def shown(name: str) -> str:
    """`name` with every character that does not print as an escape: "\\x1b[31m" shows as text and colours nothing.

    That takes control characters, bidirectional overrides, and bytes that were no UTF-8 (shown as \\xNN).
    """
    if len(name) > _LONGEST_SHOWN:
        name = name[:_LONGEST_SHOWN] + "…"
    return name if name.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in name)


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # how Python carries a byte that is no UTF-8 (PEP 383)
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def natural_path_key(path: str) -> list[NaturalKey]:
    """As `natural_key`, part by part, so that a folder's files stay together; both `/` and `\\` divide."""
    return [natural_key(part) for part in path.replace("\\", "/").split("/")]


def is_hidden(path: str) -> bool:
    """True if a part of the path starts with a dot ("." and ".." aside); among them macOS's `._name` companions."""
    return any(part.startswith(".") and part not in (".", "..") for part in path.split("/"))


def member_name(name: str) -> str:
    """A member's name fit to be shown, without the "./" that tar puts before it."""
    return shown(name.removeprefix("./"))
