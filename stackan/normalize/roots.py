"""Names for the outermost frames of threads that a library starts, where distributions strip it of all names but its API.

A pool's worker of GLib or Qt begins in two functions of the library that have no names, and calls from them what it was given to do:

    refresh_entry ← ?? libglib-2.0.so.0 ← ?? libglib-2.0.so.0 ← start_thread
    refresh_entry ← g_thread_pool_thread_proxy ← g_thread_proxy ← start_thread

A thread that a program starts itself, by g_thread_new() or QThread, has one of them.  So the two get the names of their source.
"""

from __future__ import annotations

from stackan.model.records import NamedTuple

_STARTS = frozenset(("start_thread", "clone", "clone3", "thread_start"))
_LIBC = ("?? libc.so", "?? libpthread")


class _Root(NamedTuple):
    """How a library's workers begin, outermost last, and by which of its own functions one that has no work waits inside of these."""

    names: tuple[str, str]
    waits: frozenset[str]
    between: int  # functions without names from that wait to the two
    own: tuple[str, ...]  # how the names of its other functions begin: what these do is no task of a program


_QT = _Root(
    ("QThreadPoolThread::run", "QThreadPrivate::start"), frozenset(("QWaitCondition::wait",)), 0, ()
)  # qthreadpool.cpp, qthread_unix.cpp
_ROOTS = {
    "?? libglib-2.0.so": _Root(  # gthreadpool.c, gthread.c; g_async_queue_pop_intern_unlocked stands between
        ("g_thread_pool_thread_proxy", "g_thread_proxy"), frozenset(("g_cond_wait", "g_cond_wait_until")), 1, ("g_",)
    ),
    "?? libQt5Core.so": _QT,
    "?? libQt6Core.so": _QT,
}


def named_root(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a stack, innermost first, with those of the two functions in which a worker of such a library begins."""
    end = len(names)
    while end and (names[end - 1] in _STARTS or names[end - 1].startswith(_LIBC)):
        end -= 1
    if end == len(names) or end < 3 or not names[end - 1].startswith("??"):
        return names
    root = _ROOTS.get(names[end - 1].partition(".so")[0] + ".so")
    if root is None:
        return names
    first = end
    while first and names[first - 1] == names[end - 1]:
        first -= 1
    inner, unnamed = names[first - 1] if first else "", end - first
    task = bool(inner) and unnamed == 2 and not inner.startswith(root.own) and inner not in root.waits
    if task or (inner in root.waits and unnamed == 2 + root.between):
        return (*names[: end - 2], *root.names, *names[end:])
    return names
