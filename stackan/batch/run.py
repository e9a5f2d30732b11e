"""A whole run: which cases there are, which of them are done, and an engine for the others."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Protocol

from stackan._version import __version__
from stackan.batch.task import Outcome, Settings, Task
from stackan.model.records import NamedTuple
from stackan.store.about import about_of, introduce
from stackan.store.lock import leave_token, locked
from stackan.store.merging import merge
from stackan.store.parts import drop_cases, known_failures, read_rows, remove_doubles, remove_leftovers
from stackan.store.place import Folder, Place, place_of

Known = dict[str, list[str]]


class Engine(Protocol):
    """What analyzes cases, and gives each outcome when its rows are in the store.

    known: {case: ids of the rows that the store has of it}.  keep: descriptors that workers of this machine inherit.
    """

    def __call__(
        self, tasks: Sequence[Task], known: Known, settings: Settings, keep: Sequence[int]
    ) -> contextlib.AbstractContextManager[Iterator[Outcome]]: ...


class Done(NamedTuple):
    """What became of the cases of a run."""

    ids: frozenset[str]  # of their rows
    known: int  # how many were done before


def run(tasks: Sequence[Task], settings: Settings, engine: Engine, tell: Callable[[Outcome], object], *, again: bool = False) -> Done:
    """Analyze all cases that have no row yet; `tell` hears of each case when its rows are in the store.

    again: also those whose row says that they could not be analyzed; it stays until there is another one.
    Raises UsageError where the store is in use, of another kind, or cannot be written.
    """
    place = place_of(settings.store)
    about_of(place)
    with _taken(place) as (token, keep):
        introduce(place, {os.path.basename(each): _sum(each) for each in settings.profiles}, settings.redact)
        _tidy(place)
        failed = _failed(place, tasks) if again else {}
        ids, known, failures = dict[str, str](), 0, known_failures(place)
        with engine(tasks, _known(place, failed), settings._replace(run=token), keep) as outcomes:
            for outcome in outcomes:
                if outcome.was_known:
                    outcome = outcome._replace(failure=failures.get(outcome.case_id))
                ids[outcome.case] = outcome.case_id
                known += outcome.was_known
                tell(outcome)
        drop_cases(place, {old for old, case in failed.items() if ids.get(case, old) != old})
        _tidy(place)
    return Done(frozenset(ids.values()), known)


def _tidy(place: Place) -> None:
    """While nobody writes: what killed workers have left goes first, so that it is not merged."""
    remove_leftovers(place)
    remove_doubles(place)
    merge(place)


def count_known(store: str, tasks: Sequence[Task]) -> int:
    """How many of the cases have rows by their names; whether their contents have changed shows only when they are read.

    Raises UsageError where there is something else than a store.
    """
    place = place_of(store)
    known = _known(place) if about_of(place) is not None else {}
    return sum(task.case in known for task in tasks)


@contextlib.contextmanager
def _taken(place: Place) -> Iterator[tuple[str, list[int]]]:
    """Keep the store for this run; gives its token, and the descriptors that its workers are to inherit."""
    with contextlib.ExitStack() as stack:
        keep = [stack.enter_context(locked(place))] if isinstance(place, Folder) else []
        yield leave_token(place), keep


def _sum(profile: str) -> str:
    """What a profile says, in short; of one that comes with stackan, its name."""
    try:
        with open(profile, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return profile


def _failed(place: Place, tasks: Sequence[Task]) -> dict[str, str]:
    """{id of a row that says why one of these cases could not be analyzed by this version: the case}"""
    names = {task.case for task in tasks}
    rows = read_rows(place, "cases", ("case", "case_id", "failure", "version"))
    return {row["case_id"]: row["case"] for row in rows if row["failure"] and row["case"] in names and row["version"] == __version__}


def _known(place: Place, without: Container[str] = ()) -> Known:
    """{case: ids of its rows}, but of some rows."""
    found: Known = {}
    for row in read_rows(place, "cases", ("case", "case_id")):
        if row["case_id"] not in without:
            found.setdefault(row["case"], []).append(row["case_id"])
    return found
