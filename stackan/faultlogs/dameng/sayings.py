"""The text of a record → what it says, wherever it stands and whatever came before."""

from __future__ import annotations

import functools
import re

from stackan.faultlogs.dameng import commands, show
from stackan.faultlogs.dameng.templates import GROUPS, TEMPLATES, group_of
from stackan.faultlogs.diary import Saying, saying
from stackan.faultlogs.template import Template, label, marks_of, meaning, node_of
from stackan.model.event import Node
from stackan.model.facts import fact
from stackan.model.records import NamedTuple

MARKS = (*marks_of(TEMPLATES), *(mark.encode() for mark in (*commands.MARKS, *show.MARKS)))
# What a server says of itself.
_OF_ITSELF = frozenset(("halt", "storage-fault", "io-timeout", "disk-full", "session-limit", "starting", "ready", "stopped"))
_REMEMBERED = 4096  # texts: a log repeats itself
_SHORT = 1000  # characters of one that is remembered


class Chances(NamedTuple):
    """What a line may be, by the marks that it holds."""

    templates: tuple[Template, ...]
    command: bool
    show: bool


@functools.lru_cache(maxsize=256)
def chances(marks: int) -> Chances:
    held = [mark.decode() for bit, mark in enumerate(MARKS) if marks >> bit & 1]
    return Chances(
        tuple(template for template in TEMPLATES if not set(template.marks).isdisjoint(held)),
        not set(commands.MARKS).isdisjoint(held),
        not set(show.MARKS).isdisjoint(held),
    )


class Sayings:
    """What the texts of one log say."""

    def __init__(self, node: Node | None) -> None:
        self._node = node  # that has written the log
        self._known: dict[tuple[str, str], Saying | None] = {}

    def understand(self, text: str, level: str, marks: int) -> Saying | None:
        """What a text says; None if it is no event."""
        if len(text) > _SHORT:
            return self._read(text, level, chances(marks))
        key = (text, level)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = self._read(text, level, chances(marks))
        return self._known[key]

    def _read(self, text: str, level: str, may_be: Chances) -> Saying | None:
        if may_be.command and (known := commands.find_command(text)) is not None:
            return self._of_command(*known)
        for template in may_be.templates:
            found = template.find(text, level)
            if found is not None:
                return self._of_template(template, found)
        return None

    def _of_command(self, found: re.Match[str], command: commands.Command) -> Saying:
        node = node_of(found) or self._node
        means = fact(command.means, node=label(node) if node is not None else None)
        return saying(command.kind, _nodes(node), means, command.phase, group_of(found))

    def _of_template(self, template: Template, found: re.Match[str]) -> Saying:
        node = node_of(found)
        if node is None and template.kind in _OF_ITSELF:
            by = found.groupdict().get("by")
            node = Node(by, None) if by and by not in GROUPS else self._node
        return saying(template.kind, _nodes(node), meaning(template.means, found, node), template.phase, group_of(found))


def _nodes(node: Node | None) -> tuple[Node, ...]:
    return (node,) if node is not None else ()
