"""Dumps → processes with host, role and process id, each snapshot with the reason for its position."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from stackan.model.dump import Dump
from stackan.model.placement import ARCHIVE, CAPTURE, NAME, TEXT, Clue, Placement, ProcessInputs
from stackan.model.process_list import ProcessList
from stackan.model.said import row, said
from stackan.placing.clues import BY_TIME, Clues
from stackan.placing.comparable import comparable
from stackan.placing.group import group
from stackan.placing.identity import process_id, why_same
from stackan.placing.listed import learn_commands
from stackan.placing.other_dumps import tell_views
from stackan.placing.restarts import find_restarts
from stackan.placing.spacing import doubt_rounds, doubt_spacing, span_of, time_steps

_BY_TIME = {
    CAPTURE: said("by the times in the capture's manifest"),
    TEXT: said("by the times in the texts"),
    NAME: said("by the times in the names"),
    ARCHIVE: said("by the times in the archive"),
}


def place(dumps: Sequence[Dump], given_order: bool = False, process_lists: Sequence[ProcessList] = ()) -> list[ProcessInputs]:
    """The processes of a case, in an order that depends on the names of the inputs alone (unless it is given)."""
    clues = Clues(dumps)
    processes = group(dumps, given_order, clues)
    restarts = find_restarts(processes, clues)
    placed = tell_views([_place(process, clues, given_order, restarts.get(at, ())) for at, process in enumerate(processes)])
    return learn_commands(placed, process_lists)


def _place(dumps: list[Dump], clues: Clues, given_order: bool, restarts: Sequence[str]) -> ProcessInputs:
    compared, rest = comparable(dumps)
    left_out = {id(dump) for dump in rest}
    hosts, roles, pids = ([found(dump) for dump in dumps] for found in (clues.host, clues.role, lambda dump: _pid(dump, clues)))
    pid = next((clue.value for source in (TEXT, NAME) for clue in pids if clue is not None and clue.source == source), None)
    warnings = [*restarts, *doubt_spacing(compared, clues, given_order), *doubt_rounds(compared, clues)]
    if len(named := _named(hosts)) > 1:
        warnings.append(said("its inputs' names speak of several hosts, {hosts}; their threads are of one process", hosts=row(named)))
    if len(named := _named(roles)) > 1:
        warnings.append(said("its inputs' names speak of several roles, {roles}; their threads are of one process", roles=row(named)))
    order, ordered_by = _reason_of_order(dumps, clues, given_order), clues.order(dumps)
    placements = [
        Placement(
            dump,
            id(dump) not in left_out,
            partial(_reason_of_joining, dumps, at, given_order),
            said("as it stands in the text") if at and dumps[at - 1].source == dump.source else order,
            hosts[at],
            roles[at],
            pids[at],
            _time(dump, clues, ordered_by),
        )
        for at, dump in enumerate(dumps)
    ]
    span = span_of(time_steps(compared, clues)) or None
    return ProcessInputs(_agreed(hosts), _agreed(roles), int(pid) if pid is not None else None, tuple(placements), span, tuple(warnings))


def _pid(dump: Dump, clues: Clues) -> Clue | None:
    pid, named = process_id(dump), clues.name(dump).pid
    return Clue(str(pid), TEXT) if pid is not None else Clue(str(named), NAME) if named is not None else None


def _named(clues: Sequence[Clue | None]) -> list[str]:
    """The values that the names of a process's inputs give."""
    return list(dict.fromkeys(clue.value for clue in clues if clue is not None and clue.source == NAME))


def _agreed(clues: Sequence[Clue | None]) -> str | None:
    """The value that the best of the clues give, if they do not contradict each other."""
    for source in (TEXT, NAME):
        values = dict.fromkeys(clue.value for clue in clues if clue is not None and clue.source == source)
        if values:
            return next(iter(values)) if len(values) == 1 else None
    return None


def _time(dump: Dump, clues: Clues, ordered_by: str | None) -> Clue | None:
    times = clues.times(dump)
    source = ordered_by if ordered_by is not None else next((source for source in BY_TIME if source in times), None)
    return Clue(times[source], source) if source is not None else None


def _reason_of_order(dumps: Sequence[Dump], clues: Clues, given_order: bool) -> str:
    if len(dumps) == 1:
        return said("the only one")
    if given_order:
        return said("as it was given")
    ordered_by = clues.order(dumps)
    if ordered_by is not None:
        return _BY_TIME[ordered_by]
    if clues.count_rounds(dumps):
        return said("by the rounds in the names")
    return said("by the times of the files") if clues.file_times(dumps) else said("by its name")


def _reason_of_joining(dumps: Sequence[Dump], at: int, given_order: bool) -> str:
    if len(dumps) == 1:
        return said("nothing else of this process is among the inputs")
    other = at - 1 if at else 1
    why = why_same(dumps[at], dumps[other]) or _why_put_together(dumps[at], dumps[other], given_order)
    return said("{why}, as snapshot {number}", why=why, number=other + 1)


def _why_put_together(dump: Dump, other: Dump, given_order: bool) -> str:
    """The evidence that two dumps are of one process where their threads do not show it."""
    if dump.source == other.source:
        return said("in one text")
    return said("given as of one process") if given_order else said("the same name but for the round")
