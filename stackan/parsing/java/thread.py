"""One thread of a Java dump: the facts in its lines beside its frames, and how a frame is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Lock, PrintedState
from stackan.model.runtime_phrases import SERVICE, TAKES_THE_DUMP
from stackan.parsing.fields import location_of
from stackan.parsing.known import once_each

# Threads that every virtual machine has: a dump without any is an excerpt.
_OF_EACH_JVM = frozenset(
    (
        b"Reference Handler",
        b"Finalizer",
        b"Finalizer thread",
        b"Signal Dispatcher",
        b"VM Thread",
        b"VM Periodic Task Thread",
        b"Common-Cleaner",
    )
)

PINNED_CARRIER = "java: pinned carrier"  # as profiles know the thread on which a virtual one waits
CARRIED = ("", "java: carrier", "java: carries a virtual thread", PINNED_CARRIER)  # as the native scanner numbers them


class JavaThread:
    """The facts in the lines of one thread beside its frames."""

    frames = 0
    natives = 0  # frames of native code, where they are printed with the others
    waits = False  # it is in Object.wait, which gives its monitor back
    compiles = of_vm = False  # it works for the virtual machine: compiles, collects
    of_native_code = False  # the virtual machine does not know it
    carries = ""  # a virtual thread, in profiles' words
    virtual = False
    pinned = False  # a virtual thread that waits without leaving its carrier
    complete = False  # no frame can follow
    cut = False  # not all frames are printed
    awaits: Lock | None = None
    owner: tuple[bytes, int] | None = None  # (name, number) of the thread that has it, where that is printed

    def __init__(self, name: bytes, line: int, header: bytes = b"", number: int = UNKNOWN) -> None:
        self.name = name
        self.number = number  # as Java counts its threads
        self.ran, self.age = read_times(header) if header else (None, 0)
        self.state, self.state_line = b"", line
        if b" waiting for monitor entry" in header:  # up to JDK 5 no other line says so
            self.state = b"BLOCKED"
        self.runs = b" runnable" in header
        # Up to JDK 15 nothing else shows a thread that waits until another has initialized a class.
        self.initializes = b" in Object.wait() " in header
        self.holds: list[Lock] = []
        self.held: set[int | None] = set()  # addresses of these

    def add_frame(self, function: bytes, line: int) -> None:
        if function.endswith((b".<clinit>", b"java.lang.VirtualThread.parkOnCarrierThread")):
            if function.endswith(b">"):  # others wait for the thread that runs a class's initializer
                self.holds.append(Lock("once", None, line, function[:-9].decode("utf-8", "replace"), self.frames + self.natives))
            else:
                self.pinned = True
        if not self.frames and function.startswith(b"java.lang.Object.wait"):
            self.waits = True
        self.frames += 1

    def add_lock(self, read: tuple[str, Lock] | None) -> None:
        """Take a lock line."""
        if read is not None:
            verb, lock = read
            if verb == "holds":
                self.add_held(lock)
            elif self.awaits is None:
                self.awaits = lock
                if not self.state and lock.kind == "monitor" and not self.waits:
                    self.state = b"BLOCKED"

    def add_held(self, lock: Lock) -> None:
        """Take a lock that it holds; a monitor that it has entered twice is printed twice."""
        if lock.address not in self.held:
            self.held.add(lock.address)
            self.holds.append(lock)

    def keeps_carrier(self) -> bool:
        """Whether a virtual thread that is mounted waits there: parked, in Object.wait, or in front of a monitor."""
        return self.pinned or self.waits or self.state == b"BLOCKED"

    def pin(self, mounted: JavaThread) -> None:
        """Take in that a virtual thread waits on this one and does not leave it."""
        self.carries = PINNED_CARRIER
        self.awaits = Lock("condition", None, mounted.state_line, f"virtual thread {mounted.name.decode('ascii', 'replace')}")

    def printed_state(self) -> PrintedState:
        holds = self.holds
        if self.waits and (self.awaits is None or self.awaits.address is None):
            # Compiled code prints no object for Object.wait: any of its monitors may be the one that was given back.
            holds = [lock for lock in holds if lock.kind != "monitor"]
        elif self.awaits is None and self.state == b"BLOCKED":
            # jhsdb prints the monitor that the innermost frame enters as locked, among those that it has.
            holds = [lock for lock in holds if lock.kind != "monitor" or lock.frame > 0]
        return PrintedState(self.words(), self.state_line, self.awaits, tuple(holds), self.ran, self.age, self.cut)

    def words(self) -> str:
        """The thread's state as profiles know it."""
        if (self.awaits is not None and self.awaits.kind == "once") or (self.initializes and self.frames and not self.waits):
            return "java: class initialization"
        if self.of_native_code:
            return ""
        if self.carries or self.of_vm or self.name in TAKES_THE_DUMP:
            return self.carries or "java: VM thread"
        if self.virtual and not self.frames and self.state in (b"", b"RUNNABLE"):
            return "java: virtual thread without a carrier"
        if self.frames or self.natives or self.compiles or self.state == b"BLOCKED":
            state = self.state or (b"RUNNABLE" if self.runs else b"thread")
            return f"java: {state.decode('utf-8', 'replace')}"
        return "java: VM thread" if not self.state or self.name.startswith(SERVICE) else "java: no Java frames"


