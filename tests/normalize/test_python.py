"""Canonical names of Python's frames: by file and function, however a tool prints them."""

from __future__ import annotations

import pytest

from stackan.normalize.python import located


@pytest.mark.parametrize(
    ("printed", "location", "name"),
    [
        ("Condition.wait", "at threading.py:320", "threading.py:wait"),
        ("wait", "at threading.py:302", "threading.py:wait"),
        ("wait", "at /usr/lib/python3.11/threading.py:320", "threading.py:wait"),
        ("wait", "at /opt/lib64/python3.6/threading.py:295", "threading.py:wait"),
        ("Condition.wait", "at C:\\Python311\\Lib\\threading.py:320", "threading.py:wait"),
        ("_worker", "at /usr/lib/python3.11/concurrent/futures/thread.py:83", "concurrent/futures/thread.py:_worker"),
        ("run", "at /usr/lib/python3/dist-packages/waitress/task.py:84", "waitress/task.py:run"),
        ("get", "at /opt/venv/lib/python3.12/site-packages/redis/client.py:3", "redis/client.py:get"),
        ("Executor.map.<locals>.result_iterator", "at concurrent/futures/_base.py:619", "concurrent/futures/_base.py:result_iterator"),
        ("<lambda>", "at /srv/ledger/srv.py:4", "srv.py:<lambda>"),
        ("<module>", "at C:\\ledger\\srv.py:4", "srv.py:<module>"),
        ("spin", "at <string>:5", "<string>:spin"),
        ("_find_and_load", "at <frozen importlib._bootstrap>:1027", "importlib/_bootstrap.py:_find_and_load"),
        ("main", "at /usr/bin/gunicorn:8", "gunicorn:main"),
    ],
)
def test_a_python_frame_is_named_by_its_module_and_function(printed: str, location: str, name: str) -> None:
    assert located(printed, location) == name


@pytest.mark.parametrize(
    ("printed", "location", "name"),
    [
        ("_queue_SimpleQueue_get_impl", "at _queuemodule.c:253", "queue_SimpleQueue_get_impl"),
        ("___pthread_cond_timedwait64", "from libc.so.6", "pthread_cond_timedwait"),
        ("take_gil", "from /usr/lib/libpython3.11.so.1.0 at Python/ceval_gil.h:250", "take_gil"),
        ("std::vector<int>::at(unsigned long) const", "at ledger.cpp:7", "std::vector::at"),
        ("", "from libc.so.6", "??"),
    ],
)
def test_a_native_frame_keeps_its_native_name(printed: str, location: str, name: str) -> None:
    assert located(printed, location) == name
