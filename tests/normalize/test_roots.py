"""The two nameless frames in which the workers of GLib's and Qt's pools begin, and threads that begin otherwise."""

from __future__ import annotations

import pytest

from stackan.normalize.roots import named_root

GLIB, QT, LIBC = "?? libglib-2.0.so.0", "?? libQt6Core.so.6", "?? libc.so.6"
OF_GLIB = ("g_thread_pool_thread_proxy", "g_thread_proxy")
OF_QT = ("QThreadPoolThread::run", "QThreadPrivate::start")


@pytest.mark.parametrize(
    ("names", "named"),
    [
        (("refresh", GLIB, GLIB, "start_thread", "clone3"), ("refresh", *OF_GLIB, "start_thread", "clone3")),
        (("g_cond_wait", GLIB, GLIB, GLIB, "start_thread"), ("g_cond_wait", GLIB, *OF_GLIB, "start_thread")),
        (("Fetch::get", QT, QT, LIBC, LIBC), ("Fetch::get", *OF_QT, LIBC, LIBC)),
    ],
)
def test_a_workers_outermost_functions_are_named(names: tuple[str, ...], named: tuple[str, ...]) -> None:
    assert named_root(names) == named


@pytest.mark.parametrize(
    "names",
    [
        ("refresh", GLIB, "start_thread"),  # g_thread_new()
        ("poll", GLIB, "g_main_context_iteration", GLIB, GLIB, "start_thread"),  # GLib's own thread
        ("g_cond_wait", GLIB, GLIB, "start_thread"),  # the one that starts threads for the pools
        ("QThread::exec", QT, "start_thread"),
        ("refresh", GLIB, GLIB, "main"),
        ("refresh", "?? libfoo.so.1", "?? libfoo.so.1", "start_thread"),
        (GLIB, GLIB, "start_thread"),
        (),
    ],
)
def test_other_threads_keep_their_frames(names: tuple[str, ...]) -> None:
    assert named_root(names) == names
