"""The distance of an archive's times from those that logs print: tar keeps UTC, logs print local time without a zone.

A file in an archive was last written when its last line was.  So the time of a log's member is that of its last record, but for the zone:

    dsc0/dm_DSC0_202405.log      2024-05-12T05:02:31Z in the tar, its last record 2024-05-12 13:02:30.774: eight hours
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from stackan.model.clock import seconds_of
from stackan.model.log import Log

_STEP = 15 * 60  # zones are whole quarters of an hour away from UTC
_NEAR = 10  # seconds from the last record to the time of its file
WEST, EAST = -12 * 60, 14 * 60  # minutes of the zones farthest from UTC


def shift_of_utc(logs: Sequence[Log]) -> int | None:
    """Minutes by which the logs' clock is ahead of UTC; None if no archive tells."""
    return _shift((log.taken_at, log) for log in logs)


def shift_of_packer(logs: Sequence[Log]) -> int | None:
    """Minutes by which it is ahead of the clock of the one who packed a zip, whose members have local times."""
    return _shift((log.stamped, log) for log in logs)


def _shift(members: Iterable[tuple[str | None, Log]]) -> int | None:
    """The distance that most logs show; one that was copied before it was packed shows none, or by chance another one."""
    found: Counter[int] = Counter()
    for written, log in members:
        file, record = seconds_of(written), seconds_of(log.extent.last) if log.extent is not None else None
        if file is None or record is None:
            continue
        steps = round((record - file) / _STEP)
        if abs(record - file - steps * _STEP) <= _NEAR and WEST <= steps * 15 <= EAST:
            found[steps * 15] += 1
    ranked = found.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]
