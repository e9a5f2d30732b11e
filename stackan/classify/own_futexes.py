"""Waits that a program or a run-time makes itself, by a futex of its own, as the names of its functions tell.

    syscall ← ethr_event_twait ← ?? ← erts_schedule               parked until an event
    syscall ← g_cond_wait ← ?? libglib-2.0.so.0 ← g_async_queue_pop      parked at a queue
    syscall ← ?? libQt6Core.so.6 ← QBasicMutex::lockInternal      a lock
    syscall ← futexWaitImpl ← Baton::wait ← Promise::get          a result that somebody has promised

The C library has no part in it but the system call, so none of its locks is meant.  A wrapper says little (`futex_wait`), and a parking
place serves locks, too: the outermost function of the same family decides.  Where no name tells, what is waited for is not known.
So it is of what happens once (`ShutdownBaton::wait`), and of a promise that no work needs: that may well be the end of the program.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackan.classify.at_work import needs_the_promise, words_of
from stackan.function_words import all_words_of, takes_work
from stackan.model.records import NamedTuple
from stackan.model.rules import WaitRule

_FAR = 6  # frames outside of the system call in which a library's own functions are looked for
_UNNAMED = 2  # of these, how many in a row may lack a name: those that a library does not export
_FAMILY = re.compile(r"\A(?:Q(?=[A-Z])|[A-Za-z]{1,64}(?=_|::))")
_WAITING = frozenset(("wait", "waits", "waiting", "twait", "timedwait", "block", "sleep"))


class _Sense(NamedTuple):
    """What a function waits for by whose name's words; `does` has to be among those of its last part.

    `named`: the last word of its class, or of its own name, has to be the one: a CompletionQueue is a queue.
    """

    about: frozenset[str]
    does: frozenset[str]
    rule: WaitRule
    named: bool = False


def _rule(kind: str, state: str, *, parks: bool = False, counter: bool = False, task: bool = False) -> WaitRule:
    return WaitRule(
        kind, state, inner=True, final=False, timed=False, poll=False, events=False, accept=False, input=False, task=task, result="",
        delivers=False, otherwise=False, arguments=(), descriptor=(), id=f"names.{kind}", parks=parks, counter=counter,
    )  # fmt: skip


_PARKS = _rule("condition", "condition", parks=True)
_PROMISED = _rule("future", "future", task=True)
_ONCE = _rule("event", "condition")  # what for, only its caller tells
_GETS = _WAITING | {"get", "await", "result", "value", "take", "join"}
_BESIDE = _GETS | {"for", "until", "on", "all", "any", "impl", "slow", "private"}  # words of a name's end that say nothing of what for
_ANY: frozenset[str] = frozenset()
_SENSES = (
    _Sense(frozenset(("cond", "condvar", "condition", "cv")), _WAITING, _PARKS),
    _Sense(frozenset(("sem", "sema", "semaphore")), _WAITING | {"acquire", "down", "take"}, _rule("semaphore", "semaphore", counter=True)),
    _Sense(frozenset(("future", "promise")), _GETS, _PROMISED, named=True),
    _Sense(frozenset(("baton", "completion")), _GETS, _ONCE, named=True),
    _Sense(frozenset(("barrier",)), _WAITING | {"arrive"}, _rule("barrier", "barrier")),
    _Sense(frozenset(("event", "events", "eventcount", "notification", "notifier", "seqlock")), _WAITING, _PARKS),
    _Sense(
        frozenset(("queue", "channel", "chan", "mailbox", "receiver")),
        _WAITING | {"pop", "get", "take", "recv", "receive", "dequeue", "next", "fetch"},
        _PARKS,
    ),
    _Sense(frozenset(("park", "parker", "parking")), _ANY, _PARKS),
    _Sense(frozenset(("twait",)), _ANY, _PARKS),
    _Sense(frozenset(("thread", "handle")), frozenset(("join",)), _rule("thread", "join")),
    _Sense(frozenset(("rw", "rwlock", "rdlock", "wrlock")), _ANY, _rule("rwlock", "lock")),
    _Sense(frozenset(("lock", "mutex", "spinlock", "locked")), _ANY, _rule("mutex", "lock")),
)


def read_own_futex(names: Sequence[str], run: int) -> tuple[WaitRule, int] | None:
    """The wait that the callers of a system call make of it, and how many innermost frames are the wait's own; None if no name tells.

    `names` end with the thread's entry.
    """
    family: str | None = None
    found: tuple[WaitRule, int] | None = None
    unnamed = 0
    for at, name in enumerate(names[run : run + _FAR], run):
        if name.startswith("??"):
            unnamed += 1
            if unnamed > _UNNAMED:
                break
            continue
        unnamed = 0
        if _only_wraps(name):
            continue
        own = _family_of(name)
        if family is not None and own != family:
            break
        family = own
        rule = _sense_of(name)
        if rule is not None:
            found = rule, at + 1
    if found is None or found[0] not in (_PROMISED, _ONCE):
        return found
    rule, run = found
    callers = names[run:]
    if callers and takes_work(callers[0]):
        return _PARKS, run  # what comes next is work, by whatever it is handed over
    return found if rule is _PROMISED and needs_the_promise(callers) else None


def _only_wraps(name: str) -> bool:
    """Whether a function is a program's own way to make the system call: `futex_wait`, which the functions of any class of it may call."""
    return "::" not in name and "futex" in all_words_of(name) and _sense_of(name) is None


def _family_of(name: str) -> str:
    """The library or namespace by whose sign a name begins: `g`, `ethr`, `Q`, `bthread`; the whole name if it has none."""
    sign = _FAMILY.match(name)
    return sign.group() if sign is not None else name


def _sense_of(name: str) -> WaitRule | None:
    around, _, last = name.rpartition("::")
    own = all_words_of(last)
    about = own | all_words_of(around.rpartition("::")[2])  # the class; a namespace further out says what all of the library is about
    nouns = _nouns_of(name)
    return next(
        (sense.rule for sense in _SENSES if sense.about & (nouns if sense.named else about) and (not sense.does or sense.does & own)),
        None,
    )


def _nouns_of(name: str) -> frozenset[str]:
    """The last word of a function's class, and of its own name but for what it does."""
    owner, own = words_of(name)
    said = [word for word in own.split("_") if word not in _BESIDE]
    return frozenset((owner.rpartition("_")[2], *said[-1:]))
