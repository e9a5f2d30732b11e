"""Processes of which a capture left an error where their stacks were to be: they may be those that hang."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackan.model.natural import natural_key
from stackan.model.placement import ProcessInputs
from stackan.placing.names import read_name


def find_unseen(failed: Iterable[str], places: Sequence[ProcessInputs]) -> tuple[str, ...]:
    """The processes that the names of such files tell, without those of which another file has a stack.

    A name without a process id may be that of another round of a process that is here, so it tells of none.
    """
    unseen = set()
    for source in failed:
        name = read_name(source)
        if name.pid is not None and not any(_may_be(place, name.host, name.pid) for place in places):
            unseen.add(f"{name.host}/{name.pid}" if name.host else str(name.pid))
    return tuple(sorted(unseen, key=natural_key))


def _may_be(place: ProcessInputs, host: str | None, pid: int) -> bool:
    return place.pid == pid and (None in (host, place.host) or host == place.host)
