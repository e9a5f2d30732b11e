"""stackan's own stacks beside those of debuggers: the same frames, by address and name."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field

from stackan.collect.stacks import render, take
from stackan.collect.threads import Look, glance, thread_ids
from stackan.collect.unwind.walk import MOST_FRAMES

FRAME = re.compile(r"^#\d+\s+0x([0-9a-f]{16}) ?(?:(?!- [/\[])(.*?))?(?: ?- [/\[].*)?$")
GDB_FRAME = re.compile(r"^#\d+\s+0x([0-9a-f]{16}) in ")

Frames = list[tuple[int, str]]
Stacks = dict[int, Frames]


def own(pid: int, attach: bool = True) -> Stacks:
    return read(render(take(pid, attach=attach)).decode())


def read(text: str) -> Stacks:
    """Address and name of each frame of each thread."""
    stacks: Stacks = {}
    for line in text.splitlines():
        if line.startswith("TID "):
            frames = stacks.setdefault(int(line[4:-1]), [])
        elif (found := FRAME.match(line)) is not None:
            frames.append((int(found[1], 16), found[2] or ""))
    return stacks


def of_debugger(pid: int) -> Stacks | None:
    if shutil.which("eu-stack"):
        return of_eu_stack(pid)
    return of_gdb(pid) if shutil.which("gdb") else None


def of_eu_stack(pid: int) -> Stacks:
    return read(subprocess.run(["eu-stack", "-m", "-n", "3000", "-p", str(pid)], capture_output=True, text=True, check=False).stdout)


def of_gdb(pid: int) -> Stacks:
    words = ["gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-ex", "thread apply all bt", "-p", str(pid)]
    return read_gdb(subprocess.run(words, capture_output=True, text=True, check=False).stdout)


def read_gdb(text: str) -> Stacks:
    """Frames without names, as gdb chooses others, and without those that have no address of their own."""
    stacks: Stacks = {}
    for line in text.splitlines():
        if (found := re.match(r"Thread \d+ .*?\(LWP (\d+)", line)) is not None:
            frames = stacks.setdefault(int(found[1]), [])
        elif (found := GDB_FRAME.match(line)) is not None:
            frames.append((int(found[1], 16), ""))
    return stacks


def agree(ours: Frames, theirs: Frames) -> bool:
    if len(ours) >= MOST_FRAMES:
        theirs = theirs[:MOST_FRAMES]
    if any(name for _, name in theirs):
        return ours == theirs
    rest = iter(address for address, _ in ours)
    return all(address in rest for address, _ in theirs)  # gdb's, in the same order


@dataclass
class Agreement:
    """How many threads that stood meanwhile have the same frames by both."""

    same: int = 0
    others: list[tuple[int, Frames, Frames]] = field(default_factory=list)  # thread, frames of ours, frames of the debugger

    @property
    def threads(self) -> int:
        return self.same + len(self.others)


def compare_standing(pids: Iterable[int], attach: bool) -> Agreement:
    """Our stacks against eu-stack's, of all threads that executed nothing until it had looked at them.

    eu-stack lets each thread that it stops run for a moment in the kernel: that is two switches, and the same call at the same place.
    """
    found = Agreement()
    for pid in pids:
        first = _looks(pid)
        ours = own(pid, attach)
        second = _looks(pid)
        theirs = of_eu_stack(pid)
        third = _looks(pid)
        for tid, look in first.items():
            if look.syscall == b"running\n" or second.get(tid) != look or tid not in third or tid not in theirs:
                continue
            if third[tid].switches[0] > look.switches[0] + 2 or _place(third[tid]) != _place(look):
                continue
            if agree(ours.get(tid, []), theirs[tid]):
                found.same += 1
            else:
                found.others.append((tid, ours.get(tid, []), theirs[tid]))
    return found


def _looks(pid: int) -> dict[int, Look]:
    looks = {}
    for tid in thread_ids(pid):
        try:
            looks[tid] = glance(pid, tid)
        except ProcessLookupError:
            continue
    return looks


def _place(look: Look) -> list[bytes]:
    """Stack pointer and program counter."""
    return look.syscall.split()[-2:]
