"""Backticks that a tracker's markup leaves before a thread's header and behind its last frame.

`Thread 116 (Thread 0x7fc191737700 (LWP 18115)):

#0  0x00007fd48abc4499 in __lll_lock_wait () from /lib64/libpthread.so.0
#3  0x00007fd48abc7c4d in clone () from /lib64/libc.so.6`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.prepare.text import Line

MARKED = re.compile(rb"`{1,3}(?:Thread \d+ \(|TID \d+:|#\d+ )")


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    for at, line in enumerate(lines):
        if MARKED.match(line):
            line = line.lstrip(b"`")
        yield Line(at, line.rstrip(b"`") if line.startswith(b"#") and line.endswith(b"`") else line)
