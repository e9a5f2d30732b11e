"""A crash in one line of a log, which has written the ends of its lines out: `#012` by rsyslog, `\\n` in JSON.

Dec  6 01:20:37 db1 systemd-coredump[615]: Process 6023 (ledgerd) of user 0 dumped core.#012#012Stack trace of thread 6023:#012#0  0x00…

So are backtraces of Ruby's threads: {"pid":4100,"lvl":"WARN","msg":"/srv/app/push.rb:22:in `pop'\\n/srv/app/push.rb:22:in `run'"}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.looking import holds
from stackan.parsing.prepare.text import Line

_FOLDS = (b"#012", b"\\n")
_THREAD = b"Stack trace of thread "
_RUBY = re.compile(rb"(?:#012|\\n) {0,8}[^\s\"\\]{1,300}:\d{1,7}:in [`']")


def is_needed(head: bytes) -> bool:
    if holds(head, _THREAD) and any(holds(head, fold + _THREAD) for fold in _FOLDS):
        return True
    return holds(head, b" TID-") and _RUBY.search(head) is not None


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    for at, line in enumerate(lines):
        fold = next((fold for fold in _FOLDS if fold + _THREAD in line), None)
        ruby = _RUBY.search(line) if fold is None else None
        fold = next((each for each in _FOLDS if ruby[0].startswith(each)), None) if ruby is not None else fold
        if fold is None:
            yield Line(at, line)
        else:
            for piece in line.split(fold):
                yield Line(at, piece)
