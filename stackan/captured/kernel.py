"""Stacks inside of the kernel, beside a dump of the process: what a thread waits for below its system call.

    #0  __GI___libc_write (fd=17, …)                     the dump: it writes
    [<0>] nfs_start_io_write+0x1a/0x40 [nfs]             the kernel's stack of the same LWP: an NFS server does not answer

They are taken one after the other.  So they count only for a thread that stands still in the dumps, and has not been told at rest: a thread
that is parked by design is in the kernel, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stackan.model.dump import Dump
from stackan.model.facts import fact
from stackan.model.log import Log
from stackan.model.place import PROFILE, RECORDED, Awaited, Sighting, StackMeaning
from stackan.model.placement import ProcessInputs
from stackan.model.printed import Lock
from stackan.model.records import NamedTuple
from stackan.model.track import STUCK, UNSURE, Track, with_newest

_NAME = 15  # characters that the kernel keeps of a thread's name
_ENDS = {"pipe": "io", "socket": "network"}  # kinds that the kernel's functions show, whatever is waited for there


class KernelStack(NamedTuple):
    """The stack of one thread inside of the kernel."""

    sighting: Sighting
    name: str  # of the task; "" where it is not printed
    line: int  # that shows what it waits for
    log: Log  # the text, with that line
    owners: tuple[int, ...]


def part(dumps: Sequence[Dump]) -> tuple[list[Dump], list[Dump]]:
    """(dumps of processes, texts of the kernel's stacks beside them): where there is no other dump, these are the dumps."""
    beside = [dump for dump in dumps if dump.traits.kernel]
    others = [dump for dump in dumps if not dump.traits.kernel]
    return (others, beside) if others else (list(dumps), [])


def assign(texts: Sequence[Dump], places: Sequence[ProcessInputs]) -> list[list[Dump]]:
    """For each process the texts that have threads of it; those of a copy of /proc are of the process that its path names, if any does."""
    return [[text for text in texts if _fits(text, place)] for place in places]


def _fits(text: Dump, place: ProcessInputs) -> bool:
    """Whether threads of a process are in a text; where their ids differ by what each of them says, most have to be."""
    lwps = place.compared[-1].thread_of_lwp.keys() if place.compared else set()
    shared = len(lwps & text.thread_of_lwp.keys())
    named = text.facts.pid
    return shared > 0 and (named is None or place.pid in (None, named) or 2 * shared >= len(lwps))


def read_stacks(seen: Iterable[tuple[Dump, Sequence[Sighting]]]) -> dict[int, KernelStack]:
    """{LWP: its stack} of texts in their order: the last one counts, and a whole stack before the innermost function alone."""
    stacks: dict[int, KernelStack] = {}
    for dump, sightings in seen:
        for sighting in sightings:
            thread = dump.thread(sighting.thread)
            line = sighting.quoted_line if sighting.place.application else sighting.frame_line(max(sighting.place.wait_frames - 1, 0))
            log = Log(dump.source, "kernel", lines={line: dump.line_text(line)})
            owners = sighting.awaited.owners if sighting.awaited is not None else ()
            before = stacks.get(thread.lwp) if thread.lwp is not None else None
            if thread.lwp is not None and (before is None or thread.frames >= len(before.sighting.place.names)):
                stacks[thread.lwp] = KernelStack(sighting, thread.name or "", line, log, owners)
    return stacks


def attach(tracks: Sequence[Track], stacks: Mapping[int, KernelStack], snapshots: int) -> list[Track]:
    """The threads of a process with what the kernel shows of them."""
    present = {track.lwp for track in tracks}
    told: list[Track] = []
    for track in tracks:
        stack = stacks.get(track.lwp) if track.lwp is not None else None
        told.append(_told(track, stack, snapshots, present) if stack is not None else track)
    return told


def _told(track: Track, stack: KernelStack, snapshots: int, present: set[int | None]) -> Track:
    below, place, known = stack.sighting.place, track.place, track.newest.awaited
    if known is not None and known.home:
        return track  # the owner is known, which the kernel's stack does not show
    if track.progress not in (STUCK, UNSURE) or place.verb in ("idle", "spinning", "sleeping") or not _is_same(track.name, stack.name):
        return track
    futex = stack.sighting.printed_state.awaits if stack.sighting.printed_state is not None else None
    if futex is not None and place.kind == "mutex":
        return _at(track, futex, stack)
    if below.verb == "blocked":
        found = place._replace(kind=below.kind, state=below.state, verb="blocked", rule=below.rule, reason=below.reason, what=below.what)
    elif below.kind in _ENDS and place.verb != "blocked" and place.state in ("io", "network", "unknown", "running"):
        found = place._replace(kind=below.kind, state=_ENDS[below.kind], verb="waiting")
    else:
        return track
    return _waiting(track, found, stack, snapshots, present)


def _at(track: Track, futex: Lock, stack: KernelStack) -> Track:
    """The thread with the address of the mutex that it waits for: glibc's is that of the futex (nptl/pthread_mutex_lock.c, __lock)."""
    known = track.newest.awaited
    if known is not None and (known.address is not None or known.owners):
        return track
    log = Log(stack.log.source, "kernel", lines={futex.line: stack.sighting.dump.line_text(futex.line)})
    awaited = Awaited("mutex", futex.address, None, (), "", RECORDED, track.place.wait_frames, futex.line, log=log)
    newest = track.newest._replace(awaited=awaited)
    return with_newest(track, newest)


def _waiting(track: Track, place: StackMeaning, stack: KernelStack, snapshots: int, present: set[int | None]) -> Track:
    assert place.kind is not None, "what is blocked has a kind"
    owners = tuple(lwp for lwp in stack.owners if lwp in present)
    known = track.newest.awaited
    below = stack.sighting.awaited
    evidence = below.evidence if owners and below is not None else PROFILE
    awaited = Awaited(
        place.kind, None, None, owners, "", evidence, place.wait_frames, stack.line, log=stack.log, waited=stack.sighting.waited
    )
    if known is not None and known.descriptor is not None and not owners:
        awaited = awaited._replace(descriptor=known.descriptor, link=known.link, mode=known.mode)
    newest = track.newest._replace(awaited=awaited, place=place)
    track = with_newest(track, newest)
    if stack.sighting.waited and snapshots == 1 and track.progress == UNSURE:
        return track._replace(progress=STUCK, note=(fact("has-waited-in-one-go", span=stack.sighting.waited),))
    return track


def _is_same(name: str | None, task: str) -> bool:
    """Whether both may be names of one thread: numbers of threads are given again."""
    return not name or not task or name[:_NAME] == task[:_NAME]
