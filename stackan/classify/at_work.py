"""What the names on a stack say of a wait on a condition that no rule knows: for work, or in the middle of it.

Both look alike, but for the function that waits.  A consumer *takes* what comes; a thread that hands over, borrows, or asks and has
to have the answer is at work:

    pthread_cond_wait ← BoundedQueue::pop ← worker                           parked
    pthread_cond_wait ← BoundedQueue::push ← parse_stage                     the queue is full
    pthread_cond_wait ← ConnectionPool::acquire ← Lease::Lease ← transfer    all connections are lent
    pthread_cond_wait ← Reply::wait_reply ← call_backend ← handle_request    no answer has come

What a thread's entry is called says nothing: `flush` may be the name of the thread that flushes.  Nor does a wait's own wrapper.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import dropwhile

from stackan.model.place import is_main

# Verbs of functions that wait until there is room, or until something is given back.  They lead a method's name (`push_back`), and
# end that of a function of C (`ring_push`).
_GIVES = frozenset(("push", "put", "enqueue", "produce", "publish", "submit"))
_BORROWS = frozenset(("acquire", "reserve", "checkout", "borrow", "lease"))
# Names of functions that wait until others are done.  With more words they may be the loop that does it: `flush_dirty_pages`.
_ENDS = re.compile(
    r"(?:flush|drain|shut_?down|join|quiesce|rendezvous)(?:_(?:and_wait|and_join|all|wait))?"
    r"|(?:wait|await)_(?:(?:for|until|till)_)?(?:all_)?(?:done|idle|empty|drained|finished|finish|completed|complete|completion|flushed)"
)
_ANSWER = re.compile(
    r"(?:^|_)(?:wait|await|waits)_(?:(?:for|until|on|the|an?|its)_)*(?:[a-z]+_)?(?:reply|replies|response|responses|answer|answers|result|ack)(?:_|$)"
    r"|^(?:await|wait_for_peer|wait_for_remote)$"
)
# Names of a thread's own loop, whatever else they say, and of those that start it.
_LOOPS = frozenset(("loop", "main", "thread", "worker", "run", "proc", "routine", "entry", "start", "daemon", "handler", "body"))
# What only wraps a wait: by its function (`my_cond_wait`, `Lck_CondWaitUntil`, `Monitor::timedWait`), or as a method of such an object.
_WRAPS = re.compile(
    r"(?:[a-z0-9]+_)*cond(?:ition)?(?:_?var(?:iable)?)?_(?:timed_?|[a-z]+_)*(?:wait|sleep)(?:_[a-z]+)*|(?:do_|timed_?)*wait(?:_until|_for|_timed|_ms|_internal|_impl)?|sleep|block|park"
)
_OBJECTS = re.compile(
    r"sem|semaphore|cond|condition|condition_variable|cond_?var|event|latch|barrier|monitor|signal|gate|notification|waiter|parker|mutex|lock"
)


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, str]:
    """The words of a function's class or namespace and of its own name, each with `_` between them, in lower case."""
    parts = [part for part in re.split(r"::|[.:$]", name) if part]
    own = _snake(parts[-1]) if parts else ""
    return (_snake(parts[-2]) if len(parts) > 1 else ""), own


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.lstrip("~_")).lower().strip("_")


def needs_something(application: Sequence[str], glue: Collection[str]) -> bool:
    """Whether a thread that waits on a condition, outside of these frames, is at work by what its functions are called."""
    started = bool(application) and is_main(application[-1])
    outside = list(dropwhile(lambda name: name in glue or _only_waits(name), application))
    if len(outside) < 2 or outside[0].startswith("??"):
        return False
    inner, *callers = (words_of(name)[1] for name in outside[:-1])
    if _gives_or_borrows(outside[0]) or (not started and _ENDS.fullmatch(inner)):
        return True
    return any(_ANSWER.search(own) and not _is_loop(own) for own in (inner, *callers))


def _only_waits(name: str) -> bool:
    owner, own = words_of(name)
    return _WRAPS.fullmatch(own) is not None or (_OBJECTS.fullmatch(owner.rpartition("_")[2]) is not None and not name.startswith("??"))


def _gives_or_borrows(name: str) -> bool:
    owner, own = words_of(name)
    said = own.split("_")
    if _is_loop(own) or not said:
        return False
    verbs = _GIVES | _BORROWS
    return said[0] in verbs or (not owner and said[-1] in verbs and not {"wait", "await", "until"} & set(said))


def _is_loop(own: str) -> bool:
    return not _LOOPS.isdisjoint(own.split("_"))
