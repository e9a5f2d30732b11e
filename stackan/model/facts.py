"""The statements about a case, as data: a name of a closed vocabulary, and the values that it applies to.

The vocabulary is in docs/reasons.md, with what each name means and when it is true; `stackan.wording` has a sentence for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Union

from stackan.model.brief import brief, in_short, named
from stackan.model.records import NamedTuple

if TYPE_CHECKING:
    from stackan.model.process import Pool, Process
    from stackan.model.track import Track


@brief
class Peer(NamedTuple):
    """The processes at the other end of a connection or a pipe."""

    processes: tuple[str, ...]  # their ids, those that are named
    more: bool = False  # others have it open, too


@brief
class Wanted(NamedTuple):
    """The thing that a thread waits for, by all names that are known for it."""

    kind: str | None  # a RESOURCE of the contract, None where it is not known
    words: str = ""  # a profile's own words for it
    address: int | None = None
    symbol: str = ""  # of the object, or of the class or the place in a source that represents it
    descriptor: int | None = None
    end_of: int | None = None  # the LWP whose end it is
    transaction: str = ""  # of a database, whose end it is
    who: Peer | str = ""  # the other end of a connection or a pipe: processes, or an address such as "10.0.0.7:5432"
    through: str = ""  # how that is reached: "pipe", "network", "unix"
    unnamed: int = 0  # frames of the C library without a name that are all one sees of it
    only: str = ""  # "reply" of somebody; "answer", "read" of the other end; "end" of a child; of several waits "answer", "task"


@brief
class Shown(NamedTuple):
    """The line that shows something, and what kind of evidence it is."""

    evidence: str
    line: int
    frame: int | None = None  # level of the frame whose locals show it
    source: str = ""  # where it is not the dump's own: a log, a table


@brief
class Share(NamedTuple):
    """How many processes of a kind: 14 of 16 data nodes."""

    number: int
    of: int
    kind: str  # a role or a profile's name; "" for processes of any kind


@brief
class PoolOf(NamedTuple):
    """A pool of one of several processes."""

    pool: Pool
    process: Process


One = Union[int, str, "Track", Wanted, Shown, Share, Peer, PoolOf, "Process", "Pool", "Fact"]
Value = Union[One, "tuple[One, ...]"]


class Fact(NamedTuple):
    """One statement.  Facts are compared by their name and their values."""

    name: str
    values: Mapping[str, Value]

    def __repr__(self) -> str:
        return in_short("Fact", f"{self.name}: {named(self.values.items())}" if self.values else self.name)

    def __hash__(self) -> int:
        """Threads and the like are left out, which take long to hash."""
        return hash((self.name, frozenset(item for item in self.values.items() if isinstance(item[1], (int, str)))))


def fact(name: str, **values: Value | None) -> Fact:
    """A fact of this name; what is None is not known, and left out."""
    return Fact(name, {key: value for key, value in values.items() if value is not None})
