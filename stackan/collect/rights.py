"""Why the kernel refuses to show a process, by name, with the least that would lift it.

ptrace(2), "Ptrace access mode checking": the same check guards process_vm_readv and /proc/PID/{syscall,mem,stack,maps,fd}.
"""

from __future__ import annotations

import os
import re

from stackan.collect.threads import read_file, tracer_in
from stackan.model.records import NamedTuple
from stackan.model.said import said

_CAP_SYS_PTRACE = 19
_EFFECTIVE = re.compile(rb"^CapEff:\s+([0-9a-f]+)", re.MULTILINE)
_PERMITTED = re.compile(rb"^CapPrm:\s+([0-9a-f]+)", re.MULTILINE)
_USERS = re.compile(rb"^Uid:\s+(\d+)\s+(\d+)\s+(\d+)", re.MULTILINE)
_SECCOMP = re.compile(rb"^Seccomp:\s+(\d)", re.MULTILINE)


class Barrier(NamedTuple):
    """One reason, and what lifts it."""

    name: str  # "yama", "user", "capability", …: for programs
    reason: str
    remedy: str


def find_barriers(pid: int) -> list[Barrier]:
    """All that may stand between this process and that one, the likeliest first; empty where nothing is seen to."""
    ours, theirs = read_file("/proc/self/status") or b"", read_file(f"/proc/{pid}/status")
    if theirs is None:
        return [_hidden(pid)] if _is_hiding() else [Barrier("gone", said("the process has ended"), said("check its id"))]
    trusted = bool(_number(_EFFECTIVE, ours, 16) >> _CAP_SYS_PTRACE & 1)
    found = [_yama(trusted), _user(ours, theirs, trusted), _undumpable(pid, theirs, trusted), _capabilities(ours, theirs, trusted)]
    found += [_selinux(), _apparmor(), _seccomp(ours), _namespace(pid, trusted), _traced(theirs)]
    return [barrier for barrier in found if barrier is not None]


def _yama(trusted: bool) -> Barrier | None:
    scope = (read_file("/proc/sys/kernel/yama/ptrace_scope") or b"0").strip()
    if scope == b"3":
        reason = said("Yama forbids all tracing until the next boot (kernel.yama.ptrace_scope = 3)")
        return Barrier("yama-3", reason, said("nothing lifts it but a boot without it; take `/proc` facts and the server's own dump"))
    if trusted or scope not in (b"1", b"2"):
        return None
    reason = said("Yama lets only parents or administrators trace (kernel.yama.ptrace_scope = {scope})", scope=scope.decode())
    return Barrier(
        f"yama-{scope.decode()}", reason, said("run it with CAP_SYS_PTRACE: `sudo`, or `setcap cap_sys_ptrace+ep` on the Python in use")
    )


def _user(ours: bytes, theirs: bytes, trusted: bool) -> Barrier | None:
    mine, owner = _USERS.search(ours), _USERS.search(theirs)
    if trusted or mine is None or owner is None or set(owner.groups()) == {mine[2]}:
        return None
    return Barrier("user", said("the process belongs to user {user}", user=int(owner[2])), said("run it as that user, or as root"))


def _undumpable(pid: int, theirs: bytes, trusted: bool) -> Barrier | None:
    """The kernel gives the files of a process that must not be dumped to root."""
    owner = _USERS.search(theirs)
    try:
        files = os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None
    if trusted or owner is None or files == int(owner[2]):
        return None
    reason = said("the process must not be dumped (PR_SET_DUMPABLE, a set-user-id program, or capabilities of its own)")
    return Barrier("undumpable", reason, said("run it as root with CAP_SYS_PTRACE"))


def _capabilities(ours: bytes, theirs: bytes, trusted: bool) -> Barrier | None:
    if trusted or not _number(_PERMITTED, theirs, 16) & ~_number(_PERMITTED, ours, 16):
        return None
    return Barrier(
        "capability",
        said("the process has capabilities that this one lacks"),
        said("run it as root, in a container with `--cap-add=SYS_PTRACE`"),
    )


def _selinux() -> Barrier | None:
    if (read_file("/sys/fs/selinux/booleans/deny_ptrace") or b"0").split()[:1] != [b"1"]:
        return None
    return Barrier("selinux", said("SELinux denies tracing (deny_ptrace)"), said("`setsebool deny_ptrace off` while it is taken"))


def _apparmor() -> Barrier | None:
    profile = (_own_file("attr/apparmor/current") or _own_file("attr/current") or b"unconfined").strip(b"\0\n ")
    if not profile.endswith(b"(enforce)"):
        return None
    reason = said("an AppArmor profile holds this process ({profile})", profile=profile.decode("utf-8", "replace"))
    return Barrier(
        "apparmor", reason, said("allow `ptrace` in it, or run it outside: on the host, or with `--security-opt apparmor=unconfined`")
    )


def _seccomp(ours: bytes) -> Barrier | None:
    if _number(_SECCOMP, ours) != 2:
        return None
    return Barrier(
        "seccomp",
        said("a seccomp filter holds this process"),
        said("run it on the host, or in a container with `--cap-add=SYS_PTRACE` (which lifts Docker's filter)"),
    )


def _namespace(pid: int, trusted: bool) -> Barrier | None:
    try:
        apart = os.readlink(f"/proc/{pid}/ns/user") != os.readlink("/proc/self/ns/user")
    except OSError:
        return None
    if trusted or not apart:
        return None
    return Barrier("namespace", said("the process lives in another user namespace"), said("run it on the host as root"))


def tracer_of(pid: int) -> int | None:
    """The process that traces this one."""
    return tracer_in(read_file(f"/proc/{pid}/status") or b"") or None


def _traced(theirs: bytes) -> Barrier | None:
    tracer = tracer_in(theirs)
    if not tracer:
        return None
    return Barrier("traced", said("process {tracer} traces it already", tracer=tracer), said("end that debugger or `strace` first"))


def _is_hiding() -> bool:
    mounts = (read_file("/proc/self/mountinfo") or b"").decode("utf-8", "replace").splitlines()
    return any(" /proc " in line and "hidepid=" in line for line in mounts)


def _hidden(pid: int) -> Barrier:
    return Barrier(
        "hidepid",
        said("/proc hides the processes of others (hidepid)"),
        said("run it as root, or in the group that the mount names (gid=)"),
    )


def _own_file(name: str) -> bytes | None:
    try:
        return read_file(f"/proc/self/{name}")
    except OSError:
        return None


def _number(pattern: re.Pattern[bytes], text: bytes, base: int = 10) -> int:
    found = pattern.search(text)
    return int(found[1], base) if found is not None else 0
