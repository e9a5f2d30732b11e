"""The lines of a dump beside the frames of its threads, as records."""

from __future__ import annotations

from collections.abc import Mapping

from stackan.model.brief import brief
from stackan.model.records import NamedTuple


@brief
class Printed(NamedTuple):
    """A lock's owner that the debugger was asked to print (`p *(pthread_mutex_t *) 0x…`)."""

    address: int
    owner: int  # LWP; 0 is none
    line: int
    kind: str = "mutex"  # or "rwlock", whose printed owner is its writer
    readers: int = 0  # that hold a rwlock; their identity is recorded nowhere
    queue: str = ""  # the threads behind the readers: "", "writer", or "both" a writer and the readers that came after it


@brief
class Lock(NamedTuple):
    """A lock or another object in a thread's own lines: `- waiting to lock <0x00000000f0d1a2b8> (a java.lang.Object)`."""

    kind: str  # a RESOURCE of the contract
    address: int | None
    line: int
    what: str = ""  # in the dump's words: "java.lang.Object"
    frame: int = 0  # position in the stack of the frame after which it is printed
    mode: str = ""  # "read" or "write" of a lock that knows both
    owners: tuple[int, ...] = ()  # LWPs that the dump itself names as having to release it, or to end
    owner: str = ""  # the thread that the dump names as its owner, where it is not among those of the dump
    evidence: str = "recorded"  # or "locals", where variables show it
    descriptor: int | None = None  # of a socket, a pipe or a file
    gone: int = 0  # the LWP of an owner that has ended without giving it back
    home: int = 0  # the process of these LWPs, where it is another one that shares the lock; the child whose end is waited for


@brief
class PrintedState(NamedTuple):
    """The lines of a dump about one thread beside its frames."""

    words: str  # its state as profiles know it: "go: chan receive", "java: BLOCKED"; "" if none is printed
    line: int  # of these words
    awaits: Lock | None = None
    holds: tuple[Lock, ...] = ()
    ran: int | None = None  # CPU time that it has used, in microseconds
    age: int = 0  # since it was started, in microseconds
    cut: bool = False  # not all of its frames are printed
    waited: int = 0  # the least time, in seconds, for which it has waited in one go; 0 if the dump prints none


@brief
class Facts(NamedTuple):
    """The lines of a dump beside the frames of its threads."""

    pid: int | None
    command: str | None
    printed: tuple[Printed, ...]
    refusals: tuple[str, ...]  # words of a debugger that could not look ("ptrace: Operation not permitted.")
    announced: int = 0  # threads that gdb named on attaching, before it printed any
    limited: bool = False  # the tool printed only so many frames of each stack
    tabled: bool = False  # of threads with one frame, which a table printed, others are not shown
    states: Mapping[int, PrintedState] = {}  # {thread row: its printed state}
    ended: bool = False  # the process printed this as the last thing before its end
    core: bool = False  # the threads are those of a core
    excerpt: bool = False  # threads that were taken out of a dump: nothing is known of the others
    numbered: int = 0  # threads that the numbers of those which are printed show, where the text ends within one of them
    hexadecimal: bool = False  # the threads' ids are listed so, apart from their headers: `thread #2: tid = 0x1a2b`
    moment: str = ""  # of a table of waits: those of several processes with the same words are of one instant
    again: int = 0  # frames that a reader has passed over, as they print a thread a second time
    deadlock: int = 0  # the line in which the run-time itself reports that none of these threads can ever go on
