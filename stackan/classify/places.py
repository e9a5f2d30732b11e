"""Distinct stacks → places: what a thread with such a stack waits for or does.

The *mechanism* is the run of innermost frames that belong to a wait; the *purpose* is read from the frames directly
outside of it; the *role* from those that start the thread.  Frame 0 alone is never believed: without symbols it is
`??`, and one glibc function serves conditions, semaphores, joins and read-write locks alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from stackan.classify.at_work import asks_a_peer, awaits_an_answer, needs_something, reads_by_stdio
from stackan.classify.own_futexes import read_own_futex
from stackan.classify.patterns import match
from stackan.classify.rule_index import RuleIndex
from stackan.classify.sleeps import keeps_time
from stackan.function_words import takes_work
from stackan.model.place import (
    ASKS,
    AT_WORK,
    CONDITION_OF_LOOP,
    IN_CALLBACK,
    IN_KERNEL,
    NAMELESS,
    NOT_PRINTED,
    PARKS,
    RUNS,
    SLEEPS,
    SPINS,
    SPINS_BY_DESIGN,
    STARTS_OF_PROGRAMS,
    SUPERVISES,
    TIMER,
    UNNAMED,
    WAITS_FOR_CONNECTIONS,
    WAITS_FOR_DATAGRAMS,
    WAITS_FOR_EVENTS,
    WAITS_FOR_PEER,
    StackMeaning,
    is_main,
)
from stackan.model.records import NamedTuple
from stackan.model.rules import FrameRule, Rules, WaitRule

# A virtual thread that waits so keeps others from running: it is no consumer that is parked.
_PINS = frozenset(("java.lang.VirtualThread.parkOnCarrierThread",))
_STRIPPED = 3  # at most so many innermost frames of the C library may lack a name
_SHALLOW = 5  # frames within which a server's loop receives: deeper ones ask somebody and wait for the answer
_NAMELESS_SEMAPHORE = 2  # frames of the C library without a name that sem_wait leaves where it jumps to its slow half
_NEAR_ITS_START = 6  # frames of a stripped program's loop, a few functions of its own and the two that start a thread
_LIBRARY_UNNAMED = ("?? libc.so", "?? libc-", "?? libpthread", "?? liburing")
_STATES = {
    "socket": "network",
    "file": "io",
    "pipe": "io",
    "condition": "condition",
    "process": "join",
    "future": "future",
}  # of what a rule says is waited for; else "lock"
_UNTOLD = frozenset(("futex",))  # of a system call with a name that says nothing of what for
_OUTSIDE = ("network", "io", "sleep", "signal")  # frames further out do not turn such a wait into another


class _Wait(NamedTuple):
    """The mechanism that a stack shows."""

    rule: WaitRule | None
    run: int  # innermost frames that are its own
    timed: bool


class _Meaning(NamedTuple):
    """The purpose of a wait: what the thread does there, with the reason for that conclusion."""

    verb: str
    reason: str
    state: str
    kind: str | None = None
    role: str | None = None
    answer: bool = False


class Places:
    """Classifies stacks by one set of rules; each distinct stack once."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._index = RuleIndex(rules.frame_rules)
        self._known: dict[tuple[tuple[str, ...], str, str], StackMeaning] = {}
        self._timed: dict[int, tuple[StackMeaning, StackMeaning]] = {}  # by the first one's id, which it keeps
        self._executors = frozenset().union(*(rule.functions for rule in rules.executors), *(rule.dispatch for rule in rules.pools))
        self._runners = frozenset().union(*(rule.functions for rule in rules.executors if rule.caller))  # their callers are the loops

    def place(self, names: tuple[str, ...], state: str = "", loop: str = "") -> StackMeaning:
        """The place of a stack; `state` is the state that the dump prints for the thread, as profiles know it.

        `loop` is the frame that is known to run it as a task.
        """
        key = names, state, loop
        found = self._known.get(key)
        if found is None:
            found = self._known.setdefault(key, self._classify(*key))  # others may have been quicker: equal places are the same object
        return found

    @property
    def known(self) -> int:
        """How many stacks it has classified."""
        return len(self._known)

    def timed(self, place: StackMeaning) -> StackMeaning:
        """The same place, where the wait ends at a time-out."""
        found = self._timed.get(id(place))
        if found is None:
            found = self._timed.setdefault(id(place), (place, place._replace(timed=True)))
        return found[1]

    def _classify(self, names: tuple[str, ...], state: str, loop: str) -> StackMeaning:
        wait = self._find_wait(names)
        said = self.rules.waits.get(state)
        # A profile names a printed state only where it says more than the frames: a monitor has no frame.
        if said is not None and said.state == "running":
            wait = _Wait(None, 0, False)  # the wait that its frames show has ended
        elif said is not None:
            wait = wait._replace(rule=wait.rule if said.otherwise and wait.rule else said, timed=wait.timed or said.timed)
        end = self._find_start(names, wait.run)
        wait = _made_by_caller(names[:end], wait)
        # A task that serves connections or events was given to the pool for good: what it waits for is its work.
        served = wait.rule is not None and (wait.rule.accept or wait.rule.events)
        in_task = (bool(loop) and not served) or self._is_run(names[wait.run : end]) or not _PINS.isdisjoint(names[: wait.run])
        rule = self._find_rule(names, wait, state)
        meaning = _by_rule(rule, wait) or self._by_itself(names, wait, said is not None) or self._by_mechanism(names, wait, end, in_task)
        return StackMeaning(
            names=names,
            state=meaning.state,
            kind=meaning.kind,
            wait_frames=wait.run,
            first_start_frame=end,
            timed=wait.timed,
            verb=meaning.verb,
            rule=rule if meaning.reason == (rule.id if rule else None) else None,
            reason=meaning.reason,
            role=meaning.role,
            task=bool(wait.rule and wait.rule.task and meaning.verb == "waiting"),
            delivers=bool(wait.rule and wait.rule.delivers) and not (rule is not None and rule.verb == "idle"),
            result=wait.rule.result if wait.rule and meaning.verb == "waiting" else "",
            in_task=in_task,
            application=names[wait.run : end],
            what=wait.rule.what if wait.rule is not None else "",
            answer=meaning.answer,
            event_loop=next(filter(self.rules.event_loops.__contains__, names[1:end]), "")
            if not wait.run and meaning.verb == "running"
            else "",
            callback=next(filter(self.rules.dispatchers.__contains__, names[max(1, wait.run) : end]), ""),
            counter=_counts(wait, meaning) and meaning.verb == "waiting" and rule is None and not in_task,
            interpreters=self.rules.interpreters,
            loop=loop if in_task else "",
        )

    def _is_run(self, application: Sequence[str]) -> bool:
        """Whether a known executor runs what waits: its own loop would be parked there, but a task may be inlined into what runs it."""
        return any(name in self._executors for name in application[1:]) or not self._runners.isdisjoint(application[:1])

    def _find_wait(self, names: Sequence[str]) -> _Wait:
        """Follow the innermost frames outwards as long as they belong to a wait; the outermost of them names it."""
        rules = self.rules
        wait: WaitRule | None = None
        run, timed = 0, False
        for at, name in enumerate(names):
            rule = self._wait_rule(name)
            if rule is not None and (at or not rule.inner) and not _turns(wait, rule):
                wait = rule if wait is None or not wait.final else wait
                timed = timed or rule.timed
            elif not (
                name in rules.primitives
                or (run and (name in rules.wrappers or name.startswith(rules.wrapper_globs)))
                or (wait is None and at < _STRIPPED and (name.startswith(_LIBRARY_UNNAMED) or self._is_inside(name, names[at + 1 :])))
            ):
                break
            run = at + 1
        return _Wait(wait, run, timed)

    def _is_inside(self, name: str, callers: Sequence[str]) -> bool:
        """Whether an unnamed frame is a system call's own: a wait for the outside calls nothing of the application's."""
        rule = self._wait_rule(callers[0]) if name == "??" and callers else None
        return rule is not None and rule.state in _OUTSIDE and not rule.inner

    def _wait_rule(self, name: str) -> WaitRule | None:
        found = self.rules.waits.get(name) or self.rules.waits.get(name.removesuffix("_syscall"))
        return found or next((rule for prefix, rule in self.rules.wait_globs if name.startswith(prefix)), None)

    def _find_start(self, names: Sequence[str], run: int) -> int:
        """The first of the outermost frames that only start the thread."""
        end = len(names)
        if end - run > 1 and names[end - 1].startswith("??") and names[end - 2] in STARTS_OF_PROGRAMS:
            end -= 1  # a stripped program's _start
        prefixes = (*_LIBRARY_UNNAMED, "?? libstdc++", *self.rules.start_globs)
        while end > run and (names[end - 1] in self.rules.starts or names[end - 1].startswith(prefixes)):
            end -= 1
        return end

    def _find_rule(self, names: Sequence[str], wait: _Wait, state: str) -> FrameRule | None:
        if not wait.run and wait.rule is None:
            running = (rule for rule in self._index.asked(names, 0) if rule.verb == "running" and not rule.waits)
            return next((rule for rule in running if match(rule.frames, names, 0)), None)
        kinds = (wait.rule.traits if wait.rule else _UNTOLD if not names[0].startswith("??") else frozenset()) | {state}
        waiting = (rule for rule in self._index.asked(names, wait.run) if not rule.waits or rule.waits & kinds)
        return next((rule for rule in waiting if match(rule.frames, names, wait.run)), None)

    def _by_itself(self, names: Sequence[str], wait: _Wait, is_said: bool) -> _Meaning | None:
        """Threads that do not wait for anything that could be named; of one without a frame only printed words tell that it runs."""
        if wait.rule is not None:
            return None
        if not names and not is_said:
            return _Meaning("unknowable", NOT_PRINTED, "unknown")
        unnamed = names[: wait.run] and all(name.startswith("??") for name in names[: wait.run])
        if unnamed and wait.run <= 2 and len(names) > wait.run and names[wait.run] != "main" and _is_a_programs(names, wait.run):
            # Such frames are left by functions that an exported one jumps to: one by the slow half of pthread_once or of a robust mutex's
            # pthread_mutex_lock, two by that of sem_wait, pthread_join and timed or priority-inheriting locks. (One by memcpy, two by
            # free, which run: their pc shows it.) A main thread joins others, mostly by design.
            return _Meaning("waiting", NAMELESS, "unknown", "futex")
        if wait.run:
            nameless = names[0].startswith("??")
            reason = UNNAMED if nameless else IN_KERNEL
            return _Meaning("unknowable", reason, "unknown")
        if names and names[0] in self.rules.spins_by_design:
            return _Meaning("idle", SPINS_BY_DESIGN, "idle", None, "background")
        if names and names[0] in self.rules.spins:
            return _Meaning("spinning", SPINS, "running", "spinlock")
        return _Meaning("running", RUNS, "running")

    def _by_mechanism(self, names: Sequence[str], wait: _Wait, end: int, in_task: bool) -> _Meaning:
        """The purpose of a wait where no profile gives it: outside of any task, waits for events and conditions are for work."""
        rule = wait.rule
        assert rule is not None
        if rule.state == "sleep":
            if keeps_time(names[wait.run : end]):
                return _Meaning("idle", TIMER, "idle", None, "timer")
            return _Meaning("sleeping", SLEEPS, "sleep")
        if not in_task:
            if rule.accept:
                return _Meaning("idle", WAITS_FOR_CONNECTIONS, "idle", rule.kind, "acceptor")
            if rule.datagrams and end - wait.run <= _SHALLOW:
                return _Meaning("idle", WAITS_FOR_DATAGRAMS, "idle", rule.kind, "receiver")
            if rule.kind == "condition":
                if needs_something(names[wait.run : end], self.rules.glue):
                    return _Meaning("waiting", AT_WORK, rule.state, rule.kind, answer=awaits_an_answer(names[wait.run : end]))
                if (
                    wait.run < end
                    and is_main(names[end - 1])
                    and self._is_called_back(names[wait.run : end])
                    and not takes_work(names[wait.run])
                ):
                    return _Meaning("waiting", IN_CALLBACK, rule.state, rule.kind)
                return _Meaning("idle", CONDITION_OF_LOOP, "idle", rule.kind)
            if (rule.poll or rule.input) and rule.state == "network" and asks_a_peer(names[wait.run : end], rule.input):
                return _Meaning("waiting", ASKS, "network", "socket", answer=True)
            if rule.poll and self._is_called_back(names[wait.run : end]):
                return _Meaning("waiting", IN_CALLBACK, "network", "socket")
            if rule.poll:
                return _Meaning("idle", WAITS_FOR_EVENTS, "idle", rule.kind, "event-loop")
            if rule.parks and needs_something(names[wait.run : end], self.rules.glue):
                return _Meaning("waiting", AT_WORK, rule.state, rule.kind)
            if rule.parks and not names and rule.kind in ("futex", "semaphore"):
                return _Meaning("unknowable", NOT_PRINTED, "unknown")  # a table tells no purpose, and such a word may be any lock's
            if rule.parks:
                return _Meaning("idle", SUPERVISES if rule.kind == "process" else PARKS, "idle", rule.kind)
            by_table = not names and rule.kind in ("socket", "pipe")  # that shows no frame, and so no task
            is_a_server = wait.run < end and not is_main(names[end - 1]) and not reads_by_stdio(names[wait.run : end])
            if rule.input and (by_table or is_a_server):
                return _Meaning("idle", WAITS_FOR_PEER, "idle", rule.kind, "connection")
        return _Meaning("waiting", rule.id, rule.state, rule.kind)

    def _is_called_back(self, frames: Sequence[str]) -> bool:
        """Whether an event loop called what waits; a loop that a callback runs serves everybody, too."""
        inside = list(takewhile(lambda name: name not in self.rules.dispatchers, frames))
        return len(inside) < len(frames) and self.rules.event_loops.isdisjoint(inside)


