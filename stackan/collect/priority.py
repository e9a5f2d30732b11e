"""The lowest priority for work that stops nobody: a server that hangs halfway needs its processors and disks itself.

Linux has priorities for each thread, so such work is done in a thread of its own.  A debugger that is started, and whatever else keeps a
process standing, must not inherit it: the process would stand for as long as others are served first.
"""

from __future__ import annotations

import ctypes
import os
import platform
import threading
from collections.abc import Callable
from typing import TypeVar

_IOPRIO_SET, _THREAD, _IDLE = 251, 1, 3 << 13  # ioprio_set(2) on x86-64: IOPRIO_WHO_PROCESS, IOPRIO_CLASS_IDLE
Found = TypeVar("Found")


def humbly(work: Callable[[], Found]) -> Found:
    """Do something at the lowest priority for processor and disk; what it raises is raised here."""
    found: list[Found] = []
    failed: list[BaseException] = []

    def run() -> None:
        _be_humble()
        try:
            found.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, name="humble")
    thread.start()
    try:
        thread.join()
    finally:
        thread.join()  # also on Ctrl-C: an archive is not closed while something is put into it
    if failed:
        raise failed[0]
    return found[0]


def _be_humble() -> None:
    """Where the system does not know such priorities, nothing happens."""
    try:
        os.nice(10)
        if platform.machine() == "x86_64":
            ctypes.CDLL(None).syscall(_IOPRIO_SET, _THREAD, 0, _IDLE)
    except OSError:
        return
