"""The preconditions of the emergency channel, each with whether it holds, how that is known, and what to do if it does not.

Their source is the vendor's guide to hung systems (System Freeze, section 2): Linux only, since 2.00.16 and 3.00.3, as the server's
own user, from another installation's folder, with the ids of jobs known before.  That the process can answer at all (it is neither
stopped nor in a container, and no other console is open) is no rule of the guide, but what a session would fail by.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from stackan.model.records import NamedTuple
from stackan.model.said import first_of, said
from stackan.rescue.installation import PROGRAM, is_targets_own
from stackan.rescue.jobs import find_ids, is_placeholder
from stackan.rescue.target import PROC, Target, find_consoles, read_target
from stackan.rescue.versions import FIRST, find_version, find_version_in

HELD, NOT_HELD, UNKNOWN, REMINDER = "held", "not-held", "unknown", "reminder"
_TWO, _THREE = (f"{major}.{minor:02}.{patch}" for major, minor, patch in FIRST)
_OLDEST = said("{two} (of 3.00: {three})", two=_TWO, three=_THREE)
_NAMED = 5  # placeholders, processes that one sentence names


class Precondition(NamedTuple):
    """One of them, by a name that does not change."""

    name: str
    state: str
    says: str  # what was found
    advice: str | None = None  # what to do where it is not held, or cannot be told
    final: bool = False  # nothing makes it hold for this process and this folder: there is no command to give


def check(pid: int, folder: str | None, commands: Sequence[str] = (), proc: str = PROC) -> list[Precondition]:
    """Every precondition of a session with a process, from the installation in a folder, that would send these commands."""
    system = _system()
    if system.state != HELD:
        return [system]
    target = read_target(pid, proc)
    if target is None or target.leader != pid or target.state in "ZX":
        return [system, _alive(pid, target), *_of_installation(folder, None, proc), _jobs(commands)]
    return [
        system,
        _alive(pid, target),
        _server(target, proc),
        _user(target),
        _container(target),
        _version(target, proc),
        *_of_installation(folder, target, proc),
        _jobs(commands),
        _alone(target, proc),
    ]


def _system() -> Precondition:
    if sys.platform.startswith("linux"):
        return Precondition("system", HELD, said("this system is Linux"))
    says = said("this system is {system}, and the emergency channel is there on Linux only", system=sys.platform)
    return Precondition("system", NOT_HELD, says, said("call this on the server's own host"), final=True)


def _alive(pid: int, target: Target | None) -> Precondition:
    def not_held(says: str, advice: str, final: bool = False) -> Precondition:
        return Precondition("alive", NOT_HELD, says, advice, final)

    look = said("find it with `pgrep -fa dolphindb`")
    if target is None:
        return not_held(said("there is no process {pid} that you can see", pid=pid), look, final=True)
    if target.leader != pid:
        says = said("{pid} is a thread of process {leader}", pid=pid, leader=target.leader)
        return not_held(says, said("give the process: `--pid {leader}`", leader=target.leader), final=True)
    if target.state in "ZX":
        return not_held(said("process {pid} has ended, and only its entry is left (a zombie)", pid=pid), look, final=True)
    if target.tracer:
        says = said("process {pid} is held by process {tracer}, which debugs or traces it", pid=pid, tracer=target.tracer)
        return not_held(says, said("end that debugger, or let it detach"))
    if target.state in "Tt":
        return not_held(
            said("process {pid} is stopped, so that it cannot answer", pid=pid), said("let it go on: `kill -CONT {pid}`", pid=pid)
        )
    return Precondition("alive", HELD, said("process {pid} is there", pid=pid))


def _server(target: Target, proc: str) -> Precondition:
    if target.attached_to is not None:
        says = said("{pid} is itself a console of the emergency channel of process {other}", pid=target.pid, other=target.attached_to)
        return Precondition("server", NOT_HELD, says, said("give the server: `--pid {other}`", other=target.attached_to), final=True)
    is_server = target.is_server(proc)
    if is_server is None:
        says = said(
            "{pid} may be a DolphinDB server (its program is {name}): neither its `-mode` nor a loaded libDolphinDB.so proves it",
            pid=target.pid,
            name=target.program or target.name,
        )
        return Precondition("server", UNKNOWN, says, said("look at its command line: `ps -fp {pid}`", pid=target.pid))
    if not is_server:
        says = said("{pid} is no DolphinDB: its program is {name}", pid=target.pid, name=target.program or target.name)
        return Precondition("server", NOT_HELD, says, said("find the server with `pgrep -fa dolphindb`"), final=True)
    if target.role is None:
        return Precondition("server", HELD, said("{pid} is a DolphinDB server", pid=target.pid))
    return Precondition("server", HELD, said("{pid} is a DolphinDB server ({role})", pid=target.pid, role=target.role))


def _user(target: Target) -> Precondition:
    own = os.geteuid()
    theirs = name_of(target.user)
    if own == target.user:
        return Precondition("user", HELD, said("you are the server's user, {name}", name=theirs))
    who = theirs if not theirs.isdecimal() else f"'#{theirs}'"  # as sudo takes a number
    return Precondition(
        "user",
        NOT_HELD,
        said("the server is user {name}, and you are {own}", name=theirs, own=name_of(own)),
        said("call it again as that user: `sudo -u {who} stackan rescue ...`", who=who),
    )


def name_of(user: int) -> str:
    """A user's name, or the number of one that has none here."""
    import pwd  # there is none but on Unix

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _container(target: Target) -> Precondition:
    if len(target.inner_pids) < 2:
        return Precondition("container", HELD, said("the server is in no container, or this call is in the same one"))
    return Precondition(
        "container",
        UNKNOWN,
        said(
            "the server is in a container, where it is process {inner}; the guide does not say whether that works",
            inner=target.inner_pids[-1],
        ),
        said("call this inside of the container: `--pid {inner}`", inner=target.inner_pids[-1]),
    )


