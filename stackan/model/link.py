"""The content of tables of open descriptors: the processes at the other end of a connection or a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackan.model.brief import amount, brief, in_short, where
from stackan.model.records import NamedTuple

if TYPE_CHECKING:
    from stackan.model.facts import Peer
    from stackan.model.placement import ProcessInputs


@brief
class End(NamedTuple):
    """A descriptor of a process, and the line of a table that lists it."""

    pid: int
    descriptor: int | None  # None where the table prints none
    source: str
    line: int  # from 1
    text: str  # the line, unchanged
    places: tuple[ProcessInputs, ...] = ()  # the processes of the case with this process id: several where its dumps are of several formats


@brief
class Row(NamedTuple):
    """One line of a table.

    Ends of connections and pipes have names, by which lines of several tables are joined:
    `127.0.0.1:51190>127.0.0.1:7002`, `pipe:291257 r`, `pipe:291257 w`, `socket:287774`; and `listen 0.0.0.0:7002`.
    """

    own: str  # the end that the line is about; "" if it gives its inode only
    other: str  # the other end; "" if the line does not show it
    inode: str  # `socket:281673` of an end that has another name, as other tables know it by its inode; "" if not printed
    ends: tuple[End, ...]  # the processes that have it open
    unread: int | None  # bytes that have arrived there and nobody has read


class Descriptors:
    """The open descriptors that one text lists.  Compared by identity, as the case has each text once."""

    __slots__ = ("rows", "source", "tools")

    def __init__(self, source: str, tools: tuple[str, ...], rows: tuple[Row, ...]) -> None:
        self.source = source
        self.tools = tools  # whose output it holds: "ss", "netstat", "lsof", "ls", "proc-net"
        self.rows = rows

    def __repr__(self) -> str:
        return in_short("Descriptors", f"{where(self.source)}: {amount(len(self.rows), 'row')} of {', '.join(self.tools)}")


@brief
class Ends(NamedTuple):
    """The processes that have one end open by the tables: the same object for all descriptors that lead there."""

    all: tuple[End, ...]
    who: Peer | None  # None if nobody is known


@brief
class Link(NamedTuple):
    """The other end of one descriptor of a process of the case."""

    kind: str  # "socket" or "pipe"
    name: str  # "127.0.0.1:51190 -> 127.0.0.1:7002", "pipe 291257"
    address: str  # of the other end, where it has one: "127.0.0.1:7002"
    own: End
    other: Ends
    unread: int | None  # bytes that lie unread at the other end; None if no table shows it
    queued: bool  # nobody has accepted the connection yet: at the other end are the processes that listen for it

    @property
    def ends(self) -> tuple[End, ...]:
        """The processes that have the other end open."""
        return self.other.all

    @property
    def who(self) -> Peer | str:
        """The processes at the other end, or the address of one that no table lists; "" if nothing is known."""
        return self.other.who or self.address