def are_an_excerpt(names: Iterable[bytes]) -> bool:
    """Whether none of these is the name of a thread that every virtual machine has."""
    return _OF_EACH_JVM.isdisjoint(names)


def give_to_owners(threads: Iterable[JavaThread]) -> None:
    """Add a lock that a thread waits for to those of the thread that is named as its owner: by its number, else by its name alone."""
    threads = list(threads)
    by_number = {thread.number: thread for thread in threads if thread.number != UNKNOWN}
    named = Counter(thread.name for thread in threads)
    by_name = {thread.name: thread for thread in threads if named[thread.name] == 1}
    for thread in threads:
        if thread.owner is not None and thread.awaits is not None and thread.awaits.address is not None:
            name, number = thread.owner
            owner = by_number.get(number) if number != UNKNOWN else by_name.get(name)
            if owner is None:
                number_and_name = f"{number} " * (number != UNKNOWN) + name.decode("utf-8", "replace")
                thread.awaits = thread.awaits._replace(owner=number_and_name.strip())
            elif owner is not thread:
                owner.add_held(thread.awaits._replace(frame=0))


@once_each
def read_frame(text: bytes) -> tuple[bytes, bytes]:
    """(function, location) of `java.lang.Thread.run(java.base@17.0.15/Thread.java:840)`.

    The origin of a class is before the `/`; a file may be missing: `Native Method`, `Unknown Source`.  SAP's virtual machine writes
    the method's signature behind its name: `app.net.Door.poll(JI[B)Z(Native Method)`.
    """
    start = text.rfind(b"(")
    if start < 0 or not text.endswith(b")"):
        return text, b""
    signature = text.find(b"(")
    module, _, file = text[start + 1 : -1].rpartition(b"/")
    return text[:signature], location_of(module, file if b"." in file else b"")


def read_times(header: bytes) -> tuple[int | None, int]:
    """(CPU time, age) in microseconds of `… cpu=1.13ms elapsed=18.20s …`, printed from JDK 11 on; SAP's: `cpu=1.13 [reset 1.13] ms`."""
    ran = _microseconds(header.partition(b" cpu=")[2].partition(b"ms ")[0].partition(b" [")[0], 1000)
    age = _microseconds(header.partition(b" elapsed=")[2].partition(b"s ")[0], 1_000_000)
    return ran, age or 0


def _microseconds(text: bytes, unit: int) -> int | None:
    whole, _, part = text.partition(b".")
    return int(float(text) * unit) if whole.isdigit() and part.isdigit() and len(text) < 16 else None


def read_number(text: bytes) -> int:
    """A number as the JVM writes it, decimal or with 0x; UNKNOWN if it is none that fits 63 bits."""
    try:
        number = int(text, 16 if text.startswith(b"0x") else 10) if text.isalnum() and len(text) < 20 else UNKNOWN
    except ValueError:
        return UNKNOWN
    return number if 0 <= number < 1 << 63 else UNKNOWN
