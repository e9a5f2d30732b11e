"""A frame or a header behind gdb's prompt, as in a session that takes its commands from a file:

(gdb) (gdb) #0  0x00007f42ab098545 in __GI___clock_nanosleep () at ../sysdeps/unix/sysv/linux/clock_nanosleep.c:48
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.prepare.text import Line

_PROMPT = re.compile(rb"\A(?:\(gdb\) *)+(?=#\d+ |Thread \d+ \(|\[Switching to |\[Current thread is )")


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    before = b""
    for at, line in enumerate(lines):
        prompt = _PROMPT.match(line)
        if prompt is not None:
            if not before.startswith(b"Thread "):
                yield Line(at, b"(gdb)")  # it still ends what was printed before
            line = line[prompt.end() :]
        before = line
        yield Line(at, line)