def _is_a_programs(names: Sequence[str], at: int) -> bool:
    """Whether a frame is the program's own: it has a name, or no library, where the C library's inside of it are printed with theirs.

    Deep in a stripped program nothing tells what such a wait is a part of, nor does one frame alone, which a lock may have left.
    """
    if not names[at].startswith("??"):
        return True
    return names[at] == "??" and "??" not in names[:at] and at == _NAMELESS_SEMAPHORE and len(names) - at <= _NEAR_ITS_START


def _counts(wait: _Wait, meaning: _Meaning) -> bool:
    """Whether it may wait for a count of work: a wait of two nameless frames may be a semaphore's."""
    return wait.rule.counter if wait.rule is not None else meaning.reason == NAMELESS and wait.run == _NAMELESS_SEMAPHORE


def _made_by_caller(names: Sequence[str], wait: _Wait) -> _Wait:
    """The wait that the program itself makes of a system call with a name, where its functions' names tell."""
    if wait.rule is not None or not wait.run or names[0].startswith("??"):
        return wait
    rule, run = read_own_futex(names, wait.run) or (None, wait.run)
    return _Wait(rule, run, wait.timed)


def _turns(wait: WaitRule | None, rule: WaitRule) -> bool:
    """Whether a rule further out would wrongly turn the wait inside of it into another.

    What waits inside of a one-time initialization runs it: only who sleeps directly on its word waits for it.
    read() inside of fflush() waits for no lock.  Nor does the C library lock a mutex inside of its read(), or wait for a condition
    inside of its pthread_mutex_lock(): a function that does is the program's own, of the same name.
    """
    if wait is None or wait.final or (wait.kind, wait.state) == (rule.kind, rule.state):
        return False
    if rule.library and rule.kind == "once":
        return True
    if wait.state in _OUTSIDE and rule.kind != wait.kind:
        return True
    return wait.library and rule.library and not rule.nests and (not wait.internal or rule.state in _OUTSIDE or rule.kind == "process")


def _by_rule(rule: FrameRule | None, wait: _Wait) -> _Meaning | None:
    """The meaning that a profile gives."""
    if rule is None:
        return None
    kind = wait.rule.kind if wait.rule else None
    state = wait.rule.state if wait.rule else "unknown"
    if rule.verb == "idle":
        return _Meaning("idle", rule.id, "idle", kind, rule.role)
    if rule.verb == "running":
        return _Meaning("running", rule.id, "lock" if rule.kind else "running", rule.kind, rule.role)
    if rule.verb == "blocked":
        return _Meaning("blocked", rule.id, _STATES.get(rule.kind or "", "lock"), rule.kind, rule.role)
    return _Meaning(rule.verb, rule.id, state, kind, rule.role)
