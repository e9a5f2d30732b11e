"""A form of line that a server's log has for an event."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackan.model.event import Node
from stackan.model.facts import Fact, Value, fact
from stackan.model.records import NamedTuple

_QUOTED = re.compile(r'"[^"]*"?|(?<!\w)\'[^\']*\'?')
_OF_NODE = frozenset(("name", "site", "group", "by"))
_WORDS = frozenset(("code", "ip", "peer"))  # all others are numbers
ALARMS = frozenset(("ERROR", "FATAL", "ERR"))  # levels at which a server does not quote what others have written


class Template(NamedTuple):
    """How a line says that something happened.

    The pattern has to fit where the text of a record begins, so that a text which quotes such a line is none.  Its groups `name` and
    `site` are the node that it is about, the others are parameters of what it means.
    """

    means: str  # the name of the fact
    kind: str  # the contract's word
    pattern: re.Pattern[str]
    example: str  # a text that fits
    source: str  # where the form is documented, or was seen
    marks: tuple[str, ...]  # of which a line has one, whatever its encoding
    anywhere: bool = False  # in an error's line it may stand behind other words, outside of quotes
    phase: str = ""

    def find(self, text: str, level: str) -> re.Match[str] | None:
        """Where a record's text has this form."""
        found = self.pattern.match(text)
        if found is None and self.anywhere and level in ALARMS:
            found = self.pattern.search(_QUOTED.sub(" ", text))
        return found


def node_of(found: re.Match[str]) -> Node | None:
    """The node that a line names: by its name, its number, or both."""
    groups = found.groupdict()
    name, site = groups.get("name"), groups.get("site")
    return Node(name or None, number(site)) if name or site else None


def number(text: str | None) -> int | None:
    """A number of a sane length."""
    return int(text) if text and text.isdecimal() and len(text) <= 18 else None


def label(node: Node) -> str:
    """A node as logs print it: "DSC1[1]", "EP[1]", "CSS0"."""
    if node.site is None:
        return node.name or ""
    return f"{node.name or 'EP'}[{node.site}]"


def meaning(name: str, found: re.Match[str], node: Node | None) -> Fact:
    """What a line means: the fact of this name with all that the line tells."""
    values: dict[str, Value] = {}
    for key, value in found.groupdict().items():
        if value and key not in _OF_NODE:
            values[key] = value if key in _WORDS else int(value)
    if node is not None:
        values["node"] = label(node)
    return fact(name, **values)


def marks_of(templates: Sequence[Template]) -> tuple[bytes, ...]:
    """All marks, each once."""
    return tuple(dict.fromkeys(mark.encode() for template in templates for mark in template.marks))
