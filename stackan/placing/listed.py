"""What a list of processes beside the dumps (`ps -ef`, a manifest) says of them: the command line of each, with its role and its host.

./dolphindb -home data/dn1 -console 0 -mode datanode -localSite 10.20.3.11:8902:dn1 -controllerSite 10.20.3.11:8900:ctl1

A process id says little by itself: every host has its own ids.  So a list is believed where it belongs to the host of the process, or
where nothing says whose it is and no other process of the case has the id; and where the command line does not contradict the threads.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.expressions import expression
from stackan.model.placement import LIST, NAME, Clue, ProcessInputs
from stackan.model.process_list import ProcessList
from stackan.placing.heads import MODE
from stackan.placing.hosts import host_of

_SITE = expression(r"-localSite[ =]([^\s:]{1,253}):\d{1,5}:\S")  # of DolphinDB's command line: HOST:PORT:ALIAS
_LOCAL = ("localhost", "127.")


def learn_commands(places: Sequence[ProcessInputs], process_lists: Sequence[ProcessList]) -> list[ProcessInputs]:
    """The processes with what the lists say of them."""
    if not process_lists:
        return list(places)
    hosts = {place.host for place in places}
    told = [(each.host or host_of(each.source, hosts), each) for each in process_lists]
    counts: dict[int | None, int] = {}
    for place in places:
        counts[place.pid] = counts.get(place.pid, 0) + 1
    return [_learn(place, told, counts[place.pid] == 1) for place in places]


def _learn(place: ProcessInputs, told: Sequence[tuple[str | None, ProcessList]], alone: bool) -> ProcessInputs:
    own = [each for host, each in told if host == place.host or (alone and None in (host, place.host))]
    commands = {each.commands[place.pid] for each in own if place.pid in each.commands}
    if len(commands) != 1:
        return place
    (command,) = commands
    mode, site = MODE.search(command), _SITE.search(command)
    if mode is not None and any(
        placed.role is not None and placed.role.source != NAME and placed.role.value != mode[1] for placed in place.placements
    ):
        return place
    role = Clue(mode[1], LIST) if mode is not None else None
    host = Clue(site[1], LIST) if site is not None and not site[1].startswith(_LOCAL) else None
    host = host or next((Clue(each.host, LIST) for each in own if each.host is not None and place.pid in each.commands), None)
    placements = tuple(
        placed._replace(
            role=placed.role if role is None or (placed.role is not None and placed.role.source != NAME) else role,
            host=placed.host or host,
        )
        for placed in place.placements
    )
    return place._replace(
        host=place.host or (host.value if host is not None else None),
        role=role.value if role is not None else place.role,
        placements=placements,
        command=command or place.command,
    )
