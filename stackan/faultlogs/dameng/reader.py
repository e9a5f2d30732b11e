"""Lines of a Dameng log → events."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import NamedTuple

from stackan.faultlogs.dameng import commands, show
from stackan.faultlogs.dameng.header import PROGRAMS, Header, read_header
from stackan.faultlogs.dameng.templates import GROUPS, ROLLBACK, TEMPLATES, group_of
from stackan.faultlogs.diary import Diary
from stackan.faultlogs.lines import Line
from stackan.faultlogs.names import node_of_file
from stackan.faultlogs.starts import Starts
from stackan.faultlogs.template import Template, label, marks_of, meaning, node_of
from stackan.faultlogs.times import iso
from stackan.model.event import Event, Node, Writer
from stackan.model.facts import Fact, fact

MARKS = (*marks_of(TEMPLATES), *(mark.encode() for mark in (*commands.MARKS, *show.MARKS)))


class Chances(NamedTuple):
    """What a line may be, by the marks that it holds."""

    templates: tuple[Template, ...]
    command: bool
    show: bool


@functools.lru_cache(maxsize=256)
def _chances(marks: int) -> Chances:
    held = [mark.decode() for bit, mark in enumerate(MARKS) if marks >> bit & 1]
    return Chances(
        tuple(template for template in TEMPLATES if not set(template.marks).isdisjoint(held)),
        not set(commands.MARKS).isdisjoint(held),
        not set(show.MARKS).isdisjoint(held),
    )


_OF_GROUP = re.compile(r"\[(?:CSS|ASM|DB)\]:? ?\S|CSS MONITOR\b", re.ASCII)  # what DMCSS's and DMCSSM's consoles print
_OF_ITSELF = frozenset(("halt", "storage-fault", "starting", "ready", "stopped"))  # what a server says of itself


def recognize(lines: list[str], name: str) -> str | None:
    """The kind of a log that begins with these lines; `name` is that of its file."""
    for line in lines:
        header = read_header(line)
        if header is None:
            continue
        if header.program in PROGRAMS and header.pid is not None:
            return PROGRAMS[header.program]
        if header.pid is None and (header.program == "monitor" or _OF_GROUP.match(header.text)):
            return "dmcss" if re.search(r"dm_?css(?!m)", name, re.IGNORECASE) and header.program != "monitor" else "dmcssm"
    return None


def _is_ours(line: Line, header: Header | None) -> bool:
    """Whether a line belongs to a record of one of Dameng's servers; where a log begins in the middle of a record, it may."""
    if header is None:
        return line.head is None
    return header.pid is None or header.program in PROGRAMS


