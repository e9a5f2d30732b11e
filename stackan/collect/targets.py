"""The processes to collect: by their ids, names, command lines or control groups; never the caller's own.

A pattern of a script that looks for `mode datanode` finds itself, the shell that called it and a `grep`, too: none of them is a server.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from stackan.collect.threads import parent_in, read_file, start_of
from stackan.errors import UsageError
from stackan.model.records import NamedTuple
from stackan.model.said import said

_IDS = re.compile(rb"^NSpid:[ \t](.*)$", re.MULTILINE)
_LOOKERS = frozenset(("grep", "egrep", "fgrep", "rg", "pgrep", "pkill", "pidof", "ps", "awk", "gawk", "mawk", "sed", "xargs", "stackan"))
_CONTAINER = re.compile(r"(?:docker|containerd|cri-o|crio|libpod|kubepods)[^\n]{0,256}?([0-9a-f]{64})")


class Wanted(NamedTuple):
    """What a caller asks for; each of these adds processes."""

    pids: Sequence[int] = ()
    names: Sequence[str] = ()
    matches: Sequence[str] = ()
    cgroups: Sequence[str] = ()
    children: bool = False


class Target(NamedTuple):
    """One process to collect."""

    pid: int
    name: str  # of /proc/PID/comm
    command: str  # its command line
    inner_pid: int | None  # its id in its own container, where that is another one
    container: str | None  # the container's id
    start: int | None  # when it began, in the kernel's ticks

    @property
    def lives(self) -> bool:
        """Whether it is there, and its id not another's by now."""
        return start_of(self.pid) == self.start


def find_targets(wanted: Wanted) -> list[Target]:
    """The processes, each once, by their ids.  Raises UsageError where one that was named is not there, or a pattern finds none."""
    present = {pid: _look_at(pid) for pid in _process_ids()}
    spared = _own_family()
    found = dict.fromkeys(_named(wanted.pids, present))
    for words, fits in (
        (wanted.names, lambda target, word: target.name == word or _program(target) == word),
        (wanted.matches, lambda target, word: word in target.command),
        (wanted.cgroups, lambda target, word: _is_in_group(target.pid, word)),
    ):
        for word in words:
            hits = [pid for pid, target in present.items() if target and pid not in spared and not _looks(target) and fits(target, word)]
            if not hits:
                raise UsageError(
                    said(
                        "no process that is called {word}, has it in its command line, or is in such a group, is running; see `ps -ef`",
                        word=repr(word),
                    )
                )
            found.update(dict.fromkeys(hits))
    if wanted.children:
        found.update(dict.fromkeys(_children(found)))
    return [target for pid in sorted(found) if (target := present.get(pid) or _look_at(pid)) is not None]


def _named(pids: Iterable[int], present: dict[int, Target | None]) -> Iterable[int]:
    for pid in pids:
        if present.get(pid) is None:
            raise UsageError(said("no process {pid} is running; see `ps -ef`", pid=pid))
        if pid == os.getpid():
            raise UsageError(said("process {pid} is this call of stackan itself; give the id of a server", pid=pid))
        yield pid


def _process_ids() -> list[int]:
    return sorted(int(name) for name in os.listdir("/proc") if name.isdecimal())


def _look_at(pid: int) -> Target | None:
    try:
        status, name, command = (read_file(f"/proc/{pid}/{file}") for file in ("status", "comm", "cmdline"))
    except PermissionError:
        return None
    if status is None or name is None or command is None or not command:  # a kernel's thread has no command line
        return None
    ids = _IDS.search(status)
    inner = int(ids[1].split()[-1]) if ids is not None else pid
    words = command.rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
    return Target(pid, name.decode("utf-8", "replace").strip(), words, inner if inner != pid else None, _container_of(pid), start_of(pid))


def _container_of(pid: int) -> str | None:
    found = _CONTAINER.search((read_file(f"/proc/{pid}/cgroup") or b"").decode("utf-8", "replace"))
    return found[1] if found is not None else None


def _program(target: Target) -> str:
    return os.path.basename(target.command.partition(" ")[0])


def _looks(target: Target) -> bool:
    """Whether it is a process that looks for others by the same pattern."""
    return target.name in _LOOKERS or _program(target) in _LOOKERS


def _is_in_group(pid: int, group: str) -> bool:
    lines = (read_file(f"/proc/{pid}/cgroup") or b"").decode("utf-8", "replace").splitlines()
    paths = [line.split(":", 2)[-1] for line in lines]
    return any(
        path == group or path.strip("/").startswith(group.strip("/") + "/") or path.strip("/") == group.strip("/") for path in paths
    ) or (
        len(group) >= 12 and any(group in path for path in paths)  # a container by the id that `docker ps` shows
    )


def _own_family() -> set[int]:
    """This process and all above it: a shell has the pattern in its own command line."""
    family, pid = set[int](), os.getpid()
    while pid > 0 and pid not in family:
        family.add(pid)
        pid = parent_in(read_file(f"/proc/{pid}/status") or b"")
    return family


def _children(pids: Iterable[int]) -> list[int]:
    """All processes that come from these."""
    below: dict[int, list[int]] = {}
    for pid in _process_ids():
        below.setdefault(parent_in(read_file(f"/proc/{pid}/status") or b""), []).append(pid)
    known, front = list(pids), list(pids)
    while front:
        front = [child for pid in front for child in below.get(pid, ()) if child not in known]
        known += front
    own = _own_family()
    return [pid for pid in known if pid not in own]