def _version(target: Target, proc: str) -> Precondition:
    known = find_version(target, proc)
    if known is None:
        says = said("the server's version stands in no log or program that could be read; {oldest} or later is needed", oldest=_OLDEST)
        return Precondition("version", UNKNOWN, says, said("look at the banner at the beginning of its log"))
    if known.has_channel:
        return Precondition("version", HELD, said("the server is {version} (by {source})", version=known.text, source=known.source))
    return Precondition(
        "version",
        NOT_HELD,
        said(
            "the server is {version} (by {source}), which has no emergency channel: {oldest} or later is needed",
            version=known.text,
            source=known.source,
            oldest=_OLDEST,
        ),
        said("cancel from a session that still answers, or on another node: `cancelConsoleJob`, `cancelJob`"),
        final=True,
    )


def _of_installation(folder: str | None, target: Target | None, proc: str) -> list[Precondition]:
    installation = _installation(folder, target, proc)
    if folder is None or installation.state == NOT_HELD:
        return [installation]
    return [installation, _console(folder)]


def _installation(folder: str | None, target: Target | None, proc: str) -> Precondition:
    def not_held(says: str, advice: str, final: bool = True) -> Precondition:
        return Precondition("installation", NOT_HELD, says, advice, final)

    another = said("unpack a DolphinDB of the server's version in another folder, and give that to --install-dir")
    if folder is None:
        return not_held(said("no other installation was named"), another, final=False)
    program = os.path.join(folder, PROGRAM)
    if not os.path.isfile(program):
        return not_held(said("{program}: is no file", program=program), said("give the folder in which the program `dolphindb` lies"))
    if not os.access(program, os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        return not_held(said("{program}: you may not run it", program=program), said("make it executable: `chmod +x`"), final=False)
    own = is_targets_own(folder, target, proc) if target is not None else None
    if own:
        return not_held(said("{folder}: is the server's own installation", folder=folder), another)
    if own is None:
        says = said("whether {folder} is another one than the server's cannot be told: its program is not known", folder=folder)
        return Precondition("installation", UNKNOWN, says, said("compare it with `ls -l /proc/PID/exe`, as the server's user"))
    return Precondition("installation", HELD, said("{folder} is another one than the server's", folder=folder))


def _console(folder: str) -> Precondition:
    known = find_version_in(folder, PROGRAM)
    if known is None:
        says = said("the version of the program in {folder} cannot be read; {oldest} or later is needed", folder=folder, oldest=_OLDEST)
        return Precondition("console-version", UNKNOWN, says, said("take an installation of the server's own version"))
    if known.has_channel:
        return Precondition("console-version", HELD, said("the program in {folder} is {version}", folder=folder, version=known.text))
    says = said("the program in {folder} is {version}; {oldest} or later is needed", folder=folder, version=known.text, oldest=_OLDEST)
    return Precondition("console-version", NOT_HELD, says, said("take an installation of the server's own version"))


def _jobs(commands: Sequence[str]) -> Precondition:
    list_them = said("list them while a session answers: `getConsoleJobs()`, `getRecentJobs()`; or look into the batchJobs folder")
    if not commands:
        return Precondition("jobs", REMINDER, said("a job can be canceled only by an id that you know before"), list_them)
    ids = [job for command in commands for job in find_ids(command)]
    places = [job for job in ids if job is not None and is_placeholder(job)]
    if places:
        names = first_of([f"`{job}`" if job else said("an empty id") for job in places], _NAMED)
        return Precondition("jobs", NOT_HELD, said("a command cancels what is no id yet: {names}", names=names), list_them)
    if None in ids:
        says = said("a command cancels a job whose id is no literal in it")
        return Precondition("jobs", UNKNOWN, says, said("make sure that the console knows that id"))
    if ids:
        return Precondition("jobs", HELD, said("the ids to cancel are given: {names}", names=first_of([f"`{job}`" for job in ids], _NAMED)))
    return Precondition("jobs", HELD, said("no command cancels a job"))


def _alone(target: Target, proc: str) -> Precondition:
    consoles = find_consoles(target.pid, proc)
    if not consoles:
        return Precondition("alone", HELD, said("no other console of this server is open"))
    names = first_of([str(pid) for pid in consoles], _NAMED)
    says = said("another console of this server is open: process {names}", names=names)
    return Precondition("alone", NOT_HELD, says, said("type `quit` there, or end it: `kill {pid}`", pid=consoles[0]))
