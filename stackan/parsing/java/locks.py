"""Lock lines of Java thread dumps: the waits and the locks of a thread, as the JVM records them.

    - waiting to lock <0x00000000fd24fc48> (a java.lang.Object)                 wants the monitor
    - waiting to re-lock in wait() <0x00000000ffd46b98> (a java.lang.Object)    woken from Object.wait, wants it back
    - waiting on <0x00000000fe902f40> (a java.lang.ref.ReferenceQueue$Lock)     Object.wait: has given the monitor back
    - parking to wait for  <0x00000000fd21c8e8> (a java.util.concurrent.locks.ReentrantLock$NonfairSync)
    - waiting on the Class initialization monitor for Lab$Right                 from JDK 16 on
    - locked <0x00000000fd24fc58> (a java.lang.Object)                          holds the monitor
    - <0x00000000fd221bd8> (a java.util.concurrent.ThreadPoolExecutor$Worker)   holds it: "Locked ownable synchronizers"
    - waiting to lock <4b5d6a01> (a app.Table) owned by "worker-2" t@32         VisualVM, Spring Boot: an identity hash, and the owner
    - waiting to lock <9fffffff59c52280> (a app.Store)                          HP-UX: an address without `0x`
    - eliminated <owner is scalar replaced> (a java.lang.Object)                compiled away: nobody else can see it

HotSpot's vframe.cpp (javaVFrame::print_lock_info_on), and threadService.cpp for ownable synchronizers and deadlocks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from stackan.model.printed import Lock
from stackan.parsing.fields import is_hex, is_number

_AWAITS = (
    b"- waiting to lock ",
    b"- waiting to re-lock in wait() ",
    b"- waiting on ",
    b"- parking to wait for ",
)
_OWNED = b" owned by "
_CLASS = b"- waiting on the Class initialization monitor for "


def read_lock(text: bytes, line: int, frame: int) -> tuple[str, Lock] | None:
    """("awaits" or "holds", the lock) of a lock line; None for one that shows neither (`- None`, `- eliminated …`)."""
    text = text.strip()
    if text.startswith(_CLASS):
        return "awaits", Lock("once", None, line, _words(text[len(_CLASS) :]), frame)
    address, what = _object(text)
    if text.startswith(_AWAITS):
        kind = "monitor" if text.startswith(b"- waiting") else kind_of(what)
        return "awaits", Lock(kind, address, line, what, frame)
    if address is not None and text.startswith((b"- locked <", b"- Locked <")):
        return "holds", Lock("monitor", address, line, what, frame)
    if address is not None and text.startswith(b"- <"):
        return "holds", Lock(kind_of(what), address, line, what, 0)
    return None


def kind_of(what: str) -> str:
    """The resource that a synchronizer's class is."""
    return "rwlock" if "ReadWriteLock" in what or "StampedLock" in what else "mutex"


def read_class(text: bytes) -> tuple[str, str]:
    """(its name, the resource that it is as a synchronizer) of a class as a lock line has it."""
    what = _words(text)
    return what, kind_of(what)


def _object(text: bytes) -> tuple[int | None, str]:
    """(address, class) of `… <0x00000000fd24fc48> (a java.lang.Object)`, behind which an owner may be named."""
    _, _, rest = text.partition(b"<")
    digits, _, rest = rest.partition(b">")
    _, _, what = rest.partition(_OWNED)[0].partition(b"(a ")
    return _address(digits.removeprefix(b"0x")), _words(what[:-1] if what.endswith(b")") else what)


def read_owner(text: bytes) -> tuple[bytes, int] | None:
    """(name, number) of the thread that a lock line names as owner; Spring Boot writes `owned by "null" t@-1` where there is none."""
    _, found, rest = text.partition(_OWNED)
    name, mark, number = rest.rpartition(b'" t@')
    return (name.removeprefix(b'"'), int(number)) if found and mark and is_number(number, 18) else None


def _address(digits: bytes) -> int | None:
    return int(digits, 16) if is_hex(digits) else None


def _words(what: bytes) -> str:
    """A class as Java writes it; `jhsdb jstack` writes some with slashes."""
    return what.decode("utf-8", "replace").replace("/", ".")


class Deadlocks:
    """The results of the JVM's own search for deadlocks; it knows owners of java.util.concurrent locks even without `-l`.

    "order-1":
      waiting for ownable synchronizer 0x00000000ffd46508, (a java.util.concurrent.locks.ReentrantLock$FairSync),
      which is held by "order-2"
    """

    def __init__(self) -> None:
        self._found: list[tuple[bytes, str, Lock]] = []  # (a thread's name, "awaits" or "holds", the lock)
        self._waiter = b""
        self._awaited: tuple[str, int, str] | None = None  # (kind, address, class) of the line before

    def read(self, text: bytes, line: int) -> None:
        """Take a line of the section."""
        text = text.strip()
        if text.startswith(b'"') and text.endswith(b'":'):
            self._waiter = text[1:-2]
        elif text.startswith((b"waiting for ownable synchronizer 0x", b"waiting to lock ")):
            self._awaited = _awaited(text)
            if self._awaited is not None:
                kind, address, what = self._awaited
                self._found.append((self._waiter, "awaits", Lock(kind, address, line, what)))
        elif text.startswith(b'which is held by "') and self._awaited is not None:
            kind, address, what = self._awaited
            self._found.append((text[18:].rstrip(b",").removesuffix(b'"'), "holds", Lock(kind, address, line, what)))
            self._awaited = None

    def between(self, first: int, stop: int) -> Iterator[tuple[bytes, tuple[str, Lock]]]:
        """(a thread's name, ("awaits" or "holds", the lock)) from these lines of the text."""
        start, end = (bisect_left(self._found, line, key=lambda found: found[2].line) for line in (first, stop))
        return ((name, (verb, lock)) for name, verb, lock in self._found[start:end])


def _awaited(text: bytes) -> tuple[str, int, str] | None:
    """(kind, address, class) of what a line of the section says is waited for.

    waiting to lock monitor 0x00007f9e00006528 (object 0x00000000d72723b8, a java.lang.Object),
    waiting to lock Monitor@0x00007f09200667f0 (Object@0x00000000ffd462c0, a java/lang/Object),
    waiting for ownable synchronizer 0x00000000ffd46508, (a java.util.concurrent.locks.ReentrantLock$FairSync),
    """
    monitor = text.startswith(b"waiting to lock ")
    _, _, rest = text.partition(b"bject" if monitor else b"synchronizer")
    digits, _, rest = rest.partition(b"0x")[2].partition(b",")
    address, what = _address(digits), _words(rest.partition(b"a ")[2].rstrip(b",").removesuffix(b")"))
    return None if address is None else ("monitor" if monitor else kind_of(what), address, what)
