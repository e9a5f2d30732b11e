"""The object that a thread waits for, read from the arguments of its frames."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.arguments import FrameArguments
from stackan.model.arguments import Address
from stackan.model.columns import LOCALS
from stackan.model.dump import Dump
from stackan.model.place import FRAMES, RECORDED, Awaited, StackMeaning
from stackan.model.records import NamedTuple
from stackan.model.rules import Rules, WaitRule

# Locks that other kinds are made of: the loader's is a mutex, a stream's a lock of the C library.
_INNER_LOCKS = ("mutex", "allocator")
_JOINED = (b"threadid", b"th", b"pthread_id")  # arguments that are the thread whose end is waited for
_BY_MORE = ("thread", "barrier")  # of which more than one argument tells
_FEW = 4  # threads for which a column is not worth its while
# A caller's own name for the lock that it takes; only in the frame directly outside of the wait.
_LOCK_NAMES = (b"mutex", b"mtx", b"lock", b"mu", b"m", b"rwlock")

# How the functions end in which a thread waits to write: POSIX's, Solaris's, Go's, Rust's and parking_lot's, Windows', folly's.
_WRITES = (
    "rwlock_wrlock",
    "rwlock_wrlock_full",
    "rwlock_clockwrlock",
    "rwlock_timedwrlock",
    "rw_wrlock",
    "rw_wrlock_impl",
    "std::shared_mutex::lock",
    "std::shared_timed_mutex::lock",
    "sync.(*RWMutex).Lock",
    "RwLock::write_contended",
    "RawRwLock::lock_exclusive_slow",
    "AcquireSRWLockExclusive",
    "folly::SharedMutexImpl::lock",
)


class _Question(NamedTuple):
    """Which frames' arguments may print what a place waits for: worked out once, used for each thread in that place."""

    place: StackMeaning
    objects: tuple[tuple[int, tuple[bytes, ...]], ...]  # (frame, names of the arguments that print the object), best first
    descriptors: tuple[tuple[int, bytes], ...]  # (frame, name of the argument that prints a file descriptor), best first
    line: int  # the frame to quote where none prints the object
    mode: str


