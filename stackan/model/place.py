"""The meaning of a stack (StackMeaning), and what one thread of one snapshot shows beyond it (Sighting)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackan.model.brief import amount, brief, in_short, where
from stackan.model.dump import Dump
from stackan.model.facts import Fact, Wanted, fact
from stackan.model.printed import PrintedState
from stackan.model.records import NamedTuple
from stackan.model.rules import FrameRule

if TYPE_CHECKING:
    from stackan.model.link import Link
    from stackan.model.log import Log

# General reasons for the meaning of a place, where no rule of a profile gives one (docs/reasons.md).
# NAMELESS: its wait frames, one or two, have no names, see Places.  It stands still only if its innermost pc does, too.
NAMELESS = "nameless-library-frames"
UNNAMED, IN_KERNEL, NOT_PRINTED = "innermost-frames-unnamed", "inside-the-kernel", "stack-not-printed-to-its-end"
SPINS, SPINS_BY_DESIGN, RUNS = "primitive-that-burns-cpu", "spins-while-there-is-no-work", "no-wait-in-sight"
SLEEPS, TIMER = "sleeps-for-a-time", "sleeps-in-its-own-loop"
WAITS_FOR_CONNECTIONS, WAITS_FOR_EVENTS, WAITS_FOR_PEER = "waits-for-connections", "events-outside-of-tasks", "reads-outside-of-tasks"
CONDITION_OF_LOOP, PARKS, SUPERVISES = "condition-outside-of-tasks", "takes-work-outside-of-tasks", "supervises-children"
WAITS_FOR_DATAGRAMS, READS_CONTROL = "waits-for-datagrams", "reads-one-byte-of-control"
COUNTS_WORK = "all-wait-in-one-place"
AT_WORK, ASKS, IN_CALLBACK = "named-for-what-it-needs", "named-for-whom-it-asks", "waits-in-a-callback"
TURN_TO_ACCEPT, TURN_TO_RECEIVE = "turn-to-accept", "turn-to-receive-jobs"
NOTHING_LEFT, HOLDS_WHAT_IS_WANTED = "nothing-left-to-wake-it", "holds-what-stuck-threads-want"
NO_DOOR, SAME_CALL, MAYBE_SAME_CALL = "no-thread-hears-from-outside", "same-call-has-not-returned", "write-may-not-have-returned"
WAITS_FOR_INITIALIZER = "waits-where-an-initializer-is-called"
WAITS_IN_CIRCLE, OWNED = "nobody-is-left-to-end-its-wait", "dump-names-owner-of-what-it-waits-for"
READ_ALIVE, IN_LOCKED_OBJECT = "wait-read-from-the-live-process", "works-in-locked-object"
MEANWHILE = "ran-while-looked-at"
GENERAL = frozenset((
    NAMELESS, UNNAMED, IN_KERNEL, NOT_PRINTED, SPINS, SPINS_BY_DESIGN, RUNS, SLEEPS, TIMER, WAITS_FOR_CONNECTIONS, WAITS_FOR_EVENTS,
    WAITS_FOR_PEER, CONDITION_OF_LOOP, PARKS, SUPERVISES, COUNTS_WORK, AT_WORK, ASKS, IN_CALLBACK, WAITS_FOR_DATAGRAMS, READS_CONTROL,
    TURN_TO_ACCEPT, TURN_TO_RECEIVE, NOTHING_LEFT, HOLDS_WHAT_IS_WANTED, NO_DOOR, SAME_CALL, MAYBE_SAME_CALL, READ_ALIVE,
    IN_LOCKED_OBJECT, WAITS_FOR_INITIALIZER, WAITS_IN_CIRCLE, OWNED, MEANWHILE,
))  # fmt: skip

# Evidence, strongest first (docs/evidence.md).
RECORDED, LOCALS, FRAMES, PROFILE, INFERRED = "recorded", "locals", "frames", "profile", "inferred"

INITIALIZER = "initializer"  # the token of what a thread holds that runs one, of which nothing more is known

# Functions that only pass a call on, or are any lambda.
_CALLS = frozenset(("operator()", "<lambda>::operator()", "std::invoke", "std::__invoke", "std::__invoke_impl", "std::__invoke_r")) | {
    *("pthread_once_slow", "gthread_once", "std::call_once"),
    "std::function::operator()",
    "std::_Function_handler::_M_invoke",
}

# The C library calls a program's main function from these, no other thread's (glibc csu/libc-start.c).
STARTS_OF_PROGRAMS = frozenset(("libc_start_call_main", "libc_start_main", "libc_start_main_impl", "libc_start_main_stage2"))
# Symbols that the linker makes for the ends of sections: data near them are printed by their names, no function has one.
LINKERS_OWN = frozenset(("bss_start", "edata", "end", "data_start", "etext", "dso_handle", "GLOBAL_OFFSET_TABLE_", "init_array_end"))


class StackMeaning(NamedTuple):
    """A distinct stack, classified.  Frames count from the innermost, 0."""

    names: tuple[str, ...]  # canonical
    state: str  # a STATE of the contract
    kind: str | None  # the resource waited for, None if none is
    wait_frames: int  # how many innermost frames are the wait's own; frame `wait_frames` is the first of the application
    first_start_frame: int  # first of the outermost frames that only start the thread
    timed: bool
    verb: str  # "blocked", "idle", "running", "unknowable", "waiting" (no rule says what for), "sleeping", "spinning"
    rule: FrameRule | None  # the rule that fired
    reason: str  # its id, that of the wait's rule, or one of GENERAL
    role: str | None  # "listener", "acceptor", "event-loop", "connection", "follower", …
    task: bool  # it waits for the result of a task
    delivers: bool  # though it waits, it may bring the result of a task
    result: str  # the kind of threads that may deliver the result it waits for, by the wait's rule (WaitRule)
    in_task: bool  # an executor's frame is between the wait and the thread's start
    application: tuple[str, ...]  # the frames between the wait and the thread's start, innermost first
    what: str = ""  # what is waited for, where the kind says it badly: "a channel"
    event_loop: str = ""  # the event loop, if any, inside which the thread runs
    callback: str = ""  # the function of an event loop that has called what the thread is in
    counter: bool = False  # it waits, outside of any task, for a count of work or of a resource: the other waiters show which
    answer: bool = False  # by the names of its functions, it waits for an answer
    spoken: tuple[str, ...] = ()  # the names with each bare lambda named by the function that holds it, where one can be
    interpreters: frozenset[str] = frozenset()  # names of frames that run a script, which are no purpose
    loop: str = ""  # the frame of a pool that runs it as a task, where other threads or names show one

    def __repr__(self) -> str:
        return in_short("StackMeaning", f"{self.verb} in {self.purpose}: {self.state}, {self.reason}, {amount(len(self.names), 'frame')}")

    @property
    def of_initial_thread(self) -> bool:
        """Whether it is the thread that its process began with: its root is the main function, or what calls that."""
        return any(map(is_main, self.application[-1:])) or not STARTS_OF_PROGRAMS.isdisjoint(self.names[self.first_start_frame :])

    @property
    def is_untold(self) -> bool:
        """Whether no frame of it has a name, and nothing shows that it was followed to its root: it may be what lay on the stack."""
        return 0 < len(self.names) == self.first_start_frame and all(name.startswith("??") or name in LINKERS_OWN for name in self.names)

    @property
    def purpose(self) -> str:
        """The first frame outside the wait that has a name, and one that says something: it is the work itself."""
        named = [name for name in (self.spoken or self.names)[self.wait_frames : self.first_start_frame] if not name.startswith("??")]
        if named:
            return next((name for name in named if name not in _CALLS and name not in self.interpreters), named[0])
        return self.names[min(self.wait_frames, len(self.names) - 1)] if self.names else "??"


def fact_of(place: StackMeaning) -> Fact:
    """Why a place is taken for what it is."""
    if place.reason not in GENERAL:
        return fact("rule-says", rule=place.reason)
    return fact(place.reason, what=Wanted(place.kind, place.what))


# The state of a thread that waits for a resource, where its own says no more than that it is idle.
_STATES = {
    None: "sleep",
    "socket": "network",
    "pipe": "io",
    "file": "io",
    "semaphore": "semaphore",
    "future": "future",
    "mutex": "lock",
    "process": "join",
}


def unparked(place: StackMeaning, reason: str) -> StackMeaning:
    """The place of a thread that would be taken for parked, were it not known that it waits."""
    state = place.state if place.state != "idle" else _STATES.get(place.kind, "condition")
    return place._replace(verb="sleeping" if state == "sleep" else "waiting", state=state, rule=None, role=None, reason=reason)


def is_main(name: str) -> bool:
    """Whether a canonical name is the program's own outermost function: `….main` of Go, Java and C#, the body of a script."""
    return name == "main" or name.endswith((".main", ".Main", ".<Main>$", ":<module>", ":<main>"))


