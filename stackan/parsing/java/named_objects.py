"""Objects as java.lang.management names them, by class and identity hash, which serves here as an address; and whose they are.

app.Table@4b5d6a01
[Ljava.lang.String;@7adf9f5f
on app.Table@4b5d6a01 owned by "worker-2" Id=32 (in native)                 ThreadInfo
on lock=app.Table@4b5d6a01                                                  the JDK's ThreadMonitor
on app.Table@4b5d6a01 owned by: worker-2                                    JConsole, VisualVM of a JDK 5
"""

from __future__ import annotations

import re

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Lock
from stackan.parsing.fields import decimal, hexadecimal
from stackan.parsing.java.locks import kind_of
from stackan.parsing.java.thread import JavaThread

_OWNER = re.compile(rb'owned by:? "?(.*?)"?(?: [Ii]d=(\d{1,18}))?$')
_REMARKS = (b"(in native)", b"(running in native)", b"(suspended)")


def read_object(text: bytes) -> tuple[int | None, str]:
    """(identity hash, class) of `app.Table@4b5d6a01`; no hash where it is none."""
    what, _, digits = text.strip().rpartition(b"@")
    return hexadecimal(digits) if what else None, what.decode("utf-8", "replace")


def read_owner(text: bytes) -> tuple[bytes, int] | None:
    """(name, number) of `owned by worker-2 Id=32`; UNKNOWN where no number is printed."""
    found = _OWNER.match(text)
    number = decimal(found[2] or b"") if found else None
    return (found[1], UNKNOWN if number is None else number) if found else None


def take_waiting(thread: JavaThread, words: bytes, line: int) -> None:
    """Take the words behind a thread's state: what it waits for, and whose that is."""
    rest = words.strip()
    for remark in _REMARKS * 2 if rest.endswith(b")") else ():
        rest = rest.removesuffix(remark).strip()
    lock, owned, owner = rest.partition(b" owned by")
    if lock.startswith(b"on "):
        take_awaited(thread, lock[3:].removeprefix(b"lock="), line)
    if owned:
        thread.owner = thread.owner or read_owner(b"owned by" + owner)


def take_awaited(thread: JavaThread, object: bytes, line: int) -> None:
    """Take the object that a thread waits for."""
    address, what = read_object(object)
    kind = "monitor" if thread.state == b"BLOCKED" else kind_of(what)
    thread.add_lock(("awaits", Lock(kind, address, line, what)))
