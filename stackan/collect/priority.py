"""The lowest priority for this process and the tools that it starts: a server that hangs halfway needs its processors and disks itself."""

from __future__ import annotations

import ctypes
import os
import platform

_IOPRIO_SET, _PROCESS, _IDLE = 251, 1, 3 << 13  # ioprio_set(2) on x86-64: IOPRIO_WHO_PROCESS, IOPRIO_CLASS_IDLE


def be_humble() -> None:
    """Where the system does not know such priorities, nothing happens."""
    try:
        os.nice(10)
        if platform.machine() == "x86_64":
            ctypes.CDLL(None).syscall(_IOPRIO_SET, _PROCESS, 0, _IDLE)
    except OSError:
        return
