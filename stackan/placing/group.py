"""Dumps → processes: which dumps are snapshots of the same process, and in which order they were taken."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.dump import Dump
from stackan.model.natural import NaturalKey, natural_key
from stackan.model.placement import NAME
from stackan.placing.by_name import by_names, group_by_name
from stackan.placing.clues import Clues
from stackan.placing.identity import Identity, is_random
from stackan.placing.known_processes import Seen


def group(dumps: Sequence[Dump], given_order: bool = False, clues: Clues | None = None) -> list[list[Dump]]:
    """Processes in the order of their first snapshot's name, each a list of its snapshots in time order.

    Content decides first (`same_process`).  Dumps without the kernel's thread ids go by the process id that they print, and by their names.
    Order is that of times in the texts, in the names or in an archive, else of the names, numbers read as numbers; `given_order`
    keeps the caller's.
    """
    clues = clues or Clues(dumps)
    ordered = list(dumps) if given_order else sorted(dumps, key=lambda dump: (_path_key(stem(dump.source)), natural_key(dump.source)))
    processes, unnumbered = _by_threads(ordered)
    clues.learn_hosts(processes)
    if not given_order:
        processes = [part for process in processes for part in _hosts_apart(process, clues)]
    for same in _by_process_id(unnumbered, clues, given_order):
        texts = _texts(same)
        firsts = [dumps[0] for dumps in texts]
        beside = {id(dumps[0]): dumps for dumps in texts}
        named = group_by_name(firsts) if given_order else by_names(firsts, clues)
        told = same[0].facts.pid is not None or given_order  # a caller who gives the order of snapshots says that they are of one process
        for home in [firsts] if told and len(named) == len(firsts) else named:
            processes += _lives([dump for first in home for dump in beside[id(first)]])
    place = {id(dump): at for at, dump in enumerate(ordered)}
    for process in processes:
        process.sort(key=lambda dump: place[id(dump)])
    processes.sort(key=lambda process: place[id(process[0])])
    return processes if given_order else [in_time(process, clues) for process in processes]


def _by_threads(dumps: Sequence[Dump]) -> tuple[list[list[Dump]], list[Dump]]:
    """(processes, dumps that print no LWP)"""
    seen = Seen()
    unnumbered: list[Dump] = []
    for dump in dumps:
        identity = Identity(dump)
        if identity.threads:
            seen.add(identity)
        else:
            unnumbered.append(dump)
    return [[identity.dump for identity in home] for home in seen.homes], unnumbered


def _hosts_apart(process: list[Dump], clues: Clues) -> list[list[Dump]]:
    """Dumps with equal threads that names show at several hosts in one round are of several processes.

    So it is in containers, where ids are small, if addresses are not random there.  Where they are, a pthread id that is in
    dumps of two hosts shows that the names count something else than hosts: `db1.txt` and `db2.txt` may be two rounds.
    """
    hosts: dict[str | None, list[Dump]] = {}
    rounds: dict[tuple[object, ...], set[str | None]] = {}
    for dump in process:
        clue, name = clues.host(dump), clues.name(dump)
        host = clue.value if clue is not None else None
        hosts.setdefault(host, []).append(dump)
        rounds.setdefault((dump.traits.alike, name.rounds, name.rest), set()).add(host)
    apart = None not in hosts and any(len(several) > 1 for several in rounds.values())
    by_name = all(clue is None or clue.source == NAME for clue in map(clues.host, process))
    if not apart or (by_name and _share_addresses(list(hosts.values()))):
        return [process]
    return list(hosts.values())


def _share_addresses(hosts: Sequence[Sequence[Dump]]) -> bool:
    """Whether the first dumps of hosts show a thread with the same LWP at the same random address."""
    first, *others = (Identity(dumps[0]) for dumps in hosts)
    return any(is_random(pthread) for other in others for _, pthread in first.oldest_marks & other.oldest_marks)


def _by_process_id(dumps: Sequence[Dump], clues: Clues, given_order: bool) -> list[list[Dump]]:
    """Dumps without LWPs, separated by the processes that they or their names give; those that give none stay together."""
    found: dict[tuple[object, ...], list[Dump]] = {}
    for dump in dumps:
        host, name = clues.host(dump), clues.name(dump)
        said = () if given_order else (host.value if host else None, name.role, name.pid if dump.facts.pid is None else None)
        found.setdefault((dump.facts.pid, dump.facts.command, *said), []).append(dump)
    return list(found.values())


def _texts(dumps: Sequence[Dump]) -> list[list[Dump]]:
    """The snapshots that are in one text: they are of one process, unless pthread ids show otherwise."""
    texts: list[list[Dump]] = []
    of_source: dict[tuple[str, str], int] = {}
    of_id: dict[tuple[tuple[str, str], int], int] = {}  # by pthread id; 0 for a text that prints none
    for dump in dumps:
        ids = set(dump.columns.thread_pthread[dump.first_thread : dump.stop_thread]) - {0}
        text = dump.source, dump.traits.alike
        known = [of_id[text, each] for each in (*ids, 0) if (text, each) in of_id]
        at = min(known, default=None) if ids else of_source.get(text)
        if at is None:
            at = len(texts)
            texts.append([])
            of_source.setdefault(text, at)
            of_id.update(((text, each), at) for each in ids or (0,))
        texts[at].append(dump)
    return texts


def _lives(dumps: Sequence[Dump]) -> list[list[Dump]]:
    """Dumps separated behind those with which a process ended: the next one is of a process that was started anew."""
    lives: list[list[Dump]] = [[]]
    for dump in dumps:
        lives[-1].append(dump)
        if dump.facts.ended:
            lives.append([])
    return [life for life in lives if life]


def stem(source: str) -> str:
    """A name without its endings, which are no part of the order: dump.txt comes before dump2.txt.gz."""
    while True:
        head, dot, ending = source.rpartition(".")
        if not dot or not head or head.endswith(("/", "!")) or len(ending) > 4 or not ending.isalnum() or ending.isdigit():
            return source
        source = head


def _path_key(path: str) -> list[NaturalKey]:
    """Part by part: what lies in `output` comes before what lies in `output2`."""
    return [natural_key(part) for part in path.replace("!", "/").split("/")]


def in_time(dumps: list[Dump], clues: Clues) -> list[Dump]:
    """By the times if these differ for all of the inputs; else by the rounds in their names; else by their files' times; else by name."""
    source = clues.order(dumps)
    if source is not None:
        return sorted(dumps, key=lambda dump: clues.times(dump)[source])
    if clues.count_rounds(dumps):
        return sorted(dumps, key=lambda dump: clues.name(dump).rounds)
    written = clues.file_times(dumps)
    return sorted(dumps, key=lambda dump: written[dump.source]) if written else dumps
