"""Nodes and lines of logs, as findings name and quote them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackan.model.event import Logged, Node
from stackan.model.finding import Quote


def named(nodes: Sequence[Node]) -> tuple[str, ...] | None:
    """`DSC1[1]`, as Dameng itself writes it; `DSC1` or `EP[1]` where only one of the two is known.  None where there are no nodes."""
    return tuple(map(_name, nodes)) or None


def _name(node: Node) -> str:
    if node.site is None:
        return node.name or "EP"
    return f"{node.name or 'EP'}[{node.site}]"


def clock(time: str | None) -> str | None:
    """A moment as a person writes it, to the second: `2024-05-12 10:03:17`."""
    return time.partition(".")[0].replace("T", " ") if time is not None else None


def quote_log(lines: Iterable[Logged]) -> list[Quote]:
    return [Quote(each.log.source, each.event.line, each.event.text) for each in lines]
