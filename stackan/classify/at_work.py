"""What the names on a stack say of a wait on a condition that no rule knows: for work, or in the middle of it.

Both look alike, but for the function that waits.  A consumer *takes* what comes; a thread that hands over, borrows, or asks and has
to have the answer is at work:

    pthread_cond_wait ← BoundedQueue::pop ← worker                           parked
    pthread_cond_wait ← BoundedQueue::push ← parse_stage                     the queue is full
    pthread_cond_wait ← ConnectionPool::acquire ← Lease::Lease ← transfer    all connections are lent
    pthread_cond_wait ← Reply::wait_reply ← call_backend ← handle_request    no answer has come
    pthread_cond_wait ← enroll_for ← commit ← dispatch_command ← session     in the middle of a client's request

What a thread's entry is called says nothing: `flush` may be the name of the thread that flushes.  Nor does a wait's own wrapper.

A thread that reads, or polls for what it reads, serves a client that is silent, or asks somebody who does not answer:

    recv ← read_packet ← handle_connection ← start_thread                    a client's turn
    poll ← VTCP_read ← HTC_RxStuff ← V1F_FetchRespHdr ← … ← start_thread     a response is read
    poll ← waitForData ← CoProcess::receive ← PipeBackend::get ← …           a backend is asked, deep inside of something else
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import dropwhile

from stackan.function_words import all_words_of, is_a_threads, only_waits, takes_work
from stackan.model.place import is_main

# Verbs of functions that wait until there is room, or until something is given back.  They lead a method's name (`push_back`), and
# end that of a function of C (`ring_push`).
_GIVES = frozenset(("push", "put", "enqueue", "produce", "publish", "submit"))
_BORROWS = frozenset(("acquire", "reserve", "checkout", "borrow", "lease"))
# Of locks, and of what their methods are called.
_LOCKS = frozenset(("lock", "rdlock", "wrlock", "mutex", "rwlock", "spinlock", "gil", "gvl"))
_TAKES = frozenset(("lock", "acquire", "enter", "take", "rlock", "wlock", "read", "write", "exclusive", "shared"))
# Names of functions that wait until others are done.  With more words they may be the loop that does it: `flush_dirty_pages`.
_ENDS = re.compile(
    r"(?:flush|drain|shut_?down|join|quiesce|rendezvous)(?:_(?:and_wait|and_join|all|wait))?"
    r"|(?:wait|await)_(?:(?:for|until|till)_)?(?:all_)?(?:done|idle|empty|drained|finished|finish|completed|complete|completion|flushed)"
)
_ANSWER = re.compile(
    r"(?:^|_)(?:wait|await|waits)_(?:(?:for|until|on|the|an?|its)_)*(?:[a-z]+_)?(?:reply|replies|response|responses|answer|answers|result|ack)(?:_|$)"
    r"|^(?:await|wait_for_peer|wait_for_remote)$"
)
# Classes of what somebody else will bring, once, and how their methods wait for it: `Future::get`.
_PROMISED = frozenset(("future", "promise"))
# Of what counts the parts of one piece of work down: `WaitGroup::wait`.
_COUNTED_DOWN = frozenset(
    ("wait_group", "task_group", "work_group", "job_group", "blocking_counter", "count_down_latch", "countdown_latch", "countdown_event")
)
_GETS = frozenset(("get", "wait", "await", "result", "value", "take", "join"))
# Words of functions that serve one client, and of those that wait.
_OF_CLIENTS = frozenset(("session", "client", "connection", "conn", "request", "query"))
_WAITS = frozenset(("wait", "waits", "await", "sleep", "block"))
_IN_A_REQUEST = 2  # functions inside of one that serves a client
# Of functions that read, or wait until there is something to read.
_READS = frozenset(
    (
        "read",
        "recv",
        "receive",
        "rx",
        "fetch",
        "fill",
        "peek",
        "readfrom",
        "recvfrom",
        "receives",
        "reads",
        "getline",
        "gets",
        "get",
        "io",
        "data",
        "readable",
    )
)
_ANSWERED = frozenset(("reply", "replies", "response", "responses", "resp", "answer", "answers", "result", "results"))
# Verbs of functions that ask and come back with the answer.
_ASKS = frozenset(("ask", "asks", "consult", "inquire", "enquire", "roundtrip"))
# Of functions that ask for what somebody else has, and of the other side as the one that asks calls it.
_ASKED = frozenset(("backend", "upstream", "proxy", "remote", "rpc", "coprocess", "gateway", "downstream"))
_RESOLVES = frozenset(
    (
        "getaddrinfo",
        "gethostbyname",
        "gethostbyname_r",
        "getnameinfo",
        "gethostbyaddr_r",
        "res_query",
        "res_search",
        "res_nquery",
        "res_nsearch",
    )
)
# The C library's functions that read from a stream, and words of functions that read what somebody types.
_STREAMS = frozenset(
    ("fgets", "fread", "fread_unlocked", "getline", "getdelim", "fgetc", "getc", "fscanf", "vfscanf", "underflow", "uflow")
)
_OF_OPERATORS = frozenset(
    (
        "read",
        "reads",
        "reader",
        "line",
        "lines",
        "input",
        "stdin",
        "console",
        "cli",
        "prompt",
        "terminal",
        "tty",
        "keyboard",
        "shell",
        "get",
    )
)
_KEPT = 1 << 14  # names that are kept with what their words say: the stacks of a server repeat some thousands
_DEEP = 3  # frames outside of a function that is named for the other side: it may as well be the one that accepts its connections
# Functions that do what a client has asked for: what they wait for inside of another function is no work of a next client's.
_REQUEST = re.compile(
    r"(?:^|_)(?:on|handle|process|serve|do|execute|exec|run|dispatch|perform|answer|cnt|com|simple)_(?:[a-z0-9]+_)?(?:request|query|question|statement|stmt|command|transaction|sql)(?:_|$)"
    r"|^(?:request|query)_(?:handle|process|serve|execute|run|dispatch)(?:r|_|$)"
)
# What the names of a thread's own loop, and of what starts it, end in.
_LOOPS = frozenset(("loop", "main", "thread", "worker", "run", "proc", "routine", "entry", "start", "daemon", "body"))
# Classes whose methods wrap a wait: `Monitor::timedWait`.
_OBJECTS = re.compile(
    r"sem|semaphore|cond|condition|condition_variable|cond_?var|event|latch|barrier|monitor|signal|gate|notification|waiter|parker|mutex|lock"
)


@lru_cache(maxsize=_KEPT)
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
    if is_lock(application):
        return True
    outside = list(dropwhile(lambda name: name in glue or _only_waits(name), application))
    if len(outside) < 2 or outside[0].startswith("??"):
        return False
    if _gives_or_borrows(outside[0]) or (not started and _ENDS.fullmatch(words_of(outside[0])[1])):
        return True
    if awaits_an_answer(application):
        return True
    return any(map(_requests, outside[1:-1])) or serves_a_client(outside)


def serves_a_client(path: Sequence[str]) -> bool:
    """Whether a thread waits in what a function does that by its name serves one client: not for what comes next, by any name.

    Of two functions inside of that one the first may be its own way to wait for what comes next.
    """
    named = [name for name in path if not name.startswith("??")]
    inside = named[: next((at for at in range(len(named) - 1, 0, -1) if all_words_of(named[at]) & _OF_CLIENTS), 0)]
    if len(inside) < _IN_A_REQUEST or any(takes_work(name) or is_a_threads(name) for name in inside):
        return False
    return not all(all_words_of(name) & _WAITS for name in inside)


def awaits_an_answer(application: Sequence[str]) -> bool:
    """Whether a function, but for the entry, is named for a reply that it waits for, or for a promise."""
    inner = application[:-1]
    return any(map(_hears_an_answer, inner)) or any(
        _gets_a_promise(name) and needs_the_promise(application[at + 1 :]) for at, name in enumerate(inner)
    )


def needs_the_promise(callers: Sequence[str]) -> bool:
    """Whether what a promise is waited for, outside of its own functions, is work: somewhere inside of a thread's, and no taking of work.

    A main thread, and a thread's own loop, may wait for the end of the program in the same way.
    """
    return len(callers) > 1 and not is_main(callers[-1]) and not any(map(takes_work, callers))


@lru_cache(maxsize=_KEPT)
def _hears_an_answer(name: str) -> bool:
    own = words_of(name)[1]
    return _ANSWER.search(own) is not None and not _is_loop(own)


@lru_cache(maxsize=_KEPT)
def _gets_a_promise(name: str) -> bool:
    owner, own = words_of(name)
    promised = owner.rpartition("_")[2] in _PROMISED or owner in _COUNTED_DOWN
    return promised and own.partition("_")[0] in _GETS and not _is_loop(own)


@lru_cache(maxsize=_KEPT)
def _requests(name: str) -> bool:
    own = words_of(name)[1]
    return _REQUEST.search(own) is not None and not _is_loop(own)


def is_lock(application: Sequence[str]) -> bool:
    """Whether the function that waits is a lock's, by its name: made of a condition or a semaphore, it is no queue.

    Only an entry is not: `lock` may be what a thread watches.
    """
    for name in application[:-1]:
        owner, own = words_of(name)
        said = own.split("_")
        kind = owner.rpartition("_")[2] in _LOCKS
        if (said[0] in _LOCKS or said[-1] in _LOCKS or (kind and said[0] in _TAKES)) and not _is_loop(own) and "try" not in said:
            return True
        if not _only_waits(name):
            return False
    return False


def asks_a_peer(application: Sequence[str], reading: bool) -> bool:
    """Whether a thread that reads, or that waits for events outside of these frames, asks somebody and needs the answer.

    `reading`: the wait itself reads.
    """
    for at, name in enumerate(application[:-1]):
        owner, own = words_of(name)
        said = set(own.split("_"))
        reading = reading or not _READS.isdisjoint(said)
        if name in _RESOLVES:
            return True
        if not reading or _is_loop(own) or name.startswith("??"):
            continue
        answered = not _ANSWERED.isdisjoint(said) and (not _READS.isdisjoint(said) or _ANSWER.search(own) is not None)
        if answered and _is_in_the_middle(application[at + 1 :], 2):
            return True
        if _ASKS & {own.partition("_")[0]}:
            return True
        asked = not _ASKED.isdisjoint(said) or not _ASKED.isdisjoint(owner.split("_"))
        if asked and _is_in_the_middle(application[at + 1 :], _DEEP):
            return True
    return False


def reads_by_stdio(application: Sequence[str]) -> bool:
    """Whether a thread reads by the C library's streams in the middle of something: a file, or what a child prints.

    A loop that reads the operator's lines does so, too, but not by a function of another purpose.
    """
    inside = list(dropwhile(lambda name: name in _STREAMS or name.startswith(("??", "IO_")), application))
    own = [name for name in inside if not name.startswith("??")]
    streams = application[: len(application) - len(inside)]
    return (
        len(own) > 1 and any(not name.startswith("??") for name in streams) and not any(all_words_of(name) & _OF_OPERATORS for name in own)
    )


def _is_in_the_middle(callers: Sequence[str], deep: int) -> bool:
    """Whether a function was called in the middle of something: a thread that hears of all answers reads them right below its own loop."""
    return len(callers) >= deep and not any(_is_loop(words_of(caller)[1]) for caller in callers[:deep])


@lru_cache(maxsize=_KEPT)
def _only_waits(name: str) -> bool:
    """Whether a function is a wrapper of a wait, or any of an object that is made to wait for."""
    owner, _ = words_of(name)
    return only_waits(name) or (_OBJECTS.fullmatch(owner.rpartition("_")[2]) is not None and not name.startswith("??"))


def _gives_or_borrows(name: str) -> bool:
    owner, own = words_of(name)
    said = own.split("_")
    if _is_loop(own) or not said:
        return False
    verbs = _GIVES | _BORROWS
    return said[0] in verbs or (not owner and said[-1] in verbs and not {"wait", "await", "until"} & set(said))


def _is_loop(own: str) -> bool:
    said = own.split("_")
    return said[-1] in _LOOPS or "loop" in said
