"""The logs of a case → what they tell together: one time line, episodes, faults, who wrote them, and which other log would tell more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stackan.faultlogs.covering import find_covers
from stackan.faultlogs.episodes import find_episodes
from stackan.faultlogs.faults import find_faults
from stackan.faultlogs.nodes import Nodes, writer_of
from stackan.faultlogs.timeline import timeline
from stackan.model.event import Episode, Fault, Lacking, Logged, Story
from stackan.model.log import Log
from stackan.model.placement import Taken
from stackan.model.process import Process

_DAMENG = ("dmcss", "dmcssm", "dmasm", "dmserver")


def read_story(
    logs: Sequence[Log], writers: Mapping[Log, str], processes: Sequence[Process], taken: Sequence[Sequence[Taken | None]]
) -> Story:
    """`logs` in an order that does not depend on how they were read; `taken`: when the snapshots of each process were."""
    if not any(log.events for log in logs):
        return Story(writers=writers)
    told = timeline(logs)
    nodes = Nodes(logs, told)
    episodes = find_episodes(logs, told, nodes)
    faults = find_faults(told, episodes, nodes)
    suspends, covers = find_covers(episodes, processes, taken, writers, logs, nodes)
    lacking = tuple(_lacking(logs, faults, episodes, nodes))
    line = tuple(Logged(each.log, each.event._replace(nodes=nodes.several(each.event.nodes))) for each in told)
    return Story(line, episodes, faults, writers, tuple(suspends), covers, lacking)


def _lacking(logs: Sequence[Log], faults: Sequence[Fault], episodes: Sequence[Episode], nodes: Nodes) -> Iterator[Lacking]:
    """The logs that would tell more, in the order in which the guide has them read: DMCSS and DMCSSM, then those of the failed nodes."""
    kinds = {log.kind for log in logs}
    if kinds.isdisjoint(_DAMENG) or not (faults or episodes):
        return
    yield from (Lacking(kind) for kind in ("dmcss", "dmcssm") if kind not in kinds)
    lost = nodes.several([node for fault in faults if fault.lost for node in fault.nodes])
    here = {nodes.key(writer_of(log)) for log in logs if log.kind == "dmserver"}
    yield from (Lacking("dmserver", node) for node in lost if nodes.key(node) not in here)