class Questions:
    """What each place makes worth asking, by one set of rules; the snapshots of a process share them."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: dict[int, _Question] = {}  # by place, which it keeps: equal places are the same object

    def about(self, place: StackMeaning) -> _Question:
        found = self._known.get(id(place))
        if found is None:
            found = self._known[id(place)] = _ask(place, self._rules)
        return found


class Waits:
    """Finds what the threads of one dump wait for."""

    def __init__(self, dump: Dump, questions: Questions, arguments: FrameArguments) -> None:
        self._dump = dump
        self._questions = questions
        self._arguments = arguments
        self._objects: dict[tuple[int, int, Address], Awaited] = {}  # by place, frame and object: many wait for one lock
        self._unnamed: dict[tuple[int, int | None], Awaited] = {}  # by place and descriptor: whose object no frame prints

    def find(self, thread: int, place: StackMeaning) -> Awaited | None:
        """The object that a thread waits for, or None if it does not wait for one."""
        if place.kind is None:
            return self._polled(thread, place) if place.verb == "waiting" and place.state == "network" else None
        found = self._find(thread, place, place.kind)
        return self._barrier(thread, place, found) if place.kind == "barrier" else found

    def find_each(self, threads: Sequence[int], place: StackMeaning) -> list[Awaited | None]:
        """The same of threads in one place, whose arguments are read a column at a time."""
        if len(threads) < _FEW or place.kind is None or place.kind in _BY_MORE or not place.names:
            return [self.find(thread, place) for thread in threads]
        question = self._questions.about(place)
        found: dict[int, Awaited] = {}
        left: Sequence[int] = threads
        for at, names in question.objects:
            for name in names:
                addresses = self._arguments.addresses(left, at, name)
                for thread, address in zip(left, addresses):
                    if address is not None:
                        found[thread] = self._on(place, question, at, address)
                if len(found) == len(threads):
                    return [found[thread] for thread in threads]
                left = [thread for thread, address in zip(left, addresses) if address is None]
        return [found.get(thread) or self._on_unnamed(thread, place, question) for thread in threads]

    def _on(self, place: StackMeaning, question: _Question, at: int, address: Address) -> Awaited:
        key = id(place), at, address
        return self._objects.get(key) or self._objects.setdefault(key, _object(place, question, at, address))

    def _on_unnamed(self, thread: int, place: StackMeaning, question: _Question) -> Awaited:
        descriptor = None
        for at, name in question.descriptors:
            descriptor = self._arguments.number(thread, at, name)
            if descriptor is not None:
                break
        shown = id(place), descriptor
        return self._unnamed.get(shown) or self._unnamed.setdefault(shown, _unnamed(place, question, descriptor))

    def _find(self, thread: int, place: StackMeaning, kind: str) -> Awaited:
        if not place.names:  # a printed state without a stack
            return Awaited(kind, None, None, (), "", RECORDED, 0, self._dump.columns.thread_line[thread])
        question = self._questions.about(place)
        if kind == "thread":
            return self._joined(thread, place, question)
        for at, names in question.objects:
            for name in names:
                found = self._arguments.address(thread, at, name)
                if found is not None:
                    return self._on(place, question, at, found)
        return self._on_unnamed(thread, place, question)

    def _polled(self, thread: int, place: StackMeaning) -> Awaited | None:
        """The one descriptor that a thread polls in a task; outside of tasks an event wait is for work."""
        if not self._dump.columns.lines_by_kind[LOCALS]:
            return None
        from stackan.classify.polled import find_polled

        return find_polled(self._dump, thread, place)

    def _barrier(self, thread: int, place: StackMeaning, found: Awaited) -> Awaited:
        if not self._dump.columns.lines_by_kind[LOCALS]:
            return found
        from stackan.classify.barriers import missing_behind

        return found._replace(missing=missing_behind(self._dump, thread, place))

    def _joined(self, thread: int, place: StackMeaning, question: _Question) -> Awaited:
        """The joined thread: `threadid=` is its pthread id in decimal, `expected=` its LWP (glibc's tid word)."""
        dump, arguments = self._dump, self._arguments
        owners: tuple[int, ...] = ()
        pthread, frame = None, question.line
        for at in range(place.wait_frames):
            expected = arguments.number(thread, at, b"expected")
            if expected and place.names[at].startswith(("futex_abstimed_wait", "futex_wait", "lll_wait_tid")):
                owners, frame = (expected,), at
            thread_id = next(filter(None, (arguments.number(thread, at, name) for name in _JOINED)), None)
            if thread_id:
                pthread = thread_id
        if pthread is not None and not owners:
            owners = (dump.lwp_of_pthread[pthread],) if pthread in dump.lwp_of_pthread else ()
        return Awaited("thread", pthread, None, owners, "", FRAMES, frame)


def _object(place: StackMeaning, question: _Question, frame: int, found: Address) -> Awaited:
    return Awaited(place.kind or "", found.value, found.symbol, (), question.mode, FRAMES, frame)


def _unnamed(place: StackMeaning, question: _Question, descriptor: int | None) -> Awaited:
    return Awaited(place.kind or "", None, None, (), question.mode, FRAMES, question.line, 0, descriptor)


def _ask(place: StackMeaning, rules: Rules) -> _Question:
    api = next(
        (at for at in range(place.wait_frames - 1, -1, -1) if place.names[at] in rules.waits), 0
    )  # the outermost that names the wait
    objects = []
    if place.rule is None or place.rule.verb != "blocked":  # else the condition is the waiter's own, not what it waits for
        objects = [(at, _names(place, rules, at)) for at in range(place.wait_frames - 1, -1, -1)]
    if place.state == "lock" and place.rule is None and place.wait_frames < len(place.names):
        objects.append((place.wait_frames, _LOCK_NAMES))
    named = rules.waits.get(place.names[api])
    descriptors = [(at, name) for at in range(place.wait_frames) for name in (named.descriptor if named is not None else ())]
    line = min(place.wait_frames, len(place.names) - 1) if place.rule is not None else api
    return _Question(place, tuple((at, names) for at, names in objects if names), tuple(descriptors), line, _mode(place, named))


def _names(place: StackMeaning, rules: Rules, at: int) -> tuple[bytes, ...]:
    """The arguments of one of the wait's frames that print its object."""
    rule = rules.waits.get(place.names[at])
    if rule is None:
        return rules.wrappers.get(place.names[at], ())
    return rule.arguments if rule.kind == place.kind or rule.kind in _INNER_LOCKS else ()


def _mode(place: StackMeaning, named: WaitRule | None) -> str:
    if place.kind != "rwlock":
        return "" if named is None or not named.descriptor else "read" if named.input else "write"
    names = place.names[: place.wait_frames]
    if any(name.endswith(_WRITES) for name in names):
        return "write"
    functions = [name.rpartition("::")[2] for name in names]
    return "read" if any("rdlock" in name or "RLock" in name or "shared" in name.lower() for name in functions) else ""
