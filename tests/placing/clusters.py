"""Real dumps as of other processes: the same threads and stacks under other ids, at other addresses."""

from __future__ import annotations

import re

_IDS = re.compile(rb"(LWP |process |TID |PID )(\d+)")
_ADDRESSES = re.compile(rb"0x(0000)?([57][0-9a-f]{11})(?![0-9a-f])")


def another_process(*texts: bytes, seed: int) -> list[bytes]:
    """Snapshots of one process as if another process, with the process id 1000 * seed, had made them."""
    found = sorted({int(match[2]) for text in texts for match in _IDS.finditer(text)})
    lwps = {b"%d" % lwp: 1000 * seed + order for order, lwp in enumerate(found)}
    return [_IDS.sub(lambda match: match[1] + b"%d" % lwps[match[2]], moved(text, seed)) for text in texts]


def moved(text: bytes, seed: int) -> bytes:
    """The same ids, as in a container, with libraries and stacks elsewhere, as in every process."""

    def move(match: re.Match[bytes]) -> bytes:
        return b"0x%s%012x" % (match[1] or b"", (int(match[2], 16) + (seed << 24)) & 0xFFFF_FFFF_FFFF)

    return _ADDRESSES.sub(move, text)