@brief
class Awaited(NamedTuple):
    """The object that a thread waits for, as its dump or its server's log shows it."""

    kind: str
    address: int | None
    symbol: str | None
    owners: tuple[int, ...]  # LWPs that the text itself names (a join's thread, an owner word)
    mode: str  # "read", "write" or "": of a lock as it is wanted, of a descriptor what is done with it
    evidence: str
    frame: int  # whose line shows it, counted from the innermost; `line` then is not set: most are never used
    line: int = 0
    descriptor: int | None = None  # of the file, pipe or socket
    log: Log | None = None  # that has `line`, where that is not the dump
    hint: Fact | None = None  # the thread that a log names as its holder, and why that is no proof
    missing: int | None = None  # threads that had yet to come to a barrier when this one came
    owner: str = ""  # the thread that the dump names as its owner, and does not show
    link: Link | None = None  # the other end of the descriptor, where a table beside the dumps shows it
    gone: int = 0  # the LWP of an owner that has ended without giving it back
    home: int = 0  # the process of its owners, where it is another one that shares the lock; the child whose end is waited for
    waited: int = 0  # the least time, in seconds, for which `log` says that it has waited in one go

    @property
    def is_logged(self) -> bool:
        """Whether a server's own log names it; a table that was read from the live process is none."""
        return self.log is not None and not self.is_read_alive

    @property
    def is_read_alive(self) -> bool:
        """Whether it was read from the live process beside the stacks; all such waits of one process are of one instant."""
        return self.log is not None and self.log.kind == "waits"


