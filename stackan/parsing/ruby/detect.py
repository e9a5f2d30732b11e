"""How dumps of Ruby's threads are recognized."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import holds

_SIGDUMP = re.compile(rb"\n  Thread #<Thread:0x[0-9a-f]{1,16}[^\n]{0,400}> status=\w+ priority=-?\d")
# A thread's line, and below it a frame, or that there is none; each may be behind what a log writes before its lines.
_LISTED = re.compile(
    rb"(?:\n|[ \t\]\"])Thread:? TID-\w{1,32}(?: [^\n]{0,300}|\"[^\n]{0,300})?\r?\n"
    rb"(?:[^\n]{0,300}[ \t\"])?(?:\S{1,500}:\d{1,7}:in [`'][^\n]{1,300}'|<no backtrace available>)"
)


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if holds(head, b" status=") and _SIGDUMP.search(b"\n" + head) is not None:
        yield "sigdump", said("lines `Thread #<Thread:0x…> status=… priority=…` of sigdump head the threads")
    if holds(head, b" TID-") and _LISTED.search(b"\n" + head) is not None:
        yield "ruby-threads", said("lines `Thread TID-…` head the threads, and frames are `FILE:LINE:in 'METHOD'`")
