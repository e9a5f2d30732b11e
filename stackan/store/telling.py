"""Which names of a stack tell one hang from another: those of a program without symbols are of its waits alone, as in any other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# How names begin of what compilers and libraries put between the frames of a program, differently in each build and format.
_PLUMBING = ("std::", "__gnu_cxx::", "boost::asio::detail::", "boost::detail::", "core::ops::function::", "core::panicking::")
# What is left of waits and starts where a format hides the frames around them.
_OF_THE_SYSTEM = frozenset((
    *("start_thread", "clone", "clone3", "main", "_start", "nanosleep", "clock_nanosleep", "futex_abstimed_wait_common", "futex_wait"),
    *("invoke", "invoke_impl", "invoke_r", "M_invoke", "M_run", "futex_abstimed_wait_cancelable"),
    *("pthread_cond_wait_common", "pthread_cond_wait", "pthread_cond_timedwait", "pthread_mutex_cond_lock"),
    *("lll_lock_wait_private", "futex_wake", "pthread_cond_signal"),
    *("futex_abstimed_wait_common64", "futex_abstimed_wait_common32", "pthread_clockjoin_ex", "pthread_timedjoin_ex", "pthread_join"),
    *("pthread_rwlock_rdlock", "pthread_rwlock_wrlock", "pthread_rwlock_rdlock_full", "pthread_rwlock_wrlock_full", "sem_wait"),
    *("new_sem_wait", "new_sem_wait_slow", "do_futex_wait", "pthread_cond_clockwait", "ppoll", "recvfrom", "recvmsg", "accept"),
    *("pthread_mutex_lock", "lll_lock_wait", "pthread_once_slow", "poll", "epoll_wait", "select", "read", "write", "recv", "syscall"),
))  # fmt: skip


def telling(names: Iterable[str]) -> tuple[str, ...]:
    """The names that say what a thread is about, in their order; none where it only waits, or starts, somewhere."""
    return tuple(name for name in names if not name.startswith(_PLUMBING) and name not in _OF_THE_SYSTEM)


def is_of_program(names: Sequence[str]) -> bool:
    """Whether a stack names anything of its program, were it that all happens in its main function; one without symbols does not."""
    return bool(telling(names)) or "main" in names
