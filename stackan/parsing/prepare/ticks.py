"""Headers and frames behind the marks with which trackers begin code: backticks, `{code}`, `<pre>`.

    `Thread 116 (Thread 0x7fc191737700 (LWP 18115)):
    #0  0x00007fd48abc4499 in __lll_lock_wait () from /lib64/libpthread.so.0
    #1  0x00007fd48abc7c4d in clone () from /lib64/libc.so.6`

Backticks behind the last frame go, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.parsing.prepare.text import Line

_MARK = re.compile(
    rb"\A(?:`{1,3}(?:\w{1,16} )?|\{(?:code|noformat)[^}\n]{0,32}\}|<(?:pre|code)[^>\n]{0,32}>|\[(?:code|CODE)\]|[\"']){1,4} {0,8}"
    rb"(?=Thread \d{1,9} \((?:Thread|LWP|process)|#\d{1,9} )"
)
_TICKS = re.compile(rb"`{1,3}[ \t]*$")


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    inside = False  # of code that a backtick has opened
    for at, line in enumerate(lines):
        mark = _MARK.match(line)
        if mark is not None:
            inside = line.startswith(b"`")
            line = line[mark.end() :]
        if inside and line.startswith((b"#", b" ")) and (end := _TICKS.search(line)) is not None:
            line, inside = line[: end.start()], False
        yield Line(at, line)
