"""The process that is to be rescued, by what `/proc` tells of it: nothing is stopped, traced or started for that."""

from __future__ import annotations

import os

from stackan.model.records import NamedTuple

PROC = "/proc"
ROLES = ("controller", "agent", "datanode", "computenode", "single")
_MOST_BYTES = 1 << 20  # of a file of /proc; a command line may have more, but not one of a server
_MOST_OF_MAPS = 64 << 20  # libraries stand at its end, behind all that a server with much memory has mapped
_SERVER = "dolphindb"
LIBRARY = "libDolphinDB.so"  # in which most of a server is
_DELETED = " (deleted)"  # the kernel's words behind the path of a program that is no longer there


class Target(NamedTuple):
    """A process, alive or a zombie."""

    pid: int
    leader: int  # the process of which it is a thread; itself, if it is a process
    name: str
    state: str  # the kernel's letter
    tracer: int  # the process that traces it; 0 for none
    user: int  # the effective one
    inner_pids: tuple[int, ...]  # its numbers in the containers around it, of which the outermost is seen from here
    started: str  # in ticks since the system's start: another process of the same number has another one
    arguments: tuple[str, ...]
    program: str | None  # the path of what runs; None if that may not be known
    replaced: bool  # that file has been deleted or replaced since

    @property
    def options(self) -> dict[str, str]:
        """`-home data -mode datanode` → {"home": "data", "mode": "datanode"}."""
        return {
            word.lstrip("-").lower(): value
            for word, value in zip(self.arguments, self.arguments[1:])
            if word.startswith("-") and word != "-"
        }

    @property
    def role(self) -> str | None:
        mode = self.options.get("mode", "").lower()
        return mode if mode in ROLES else None

    @property
    def attached_to(self) -> int | None:
        """The process whose emergency channel this one is, if it is a console."""
        wanted = self.options.get("target-pid", "")
        return int(wanted) if "attach" in self.options and wanted.isdecimal() and len(wanted) < 10 else None

    def is_server(self, proc: str = PROC) -> bool | None:
        """Whether it is a DolphinDB server; None if it is called one, or has a server's options, and nothing else says so.

        Names and options are what anybody may give to anything (`exec -a dolphindb sleep`, `gdb --args ./dolphindb -mode ...`), so the
        program that runs has to agree with them if it may be known.
        """
        named = any(map(_names_server, (self.name, *self.arguments[:1])))
        runs = _names_server(self.program) if self.program is not None else named
        if (runs and self.role is not None) or _runs_library(f"{proc}/{self.pid}"):
            return True
        if runs or (self.role is not None and (named or bool({"localsite", "controllersite", "nodesfile"} & self.options.keys()))):
            return None
        return False


def read_target(pid: int, proc: str = PROC) -> Target | None:
    """The process of a number; None if there is none that this user may see."""
    folder = f"{proc}/{pid}"
    try:
        status = dict(_status_of(folder))
        started = _read(f"{folder}/stat").rpartition(") ")[2].split()[19]  # field 22; the name, which is in parentheses, may hold blanks
        arguments = _arguments_of(folder)
    except (FileNotFoundError, ProcessLookupError, NotADirectoryError, PermissionError):  # the last where others are hidden (hidepid)
        return None
    path = program_of(pid, proc)
    return Target(
        pid,
        leader=int(status.get("Tgid", pid)),
        name=status.get("Name", ""),
        state=status.get("State", "?")[:1],
        tracer=int(status.get("TracerPid", 0)),
        user=int(status["Uid"].split()[1]),
        inner_pids=tuple(map(int, status.get("NSpid", str(pid)).split())),
        started=started,
        arguments=arguments,
        program=path.removesuffix(_DELETED) if path is not None else None,
        replaced=path is not None and path.endswith(_DELETED),
    )


def _names_server(path: str) -> bool:
    """`/opt/wj1_dolphindb` is a server's name; `startDolphindb.sh` and `dolphindb_exporter` are those of what stands around one."""
    return os.path.basename(path).lower().endswith(_SERVER)


def _runs_library(folder: str) -> bool:
    """`7f30c8000000-7f30ca000000 r-xp 00001000 08:01 131 /opt/ddb/libDolphinDB.so`, not `r--p`, with which a debugger looks at it."""
    try:
        rows = (line.split(None, 5) for line in _read(f"{folder}/maps", _MOST_OF_MAPS).splitlines())
        return any(len(row) == 6 and "x" in row[1] and os.path.basename(row[5].removesuffix(_DELETED)) == LIBRARY for row in rows)
    except OSError:
        return False


def program_of(pid: int, proc: str = PROC) -> str | None:
    """The path of what a process runs, as the kernel writes it; None for another user's process."""
    try:
        return os.readlink(f"{proc}/{pid}/exe")
    except OSError:
        return None


def find_consoles(pid: int, proc: str = PROC) -> list[int]:
    """The processes that are consoles of this one's emergency channel; those of its own user are never hidden from that user."""
    numbers = [int(name) for name in os.listdir(proc) if name.isdecimal()]
    others = (read_target(number, proc) for number in numbers)
    return [other.pid for other in others if other is not None and other.attached_to == pid and other.state not in "ZX"]


def _status_of(folder: str) -> list[tuple[str, str]]:
    """`Uid:\t1000\t1000\t1000\t1000` → ("Uid", "1000\t1000\t1000\t1000")."""
    rows = (line.partition(":") for line in _read(f"{folder}/status").splitlines())
    return [(name, value.strip()) for name, _, value in rows]


def _arguments_of(folder: str) -> tuple[str, ...]:
    words = _read(f"{folder}/cmdline").rstrip("\0").split("\0")
    if len(words) == 1 and " -" in words[0]:  # a program that writes its own title leaves no ends of words
        words = words[0].split()
    return tuple(words)


def _read(path: str, most: int = _MOST_BYTES) -> str:
    with open(path, "rb") as file:
        return os.fsdecode(file.read(most))
