"""Side doors: pools that serve only whoever would free the others, such as logins and cancelations."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.facts import Fact, fact
from stackan.model.process import Pool, Process


def side_doors(processes: Sequence[Process]) -> list[tuple[Process, Pool]]:
    return [(process, pool) for process in processes for pool in process.pools if pool.side_door]


def advise_by_side_doors(processes: Sequence[Process]) -> tuple[Fact, ...]:
    """What the profile says of the side doors as they are: a free one first, as it does least harm; each step once.

    A step that names a process, as the command of an emergency channel does, is said for each.
    """
    doors = side_doors(processes)
    free = [step.with_pid(process.pid) for process, door in doors if door.idle for step in door.open]
    other = [step.with_pid(process.pid) for process, door in doors if not door.idle for step in door.shut]
    return tuple(fact("profile-says", text=step) for step in dict.fromkeys((*free, *other)))
