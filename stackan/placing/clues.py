"""Clues to a case's inputs beside their threads, in their names and their first lines."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from stackan.model.dump import Dump
from stackan.model.placement import ARCHIVE, CAPTURE, NAME, TEXT, Clue
from stackan.placing.heads import Head, read_head
from stackan.placing.names import Name, read_name

BY_TIME = (CAPTURE, TEXT, NAME, ARCHIVE)  # sources of times, the best first
_APART = 60  # seconds between the times of two files that were not copied at once


class Clues:
    """Clues to each dump.  Clues in its text go before those in its name."""

    def __init__(self, dumps: Sequence[Dump]) -> None:
        self._names = {source: read_name(source) for source in {dump.source for dump in dumps}}
        self._heads = {id(dump): read_head(dump) for dump in dumps}
        self._folders: dict[str, str] = {}  # {source: host}, see `learn_hosts`

    def name(self, dump: Dump) -> Name:
        return self._names[dump.source]

    def head(self, dump: Dump) -> Head:
        return self._heads[id(dump)]

    def host(self, dump: Dump) -> Clue | None:
        return _first(self.head(dump).host, self.name(dump).host or self._folders.get(dump.source))

    def role(self, dump: Dump) -> Clue | None:
        return _first(self.head(dump).role, self.name(dump).role)

    def times(self, dump: Dump) -> dict[str, str]:
        """{what says it: when the dump was taken}"""
        said = {CAPTURE: dump.captured_at, TEXT: self.head(dump).time, NAME: self.name(dump).time, ARCHIVE: dump.taken_at}
        return {source: time for source, time in said.items() if time is not None}

    def order(self, dumps: Sequence[Dump]) -> str | None:
        """The source by which the times of all dumps of a process differ: a capture, their texts, their names or their archive, if any.

        Snapshots of one text may share its time: their order in it is that in which they were taken.
        """
        inputs = len({dump.source for dump in dumps})
        for source in BY_TIME:
            times = [self.times(dump).get(source) for dump in dumps]
            known = [time for time in times if time is not None]
            in_one_zone = len({time.endswith("Z") for time in known}) == 1
            if len(known) == len(times) and len(set(known)) == (len(dumps) if source == TEXT else inputs) > 1 and in_one_zone:
                return source
        return None

    def count_rounds(self, dumps: Sequence[Dump]) -> bool:
        """Whether the names of all inputs give rounds in one form: a different one each, or at least two different ones."""
        rounds = {dump.source: self.name(dump).rounds for dump in dumps}
        different = len(set(rounds.values()))
        return (different > 1 or different == len(rounds)) and len({len(each) for each in rounds.values()}) == 1

    def file_times(self, dumps: Sequence[Dump]) -> dict[str, float]:
        """{input: when its file was written}, if these times are a minute or more apart; empty else, as copying writes all anew."""
        times = {dump.source: dump.written for dump in dumps}
        known = {source: time for source, time in times.items() if time is not None}
        steps = (after - before for before, after in itertools.pairwise(sorted(known.values())))
        return known if len(known) == len(times) > 1 and all(step >= _APART for step in steps) else {}

    def learn_hosts(self, processes: Sequence[Sequence[Dump]]) -> None:
        """Folders that are named like hosts, with a number in them, are hosts where none of these processes lies in two of them."""
        folders = [{self.name(dump).folders for dump in process} for process in processes]
        deepest = max((len(names) for each in folders for names in each), default=0)
        for depth in range(deepest):
            values = [{names[depth] if depth < len(names) else "" for names in each} for each in folders]
            distinct = set().union(*values)
            if len(distinct) > 1 and all(len(each) == 1 for each in values) and all(map(_is_like_a_host, distinct)):
                self._folders = {source: name.folders[depth] for source, name in self._names.items() if depth < len(name.folders)}
                return


def _first(text: str | None, name: str | None) -> Clue | None:
    return Clue(text, TEXT) if text else Clue(name, NAME) if name else None


def _is_like_a_host(folder: str) -> bool:
    return any(char.isdecimal() for char in folder) and any(char.isalpha() for char in folder)
