"""What to do next about threads that stand still: with the tools of the system that the dump comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackan.model.track import Track, label

if TYPE_CHECKING:
    from stackan.model.link import Link
    from stackan.model.place import Place

_TAKE_ITS_DUMP = "Take its dump, too."
_FIND_PEER = {
    "solaris": f"Find the other end: `pfiles PID` names the peer of each descriptor. {_TAKE_ITS_DUMP}",
    "aix": f"Find the other end: `procfiles -n PID` names each descriptor. {_TAKE_ITS_DUMP}",
    "macos": f"Find the other end: `lsof -nP -p PID` names the peer of each descriptor. {_TAKE_ITS_DUMP}",
    "windows": f"Find the other end: `netstat -ano` names the peers of the process. {_TAKE_ITS_DUMP}",
}
_SAVE_TABLE = "`ss -tanp` (connections) or `lsof -nP +E` (pipes, too)"
_FIND_PEER_ON_LINUX = (
    f"Find the other end: save what {_SAVE_TABLE} print beside the dumps; stackan tells from it who that is. {_TAKE_ITS_DUMP}"
)
_FIND_DESCRIPTOR = (
    "Find the other end: with the debug symbols of glibc (libc6-dbg, glibc-debuginfo) gdb prints the descriptor; save what "
    f"{_SAVE_TABLE} print beside its dump, and stackan tells who that is."
)
_ASK_OWNER = (
    "Have gdb print the owner into a further dump, and give that to stackan, too: gdb -p PID -batch -ex 'set trace-commands on' "
    "-ex 'thread apply all bt full' -ex 'print *(pthread_mutex_t *) {0:#x}' > owners.txt; with a `print` for each lock of this report. "
    "Without glibc's symbols `x/3dw {0:#x}` shows it as the third number."
)
_ASK_WRITER = (
    "Have gdb print the lock into a further dump, and give that to stackan, too: gdb -p PID -batch -ex 'set trace-commands on' "
    "-ex 'thread apply all bt full' -ex 'print *(pthread_rwlock_t *) {0:#x}' > owners.txt. It names the writer that has it, "
    "or counts its readers; who they are stands only in the locals of `bt full` (std::shared_lock)."
)
_FIND_READER = (
    "No tool names a reader: look at the threads that do not wait for the lock, for one below a function that locks it for reading; "
    "what that one does or waits for has to end first. Else look for a path that returns without unlocking.",
)
_GET_SYMBOLS = (
    "Install the debug symbols of glibc (libc6-dbg, glibc-debuginfo) and take the dumps again with `thread apply all bt full`: "
    "then the lock's address stands in them."
)
_ASK_FRAME = (
    "The lock is none of glibc's, so the debug symbols of glibc do not show it. With those of the program gdb prints it, "
    "at {who}: `frame {level}` ({function}), `info args`, `print *{object}`; where that is optimized out, further out with `up`. "
    "Who holds it shows in the stacks, if anywhere: look for a thread that is past the lock in a function which takes it."
)
_OF_GLIBC = ("pthread_mutex_", "pthread_rwlock_", "lll_")
_LOOK_AT_PEER = "Look at {0}: what it does or waits for has to end first."
_DUMP_PEER = "Take dumps of {0}, too, and give them together with these and the table."
_DUMP_FAR_PEER = "Take dumps of the server at {0}, and `ss -tanp` there, and give them together with these and the table."
_FIND_PEER_OF_RUNTIME = (
    f"Find the other end: `ss -tnp` lists the process's connections; this dump does not say which of them a thread reads. {_TAKE_ITS_DUMP}"
)
_ASK_JVM = (
    "Take the dump with `jcmd PID Thread.print -l` (`jstack -l PID`): it lists who owns the locks of java.util.concurrent. Readers of a "
    "ReentrantReadWriteLock, and a StampedLock's owner, are recorded nowhere."
)
_ASK_WINDBG = "Have WinDbg print the owners into the next dump, which stackan then reads: `~*k; !locks`."
_FIND_LOCKER = (
    "No goroutine dump says who holds a lock: look for goroutines below the functions that lock it, or for a path that returns without "
    "Unlock. Built with sasha-s/go-deadlock, which replaces sync.Mutex, the program reports the holder itself.",
)
_READ_SOURCE = (
    "No tool prints who holds a lock of Python: look in the source, at the lines that the dump prints, for who else takes the same lock, "
    "and at what these threads wait for.",
)
_LOOK_AT_HOLDER = "Look at the thread that holds it: what it does or waits for has to end first."
_ADVICE = {
    "semaphore": ("Find who was to post the semaphore: search the stacks for the functions that use what it counts.",),
    "barrier": ("Find who has not come to the barrier: a thread that does the same work, or one that ended, or was never started.",),
    "thread": ("Look at the thread that is waited for: it has to end first.",),
}


def advise(track: Track, kind: str, held: bool, read: bool) -> tuple[str, ...]:
    """Advice for a finding of this kind, of which the thread is an example.

    `held`: who holds what it waits for is known; `read`: it is known that readers do.
    """
    place, awaited = track.place, track.newest.awaited
    if place.rule is not None:
        return place.rule.advice
    system = track.newest.dump.traits.language
    if system == "java":
        return _advise_on_java(place.kind, kind, held)
    if kind == "stalled-io":
        link = awaited.link if awaited is not None else None
        if link is not None and link.who:
            return (_advise_on_link(link),)
        if system in ("go", "python"):
            return (_FIND_PEER_OF_RUNTIME,)
        shown = awaited is not None and awaited.descriptor is not None
        return (_FIND_PEER.get(system, _FIND_PEER_ON_LINUX if shown else _FIND_DESCRIPTOR),)
    if place.state == "lock":
        if system == "windows":
            return (_ASK_WINDBG,)
        if system == "go":
            return _FIND_LOCKER
        if system == "python":
            return _READ_SOURCE
        if system in _FIND_PEER:
            return ()  # none of these tools reads an owner
        if held:
            return (_LOOK_AT_HOLDER,)
        if read:
            return _FIND_READER
        if not _is_of_glibc(place):
            return (_ask_frame(track),)
        if awaited is None or awaited.address is None:
            return (_GET_SYMBOLS,)
        return tuple(advice.format(awaited.address) for advice in _asking(awaited.kind))
    return _ADVICE.get(awaited.kind if awaited is not None and awaited.address is not None else place.kind or "", ())


def _advise_on_link(link: Link) -> str:
    if not link.ends:
        return _DUMP_FAR_PEER.format(link.who)
    return (_LOOK_AT_PEER if all(end.places for end in link.ends) else _DUMP_PEER).format(link.who)


def _is_of_glibc(place: Place) -> bool:
    """Whether glibc's own functions wait for the lock, or wait inside those of a library whose lock is made of one."""
    return not place.run or place.reason.startswith("glibc.") or any(name.startswith(_OF_GLIBC) for name in place.names[: place.run])


def _ask_frame(track: Track) -> str:
    """How gdb shows a lock of another library: in the outermost of the frames that take it."""
    thread, dump, at = track.newest.thread, track.newest.dump, track.place.run - 1
    level = dump.level(dump.columns.thread_first[thread] + at)
    itself = "self" if b"self=" in dump.arguments_in(thread, at) else "this"
    return _ASK_FRAME.format(who=label(track), level=level, function=track.place.names[at], object=itself)


def _asking(kind: str) -> tuple[str, ...]:
    return {"mutex": (_ASK_OWNER,), "rwlock": (_ASK_WRITER,)}.get(kind, _ADVICE.get(kind, ()))


def _advise_on_java(waits_for: str | None, kind: str, held: bool) -> tuple[str, ...]:
    if kind == "stalled-io":
        return (_FIND_PEER_OF_RUNTIME,) if waits_for == "socket" else ()
    if waits_for in ("mutex", "rwlock"):
        return () if held else (_ASK_JVM,)
    return _ADVICE.get(waits_for or "", ())
