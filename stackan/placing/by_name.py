"""Dumps whose threads do not show their process, grouped by their names."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.dump import Dump
from stackan.model.natural import Run, natural_key
from stackan.placing.clues import Clues
from stackan.placing.names import HOST_WORDS, PROCESS_WORDS, ROUND_WORDS


def by_names(dumps: Sequence[Dump], clues: Clues) -> list[list[Dump]]:
    """Dumps whose names say the same but for the round or the time are of one process; the others by the number in which they differ."""
    alike: dict[tuple[str, ...], list[Dump]] = {}
    for dump in dumps:
        alike.setdefault(clues.name(dump).rest, []).append(dump)
    told, rest = [], []
    for same in alike.values():
        rounds = {(clues.name(dump).rounds, clues.name(dump).time) for dump in same}
        if len(same) > 1 and len(rounds) == len(same):
            told.append(same)
        else:
            rest += same
    return [*told, *group_by_name(rest)]


def group_by_name(dumps: Sequence[Dump]) -> list[list[Dump]]:
    """Group dumps whose names differ in one number only, the snapshot's: its removal leaves equally large groups.

    gstack.1.p0.txt gstack.1.p1.txt gstack.2.p0.txt gstack.2.p1.txt → (1.p0, 2.p0), (1.p1, 2.p1)

    Where several numbers would do, the words before them decide, then the leftmost is taken.
    """
    alone = [[dump] for dump in dumps]
    keys = [natural_key(dump.source)[0] for dump in dumps]
    if len(dumps) < 2 or len({tuple(run[0] for run in key) for key in keys}) > 1:
        return alone
    best: tuple[int, list[list[Dump]]] = (0, alone)
    for at, run in enumerate(keys[0]):
        if run[0] != 0:
            continue
        groups: dict[tuple[Run, ...], list[Dump]] = {}
        for dump, key in zip(dumps, keys, strict=True):
            groups.setdefault((*key[:at], *key[at + 1 :]), []).append(dump)
        sizes = {len(members) for members in groups.values()}
        if len(sizes) == 1 and sizes != {1}:
            fit = 2 + _fit(keys[0][at - 1][2] if at else "")
            if fit > best[0]:
                best = (fit, list(groups.values()))
    return best[1]


def _fit(before: str) -> int:
    """How well the text before a number says that it counts snapshots."""
    word = before.rstrip(" ._-/!=").rpartition("/")[2]
    word = word[max(word.rfind(sign) for sign in " ._-!=") + 1 :]
    return 1 if word in ROUND_WORDS else -1 if word in PROCESS_WORDS | HOST_WORDS else 0