@brief
class Held(NamedTuple):
    """A lock that a thread holds, as its dump or its server's log shows it."""

    kind: str
    address: int | None
    evidence: str
    line: int
    frame: int  # level of the frame whose locals or arguments show it
    shared: bool  # a reader among others
    token: str = ""  # identity of a lock without an address ("allocator" of the thread itself)
    sure: bool = True  # False: the printed guard may be left over from an earlier call or iteration, the log from an earlier time
    log: Log | None = None  # that has `line`, where that is not the dump


class Sighting(NamedTuple):
    """One thread in one snapshot."""

    dump: Dump
    thread: int  # index into the dump's columns
    place: StackMeaning
    awaited: Awaited | None
    holds: tuple[Held, ...]

    def __repr__(self) -> str:
        return in_short("Sighting", f"{where(self.dump.source, self.line)}: {self.place.verb} in {self.place.purpose}")

    @property
    def printed_state(self) -> PrintedState | None:
        """The state of the thread that the dump prints beside its frames; None if it prints none."""
        return self.dump.facts.states.get(self.thread)

    @property
    def waited(self) -> int:
        """The least time, in seconds, for which the dump itself, or a log, says that it has waited here in one go."""
        state = self.printed_state if self.dump.facts.states else None
        logged = self.awaited.waited if self.awaited is not None else 0
        return max(state.waited, logged) if state is not None else logged

    @property
    def runs(self) -> bool:
        """Whether the thread was met while it ran, in a function and at an address that the text prints."""
        names, dump = self.place.names, self.dump
        located = bool(names) and not names[0].startswith("??") and dump.pc(dump.columns.thread_first[self.thread]) != 0
        return self.place.verb == "running" and located

    def text_of(self, shown: Awaited | Held | None) -> Dump | Log:
        """The text that has the line of what is shown: the dump, or a log."""
        return shown.log if shown is not None and shown.log is not None else self.dump

    @property
    def line(self) -> int:
        """Line of the thread's header."""
        return self.dump.columns.thread_line[self.thread]

    @property
    def wait_line(self) -> int:
        """Line that shows what the thread waits for, of the dump or of the log that says it; of its innermost frame if none does."""
        awaited = self.awaited
        if awaited is None:
            return self.first_frame_line
        return awaited.line or self.dump.line_in(self.thread, awaited.frame)

    @property
    def quoted_line(self) -> int:
        """The line to quote for a wait: that of its object, else of the first frame with a name outside of it."""
        awaited, place = self.awaited, self.place
        if awaited is not None and awaited.log is None and (awaited.address is not None or awaited.descriptor is not None):
            return self.wait_line
        at = next(
            (at for at in range(place.wait_frames, place.first_start_frame) if not place.names[at].startswith("??")), place.wait_frames
        )
        if at == place.wait_frames > 0 and at < len(place.names) and place.names[at] in place.interpreters:
            at -= 1  # the script says nothing: the outermost frame of the wait itself does
        return self.frame_line(at)

    @property
    def first_frame_line(self) -> int:
        columns = self.dump.columns
        return self.dump.frame_line(columns.thread_first[self.thread]) if columns.thread_frames[self.thread] else self.line

    def frame_line(self, level: int) -> int:
        """Line of the frame at a position counted from the innermost; that of the header in a thread without frames."""
        columns = self.dump.columns
        if not columns.thread_frames[self.thread]:
            return self.line
        return self.dump.frame_line(columns.thread_first[self.thread] + min(level, columns.thread_frames[self.thread] - 1))
