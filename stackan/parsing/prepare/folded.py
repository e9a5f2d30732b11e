"""A crash in one line of a log, which has written the ends of its lines out: `#012` by rsyslog, `\\n` in JSON.

Dec  6 01:20:37 db1 systemd-coredump[615]: Process 6023 (ledgerd) of user 0 dumped core.#012#012Stack trace of thread 6023:#012#0  0x00…
"""

from __future__ import annotations

from collections.abc import Iterator

from stackan.parsing.prepare.text import Line

_FOLDS = (b"#012", b"\\n")
_THREAD = b"Stack trace of thread "


def is_needed(head: bytes) -> bool:
    return _THREAD in head and any(fold + _THREAD in head for fold in _FOLDS)


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    for at, line in enumerate(lines):
        fold = next((fold for fold in _FOLDS if fold + _THREAD in line), None)
        if fold is None:
            yield Line(at, line)
        else:
            for piece in line.split(fold):
                yield Line(at, piece)
