"""What the words of a function's name say about it, in whatever style it is written: `JobQueue::pop`, `apr_queue_pop`, `waitForWork`.

takes work       pop, take, get, next, receive, dequeue …, or a wait for work: parked where it waits
only waits       wait, await, sleep, park … with nothing said of what for: a wrapper of the wait
is a loop        loop, worker, or what a pool, an executor or a scheduler runs: it calls tasks
is a thread's    run, main, loop, …Thread: the body of a thread, not one of many tasks
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SCOPE = re.compile(r"::|\.|:")
_TAKING = frozenset(("pop", "take", "get", "next", "receive", "recv", "dequeue", "pull", "poll", "steal", "idle", "park"))
_WAITING = frozenset(("wait", "waits", "waiter", "await", "sleep"))
_WORK = frozenset((
    "work", "task", "tasks", "job", "jobs", "event", "events", "item", "items", "message", "messages", "msg", "queue", "wakeup",
    "notify", "notification", "request", "requests", "signal"
))  # fmt: skip
_PLAIN = _WAITING | frozenset((
    "cond", "condition", "condvar", "cv", "event", "events", "for", "until", "timed", "time", "timeout", "lock", "lck", "mutex",
    "sync", "monitor", "impl", "internal", "with", "sig", "on", "try", "low", "common", "slow"
))  # fmt: skip
_WRAPPED = re.compile(r"(?:^| )(?:cond|condition|condvar|cv|sem|semaphore|futex|monitor)(?: var| variable)? (?:timed ?)?wait")
_LOOP = frozenset(("loop", "worker", "workers"))
_RUNNERS = frozenset((
    "pool", "executor", "executors", "scheduler", "dispatcher", "workqueue", "taskqueue", "threadpool"
))  # fmt: skip
_RUNS = frozenset((
    "run", "main", "work", "execute", "process", "thread", "entry", "start", "routine", "func", "function", "proc", "dispatch", "body"
))  # fmt: skip
_VIRTUAL = frozenset(("run", "execute", "call", "process", "perform", "invoke", "work", "handle"))
_BODIES = frozenset((
    "run", "main", "loop", "thread", "worker", "daemon", "monitor", "watch", "watcher", "poll", "listen", "accept", "entry", "start",
    "background", "execute", "routine", "forever"
))  # fmt: skip


_KEPT = 1 << 14  # names whose words are kept: the stacks of a server repeat some thousands
_LONGEST = 200  # characters of a name with its class that are read: templates make long ones, whose first words say what it is


@lru_cache(maxsize=_KEPT)
def all_words_of(name: str) -> frozenset[str]:
    """The words of a name and of all that it lies in, in lower case: q, basic, mutex, lock and internal of `QBasicMutex::lockInternal`.

    A frame without a name has none.
    """
    return frozenset() if name.startswith("??") else frozenset(map(str.lower, _WORD.findall(name[:_LONGEST])))


@lru_cache(maxsize=_KEPT)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a function's own name, in lower case."""
    return tuple(word.lower() for word in _WORD.findall(_SCOPE.split(name.rstrip("()"))[-1]))


@lru_cache(maxsize=_KEPT)
def owner_of(name: str) -> str:
    """The class or namespace that a function's name begins with, "" if it has none."""
    parts = _SCOPE.split(name)
    return parts[-2] if len(parts) > 1 else ""


@lru_cache(maxsize=_KEPT)
def takes_work(name: str) -> bool:
    words = words_of(name)
    return not _TAKING.isdisjoint(words) or not (_WAITING.isdisjoint(words) or _WORK.isdisjoint(words))


@lru_cache(maxsize=_KEPT)
def only_waits(name: str) -> bool:
    """Whether a function is a wrapper of a wait: `Event::wait`, or with any prefix `ngx_thread_cond_wait`."""
    words = words_of(name)
    if words in (("park",), ("block",)):
        return True
    return (not _WAITING.isdisjoint(words) and _PLAIN.issuperset(words)) or _WRAPPED.search(" ".join(words)) is not None


@lru_cache(maxsize=_KEPT)
def is_pools_loop(name: str) -> bool:
    """Whether a function by its name, or by its class's, takes tasks and calls them in turn; `WorkerThread::run` may be any thread's."""
    words = words_of(name)
    return not (_LOOP.isdisjoint(words) and (_RUNS.isdisjoint(words) or _RUNNERS.isdisjoint(_words_of_owner(name))))


def _words_of_owner(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(owner_of(name))}


@lru_cache(maxsize=_KEPT)
def is_virtual_task(name: str) -> bool:
    """Whether a function is what a class has for a pool to call: `Audit::run`, `Job::execute`."""
    words = words_of(name)
    return bool(owner_of(name)) and len(words) == 1 and words[0] in _VIRTUAL


@lru_cache(maxsize=_KEPT)
def is_a_threads(name: str) -> bool:
    return not _BODIES.isdisjoint(words_of(name))
