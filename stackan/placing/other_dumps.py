"""Dumps of one process that stay apart, as their formats share no thread ids: a warning says so, lest they seem two processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter

from stackan.model.dump import Dump
from stackan.model.formats import RUN_TIMES
from stackan.model.placement import ProcessInputs
from stackan.model.said import row, said


def tell_views(places: Sequence[ProcessInputs]) -> list[ProcessInputs]:
    """The places with a note at those that show a process which another one shows, too."""
    views = _by_process_id(places)
    natives = _natives(places)
    told = []
    for each in places:
        first = each.placements[0].dump
        family = first.traits.alike
        others = [name for other, name in views[each.host, each.pid].items() if other != family and each.pid is not None]
        words = [_say_same_id(others)] if others else []
        view = _other_view(first, natives) if not others and first.traits.language in RUN_TIMES else None
        words += [_say_view(view)] if view is not None else []
        told.append(each._replace(warnings=(*each.warnings, *words)))
    return told


def _by_process_id(places: Sequence[ProcessInputs]) -> dict[tuple[str | None, int | None], dict[str, str]]:
    """{(host, process id): {family: format}}"""
    formats: dict[tuple[str | None, int | None], dict[str, str]] = {}
    for each in places:
        traits = each.placements[0].dump.traits
        formats.setdefault((each.host, each.pid), {}).setdefault(traits.alike, traits.name)
    return formats


def _natives(places: Sequence[ProcessInputs]) -> dict[int, Dump]:
    """{LWP: the first dump of the first process that shows it in a native stack}"""
    dumps = (each.placements[0].dump for each in reversed(places))
    return {lwp: dump for dump in dumps if dump.traits.language not in RUN_TIMES for lwp in dump.thread_of_lwp}


def _other_view(dump: Dump, natives: Mapping[int, Dump]) -> Dump | None:
    """The native dump that has, by their LWPs, most of the threads that a run-time's dump shows.

    A JVM prints addresses of its own for its threads, so no pthread id can show that these are the same.
    """
    seen = Counter(natives[lwp].source for lwp in dump.thread_of_lwp if lwp in natives)
    source, number = max(seen.items(), key=itemgetter(1), default=("", 0))
    shared = (natives[lwp] for lwp in dump.thread_of_lwp if lwp in natives)
    return next(native for native in shared if native.source == source) if number * 2 > len(dump.thread_of_lwp) else None


def _say_same_id(formats: Sequence[str]) -> str:
    return said("the same process id as in {formats} dumps, but nothing shows which of the threads are the same", formats=row(formats))


def _say_view(native: Dump) -> str:
    return said("most of its threads have the LWPs of those in {source}: most likely another view of that process", source=native.source)
