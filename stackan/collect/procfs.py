"""Copies of /proc as `tail -n +1` prints several files: `==> /proc/4242/task/4250/stat <==`, and the file."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator

from stackan.collect.maps import read_maps
from stackan.collect.memory import Memory
from stackan.collect.threads import read_file, thread_ids
from stackan.collect.unwind.modules import open_modules

_OF_THREADS = ("stat", "status", "schedstat", "comm", "wchan", "syscall", "stack")
_OF_PROCESS = ("stat", "status", "limits", "cgroup", "maps", "wchan")
_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")


def copy_threads(pid: int) -> tuple[bytes, list[str]]:
    """The counters and system calls of all threads, and the names of files that may not be read."""
    denied: dict[str, None] = {}
    return b"".join(_files(f"/proc/{pid}/task/{tid}", _OF_THREADS, denied) for tid in thread_ids(pid)), list(denied)


def copy_process(pid: int, with_command: bool) -> tuple[bytes, list[str]]:
    """What does not change from round to round; the command line only where it was asked for."""
    denied: dict[str, None] = {}
    names = (*_OF_PROCESS, "cmdline") if with_command else _OF_PROCESS
    text = b"stackan process/1\n" + _files(f"/proc/{pid}", names, denied).replace(b"\0", b" ")
    return text + "".join(f"{line}\n" for line in _links(pid)).encode("utf-8", "surrogateescape"), list(denied)


def describe_machine() -> bytes:
    """The kernel and the C library, whose layouts of locks were read."""
    lines = [
        "stackan machine/1",
        f"kernel {platform.release()} {platform.machine()}",
        f"libc {' '.join(platform.libc_ver())}",
        f"cpus {os.cpu_count()}",
    ]
    return ("\n".join(lines) + "\n").encode()


def _files(folder: str, names: tuple[str, ...], denied: dict[str, None]) -> bytes:
    parts = []
    for name in names:
        try:
            content = read_file(f"{folder}/{name}")
        except OSError:
            denied[name] = None
            continue
        if content:
            parts.append(f"==> {folder}/{name} <==\n".encode() + content + (b"" if content.endswith(b"\n") else b"\n"))
    return b"".join(parts)


def list_build_ids(pid: int) -> bytes:
    """The build id of each file whose code is loaded, `build-id 1f7d… /usr/sbin/mariadbd`: by it symbols are found years later."""
    try:
        files = open_modules(pid, read_maps(pid), Memory(pid)).files()
    except OSError:
        return b""
    lines = [f"build-id {file.elf.build_id.hex()} {file.path}\n" for file in files if file.elf.build_id]
    return "".join(lines).encode("utf-8", "surrogateescape")


def _links(pid: int) -> Iterator[str]:
    for name in ("exe", *(f"ns/{each}" for each in _NAMESPACES)):
        try:
            yield f"{name} -> {os.readlink(f'/proc/{pid}/{name}')}"
        except OSError:
            continue
