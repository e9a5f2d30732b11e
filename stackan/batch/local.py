"""The engine of one machine: a supervisor and its workers, with nothing to set up."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence

from stackan.batch.run import Engine, Known
from stackan.batch.supervisor import Supervisor
from stackan.batch.task import Outcome, Settings, Task


def local(workers: int) -> Engine:
    """An engine of that many workers."""

    @contextlib.contextmanager
    def engine(tasks: Sequence[Task], known: Known, settings: Settings, keep: Sequence[int]) -> Iterator[Iterator[Outcome]]:
        with Supervisor(settings, workers, keep) as supervisor:
            yield supervisor.run(tasks, known)

    return engine


def cores() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # Linux alone has it
        return os.cpu_count() or 1
