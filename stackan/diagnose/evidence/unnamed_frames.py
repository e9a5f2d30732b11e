"""What would give names to the frames in which threads wait, or tell what they wait for without names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stackan.model.facts import Fact, fact
from stackan.model.place import IN_KERNEL
from stackan.model.track import Track

# Where Go's heap begins on 64-bit systems (runtime/malloc.go: arenas at 0xc0…): what a stripped program's stacks are full of.
_GO_HEAP = range(0xC0_0000_0000, 0xC1_0000_0000)
_C_LIBRARY = ("libc.", "libc-", "libpthread")


def ask_for_names(tracks: Sequence[Track]) -> tuple[Fact, ...]:
    """Advice for threads whose waits no name explains: the symbols that are missing, and what shows the call without any."""
    if any(map(_shows_go, tracks)):
        return (fact("take-goroutine-dump"),)
    modules = Counter(filter(None, map(_module, tracks)))
    module = modules.most_common(1)[0][0] if modules else None
    # The system call's own frame has its name, or no frame is there that symbols would name.
    named = all(track.place.reason == IN_KERNEL or not track.place.names for track in tracks)
    if module is not None and not module.startswith(_C_LIBRARY):
        return fact("get-symbols-of-module", module=module), fact("read-the-system-call")
    return (fact("read-the-system-call"),) if named else (fact("get-symbols-for-unnamed-waits"),)


def _shows_go(track: Track) -> bool:
    """Whether a stack without names has addresses of Go's heap for frames: what a debugger makes of a goroutine's stack."""
    dump, names = track.newest.dump, track.place.names
    first = dump.columns.thread_first[track.newest.thread]
    return track.place.is_untold and any(dump.pc(first + at) in _GO_HEAP for at in range(len(names)))


def _module(track: Track) -> str | None:
    """The library or program of a thread's innermost frame without a name, where the dump prints it."""
    dump, columns = track.newest.dump, track.newest.dump.columns
    first = columns.thread_first[track.newest.thread]
    at = next((at for at, name in enumerate(track.place.names[: track.place.first_start_frame]) if name.startswith("??")), None)
    if at is None:
        return None
    library = dump.location(columns.call_site[columns.frame_call[first + at]]).library
    return library.replace("\\", "/").rpartition("/")[2] or None if library else None
