"""Lines of a Dameng log → events."""

from __future__ import annotations

import re

from stackan.faultlogs.dameng import show
from stackan.faultlogs.dameng.header import PROGRAMS, Header, Headers, read_header
from stackan.faultlogs.dameng.sayings import MARKS, Sayings, chances
from stackan.faultlogs.dameng.templates import ROLLBACK
from stackan.faultlogs.diary import Diary, Saying, saying
from stackan.faultlogs.lines import Line
from stackan.faultlogs.names import node_of_file
from stackan.faultlogs.starts import Starts
from stackan.faultlogs.template import label
from stackan.faultlogs.times import iso
from stackan.model.event import Event, Node, Writer
from stackan.model.facts import fact

_OF_GROUP = re.compile(r"\[(?:CSS|ASM|DB)\]:? ?\S|CSS MONITOR\b", re.ASCII)  # what DMCSS's and DMCSSM's consoles print


_MOST_NAMES = 1000


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

    def __init__(self, name: str) -> None:
        node = node_of_file(name)
        self.diary = Diary()
        self._node = Node(node, None) if node is not None else None
        self._headers = Headers()
        self._head: str | None = None  # the first line of the newest record, and what it tells
        self._header: Header | None = None
        self._sayings = Sayings(self._node)
        self._starts = Starts()
        self._show = show.Show()
        self._handles: bool | None = None  # whether a fault is being handled; None as long as no line tells
        self._rolled_back = False  # the newest that is known of the handling
        self._opens = False  # a server starts, and is not ready yet
        self._names: dict[int, set[str]] = {}  # of the database's nodes, by their numbers

    def read(self, line: Line) -> None:
        """Take the next line that is worth reading."""
        if line.head is not self._head:  # lines that continue a record have one head
            self._head, self._header = line.head, self._headers.read(line.head) if line.head is not None else None
        header = self._header
        if header is not None and header.pid is not None and not self._starts.knows(header.pid):
            self._begin(header.pid, header.time, line)
        if line.quoted or not line.marks or not _is_ours(line, header):
            return
        if header is None or line.continues:
            self._read_text(line.text.strip(), "", line, header.time if header is not None else "")
        else:
            self._read_text(header.text, header.level, line, header.time)

    def end(self) -> tuple[tuple[Event, ...], Writer]:
        """All events, and who has written them."""
        self._tell_stand()
        events = tuple(event._replace(nodes=tuple(map(self._with_name, event.nodes))) for event in self.diary.events)
        return events, self._starts.writer(self._node.name if self._node is not None else None)

    def _with_name(self, node: Node) -> Node:
        """A node of which a line prints the number alone gets its name, where the log has one for it."""
        names = self._names.get(node.site, set()) if node.site is not None else set()
        return Node(next(iter(names)), node.site) if node.name is None and len(names) == 1 else node

    def _begin(self, pid: int, time: str, line: Line) -> None:
        """A process begins to write; if it is not the first, it was started anew."""
        if self._starts.add(pid, iso(time)) and not line.continues:
            self.diary.forget(("starting",))
            nodes = (self._node,) if self._node is not None else ()
            self._tell(saying("starting", nodes, fact("means-another-process", pid=pid)), line.number, time, line.text)

    def _read_text(self, text: str, level: str, line: Line, time: str) -> None:
        if chances(line.marks).show:
            if self._show.take(text, line.number, time):
                return
            self._tell_stand()
            if (flag := show.read_flag(text)) is not None:
                self._read_flag(flag, line, time)
                return
        else:
            self._tell_stand()
        said = self._sayings.understand(text, level, line.marks)
        if said is not None and not (said.means.name == ROLLBACK.means and self._rolls_back_itself(said)):
            self._tell(said, line.number, time, line.text)

    def _rolls_back_itself(self, said: Saying) -> bool:
        """Whether a server rolls back what it had open itself, as it opens, and nothing of failed nodes."""
        return self._opens or not (self._handles or (self._handles is None and said.means.values["count"] != 0))

    def _read_flag(self, flag: show.Flag, line: Line, time: str) -> None:
        """A handling that is over; `show` says so in quiet times, too, which is no news."""
        if flag.over and (self._handles or (self._handles is None and flag.by_itself)):
            group = "DB" if flag.by_itself else self._show.group
            self._tell(saying("handling-over", (), fact("means-handling-is-over"), group=group), line.number, time, line.text)
        self._handles = not flag.over

    def _tell_stand(self) -> None:
        """What `show` has said of a group."""
        stand = self._show.finish()
        if stand is None or (stand.kind == "handling-rolled-back" and self._rolled_back):  # by a command that was told
            return
        means = fact(stand.means, nodes=tuple(map(label, stand.nodes)) or None)
        self._tell(saying(stand.kind, stand.nodes, means, stand.phase, stand.group), stand.line, stand.time, stand.text)

    def _tell(self, said: Saying, line: int, time: str, text: str) -> None:
        """Take an event, and what it says of the times that come after it."""
        self.diary.tell(said, line, time, text)
        for node in said.nodes:
            if said.group in ("", "DB") and node.name is not None and node.site is not None and len(self._names) < _MOST_NAMES:
                self._names.setdefault(node.site, set()).add(node.name)
        if said.kind in ("handling-started", "handling-phase", "handling-rolled-back"):
            self._handles = True
            self._rolled_back = said.kind == "handling-rolled-back"
        elif said.kind in ("starting", "ready"):
            self._opens = said.kind == "starting"
            self._handles = self._handles and not self._opens
