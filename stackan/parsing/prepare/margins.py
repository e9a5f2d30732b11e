"""The margin that a log writes before each line: a date, a host, the name of a container.

    Nov 21 06:28:34 db1 gdb[4711]: Thread 2 (Thread 0x7f8af73c96c0 (LWP 17543)):
    Nov 21 06:28:34 db1 gdb[4711]: #0  0x00007f8af76c012b in __lll_lock_wait () from /lib/x86_64-linux-gnu/libc.so.6

Margins may differ in their numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from stackan.parsing.looking import holds
from stackan.parsing.prepare.text import Line

_FRAME = re.compile(rb"^([^\n]{1,160}?[\s:\]|>])#\d+ +0x[0-9a-fA-F]+ (?:in )?\S", re.MULTILINE)
_NUMBER = re.compile(rb"\d+")


def is_needed(head: bytes) -> bool:
    """Asked only where no frame begins a line: two frames have the same margin, and it is more than what quotes or indents them."""
    if not holds(head, b"#0 ") or holds(head, b"Sanitizer"):
        return False
    margin, frames = _usual_margin(head)
    return frames > 1 and re.search(rb"\w", margin) is not None


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    margin, _ = _usual_margin(b"\n".join(lines))
    words = margin.rstrip()
    # Blanks before the frames may be fewer before a header, and are often cut off before nothing.
    pattern = re.compile(rb"\d+".join(map(re.escape, _NUMBER.split(words))) + rb"\s{0,%d}" % (len(margin) - len(words)))
    for at, line in enumerate(lines):
        found = pattern.match(line)
        yield Line(at, line if found is None else line[found.end() :])


def _usual_margin(text: bytes) -> tuple[bytes, int]:
    """The margin of most frames, and how many have it but for its numbers."""
    shapes: Counter[bytes] = Counter()
    examples: dict[bytes, bytes] = {}
    for margin in _FRAME.findall(text):
        shape = _NUMBER.sub(b"0", margin)
        shapes[shape] += 1
        examples.setdefault(shape, margin)
    shape = max(shapes, key=lambda shape: shapes[shape], default=b"")
    return examples.get(shape, b""), shapes[shape]
