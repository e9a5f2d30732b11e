"""SOS' `syncblk`: which monitors are owned, by whom, and how many threads wait for each.

    Index         SyncBlock MonitorHeld Recursion Owning Thread Info          SyncBlock Owner
       43 00000246E51268B8          603         1 0000024B713F4E30 5634  28   00000249654b14c0 System.Object
        2 001e0fec            0         0 00000000     none    01453b74 System.__ComObject

MonitorHeld counts one for the owner and two for each waiter.  The owner is a thread's id in hexadecimal, then the debugger's number of
it.  A monitor that somebody waits for always has such a block; which of them one thread waits for is not printed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from stackan.model.place import INFERRED
from stackan.model.printed import Lock
from stackan.model.records import NamedTuple

_ROW = re.compile(
    rb"\A *\d{1,10} +[0-9a-fA-F]{8,16} +(\d{1,10}) +\d{1,10} +[0-9a-fA-F]{8,16} +(?:([0-9a-fA-F]{1,8}) +(?:\d{1,10}|XXX)|none) +"
    rb"([0-9a-fA-F]{1,16}) +(\S.{0,500})$"
)
_MOST = 64  # monitors that a thread may wait for; of more nothing is concluded
AROUND = (b"Index ", b"Total  ", b"CCW  ", b"RCW  ", b"ComClassFactory ", b"Free  ")


class Monitor(NamedTuple):
    """A row of the table."""

    address: int  # of the object whose monitor it is
    owner: int  # the id of the thread that has it; 0 if none has
    waiters: int
    what: str  # the object's class
    line: int

    def lock(self, evidence: str = "recorded") -> Lock:
        return Lock("monitor", self.address, self.line, self.what, evidence=evidence)


def read_row(text: bytes, line: int) -> Monitor | None:
    row = _ROW.match(text)
    if row is None:
        return None
    held, owner, address, what = row.groups()
    return Monitor(int(address, 16), int(owner or b"0", 16), int(held) // 2, what.decode("utf-8", "replace").strip(), line)


class Monitors:
    """The rows of one snapshot's table."""

    def __init__(self, rows: Sequence[Monitor]) -> None:
        self._of: dict[int, list[Monitor]] = {}
        self._at = {row.address: row for row in rows}
        for row in rows:
            self._of.setdefault(row.owner, []).append(row)
        self._waited = [row for row in rows if row.waiters]

    def held_by(self, thread: int) -> tuple[Lock, ...]:
        return tuple(monitor.lock() for monitor in self._of.get(thread, ())) if thread else ()

    def awaited_by(self, thread: int, addresses: Iterable[int], waiting: Collection[int]) -> Lock | None:
        """The monitor that a thread waits for which stands in Monitor.Enter; `waiting` are all threads that do.

        Its parameters show it (`clrstack -p`, `-a`).  Else it is one of those that have waiters and that it does not own: if there is
        one, it is that.  Of several any owner may be the one who lets it go on: that says something only where all of them wait, too.
        """
        shown = [found for address in set(addresses) if (found := self._at.get(address)) is not None and found.owner not in (0, thread)]
        if len(shown) == 1:
            return shown[0].lock("locals")
        own = sum(monitor.waiters > 0 for monitor in self._of.get(thread, ())) if thread else 0
        if self._of.get(0) and any(monitor.waiters for monitor in self._of[0]):
            return None
        if not 0 < len(self._waited) - own <= _MOST:
            return None
        wanted = [monitor for monitor in self._waited if monitor.owner != thread]
        if len(wanted) == 1:
            return wanted[0].lock(INFERRED)
        owners = tuple(dict.fromkeys(monitor.owner for monitor in wanted))
        return Lock("monitor", None, wanted[0].line, owners=owners, evidence=INFERRED) if set(owners) <= set(waiting) else None
