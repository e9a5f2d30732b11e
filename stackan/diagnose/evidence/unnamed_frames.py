"""What would give names to the frames in which threads wait, or tell what they wait for without names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stackan.model.facts import Fact, fact
from stackan.model.place import IN_KERNEL
from stackan.model.track import Track

_C_LIBRARY = ("libc.", "libc-", "libpthread")


def ask_for_names(tracks: Sequence[Track]) -> tuple[Fact, ...]:
    """Advice for threads whose waits no name explains: the symbols that are missing, and what shows the call without any."""
    modules = Counter(filter(None, map(_module, tracks)))
    module = modules.most_common(1)[0][0] if modules else None
    named = all(track.place.reason == IN_KERNEL for track in tracks)  # the system call's own frame has its name
    if module is not None and not module.startswith(_C_LIBRARY):
        return fact("get-symbols-of-module", module=module), fact("read-the-system-call")
    return (fact("read-the-system-call"),) if named else (fact("get-symbols-for-unnamed-waits"),)


def _module(track: Track) -> str | None:
    """The library or program of a thread's innermost frame without a name, where the dump prints it."""
    dump, columns = track.newest.dump, track.newest.dump.columns
    first = columns.thread_first[track.newest.thread]
    at = next((at for at, name in enumerate(track.place.names[: track.place.first_start_frame]) if name.startswith("??")), None)
    if at is None:
        return None
    library = dump.location(columns.call_site[columns.frame_call[first + at]]).library
    return library.replace("\\", "/").rpartition("/")[2] or None if library else None