class Reader:
    """The events of one log, line by line."""

    marks = MARKS

    def __init__(self, kind: str, name: str) -> None:
        self.diary = Diary()
        self._kind = kind
        self._node = node_of_file(name)
        self._starts = Starts()
        self._show = show.Show()
        self._handles: bool | None = None  # whether a fault is being handled; None as long as no line tells
        self._rolled_back = False  # the newest that is known of the handling
        self._opens = False  # a server starts, and is not ready yet
        self._sites: Counter[Node] = Counter()  # nodes of the database that are named with their numbers

    def read(self, line: Line) -> None:
        """Take the next line that is worth reading."""
        header = read_header(line.head) if line.head is not None else None
        if header is not None and header.pid is not None and not self._starts.knows(header.pid):
            self._begin(header.pid, iso(header.time), line)
        if line.quoted or not _is_ours(line, header):
            return
        text = line.text.strip() if line.continues else header.text if header is not None else ""
        if text and line.marks:
            self._read_text(text, line, header)

    def end(self) -> tuple[tuple[Event, ...], Writer]:
        """All events, and who has written them."""
        self._tell_stand()
        names = self._names()
        events = tuple(
            event._replace(nodes=tuple(Node(names.get(each.site), each.site) if each.name is None else each for each in event.nodes))
            for event in self.diary.events
        )
        return events, self._starts.writer(self._node)

    def _begin(self, pid: int, time: str | None, line: Line) -> None:
        """A process begins to write; if it is not the first, it was started anew."""
        if self._starts.add(pid, time) and not line.continues:
            self.diary.forget(("starting",))
            node = Node(self._node, None) if self._node else None
            self._tell("starting", line, time, node, fact("means-another-process", pid=pid), "", "")

    def _names(self) -> dict[int | None, str]:
        """{number: name} of the database's nodes, where the log has one name for it."""
        several = Counter(node.site for node in self._sites)
        return {node.site: node.name for node in self._sites if several[node.site] == 1 and node.name is not None}

    def _read_text(self, text: str, line: Line, header: Header | None) -> None:
        time = header.time if header is not None else ""
        chances = _chances(line.marks)
        if chances.show and self._show.take(text, line.number, iso(time)):
            return
        self._tell_stand()
        if chances.show and (flag := show.read_flag(text)) is not None:
            self._read_flag(flag, line, iso(time))
            return
        if chances.command and self._read_command(text, line, time):
            return
        level = "" if header is None or line.continues else header.level
        for template in chances.templates:
            found = template.find(text, level)
            if found is not None:
                self._read_template(template, found, line, time)
                return

    def _read_template(self, template: Template, found: re.Match[str], line: Line, time: str) -> None:
        if template is ROLLBACK and (self._opens or not (self._handles or (self._handles is None and found["count"] != "0"))):
            return  # a server that opens by itself does the same
        node = node_of(found)
        if node is None and template.kind in _OF_ITSELF:
            by = found.groupdict().get("by")
            name = by if by and by not in GROUPS else self._node
            node = Node(name, None) if name else None
        self._tell(template.kind, line, iso(time), node, meaning(template.means, found, node), template.phase, group_of(found))

    def _read_command(self, text: str, line: Line, time: str) -> bool:
        known = commands.find_command(text)
        if known is None:
            return False
        found, command = known
        node = node_of(found) or (Node(self._node, None) if self._node else None)
        means = fact(command.means, node=label(node) if node is not None else None)
        self._tell(command.kind, line, iso(time), node, means, command.phase, group_of(found))
        return True

    def _read_flag(self, flag: show.Flag, line: Line, time: str | None) -> None:
        """A handling that is over; `show` says so in quiet times, too, which is no news."""
        if flag.over and (self._handles or (self._handles is None and flag.by_itself)):
            group = "DB" if flag.by_itself else self._show.group
            self._tell("handling-over", line, time, None, fact("means-handling-is-over"), "", group)
        self._handles = not flag.over

    def _tell_stand(self) -> None:
        """What `show` has said of a group."""
        stand = self._show.finish()
        if stand is None:
            return
        for node in (*stand.broken, *stand.joining):
            self._name(node, stand.group)
        if stand.kind == "handling-rolled-back" and self._rolled_back:
            return  # by a command that was told
        means = fact(stand.means, nodes=tuple(map(label, stand.nodes)) or None)
        event = Event(stand.kind, stand.line, stand.time, stand.text, stand.nodes, means, phase=stand.phase, group=stand.group)
        self._follow(self.diary.tell(event))

    def _tell(self, kind: str, line: Line, time: str | None, node: Node | None, means: Fact, phase: str, group: str) -> None:
        if node is not None:
            self._name(node, group or "DB")
        nodes = (node,) if node is not None else ()
        self._follow(self.diary.tell(Event(kind, line.number, time, line.text, nodes, means, phase=phase, group=group)))

    def _name(self, node: Node, group: str) -> None:
        if group == "DB" and node.name is not None and node.site is not None and len(self._sites) < 1000:
            self._sites[node] += 1

    def _follow(self, event: Event) -> None:
        """What an event says of the times that come after it."""
        if event.kind in ("handling-started", "handling-phase", "handling-rolled-back"):
            self._handles = True
            self._rolled_back = event.kind == "handling-rolled-back"
        elif event.kind == "starting":
            self._handles = False
        if event.kind in ("starting", "ready"):
            self._opens = event.kind == "starting"
