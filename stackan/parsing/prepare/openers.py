"""Lines that head the threads of a format without frames `#n`, recognized behind the margin that quotes or indents them.

    > Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6-Debian-1deb12u1 mixed mode, sharing):
    > "transfer-1" #12 prio=5 os_prio=0 cpu=0.29ms elapsed=2.73s tid=0x00007f09b80be890 nid=0x4e17 waiting for monitor entry
    >    java.lang.Thread.State: BLOCKED (on object monitor)

Tools indent some of these themselves, so each is known with the blanks that its tool prints: the text before them is the margin.
Where one line has none, the text is no quotation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_ANY_MARGIN = rb"([>|:\t ]*?)"  # blanks alone may be a margin
_QUOTE_MARGIN = rb"([>|](?:[>| ]*[>|])? ?)"  # before lines whose own blanks vary: only what cannot be theirs

# The words that are searched for, as that is fast, and the line that they have to be in.
_OPENERS: tuple[tuple[bytes, re.Pattern[bytes]], ...] = tuple(
    (mark, re.compile(rb"\A" + margin + line))
    for mark, margin, line in (
        (b"Full thread dump ", _ANY_MARGIN, rb"Full thread dump "),  # HotSpot
        (b"java.lang.Thread.State: ", _ANY_MARGIN, rb"   java\.lang\.Thread\.State: "),
        (b": (state = ", _ANY_MARGIN, rb"Thread \d+: \(state = "),  # jhsdb
        (b" (most recent call first):", _ANY_MARGIN, rb"(?:Thread 0x|Current thread 0x|Stack \()"),  # faulthandler
        (b"Traceback for thread ", _ANY_MARGIN, rb"(?:  )?Traceback for thread \d"),  # pystack
        (b"The frame stack for thread ", _ANY_MARGIN, rb"The frame stack for thread \d"),
        (b" thread #", _ANY_MARGIN, rb"[* ] thread #\d"),  # lldb
        (b" lwp# ", _ANY_MARGIN, rb"-----"),  # Solaris
        (b" thread# ", _ANY_MARGIN, rb"-----"),
        (b" tid# ", _ANY_MARGIN, rb"-----"),  # AIX
        (b", tid: ", _ANY_MARGIN, rb"pid: \d"),  # Android
        (b'" sysTid=', _ANY_MARGIN, rb'"'),
        (b" Suspend: ", _ANY_MARGIN, rb"[ .#](?:  \d| \d\d|\d{3,})  Id: "),  # WinDbg
        (b"STACK_TEXT:", _ANY_MARGIN, rb"STACK_TEXT:"),
        (b"RetAddr", _QUOTE_MARGIN, rb" *(?:# +)?(?:Memory +)?(?:Child-SP|ChildEBP|RetAddr)"),
        (b"  Cid ", _QUOTE_MARGIN, rb" *THREAD "),
        (b"Call graph:", _ANY_MARGIN, rb"Call graph:"),  # macOS: sample
        (b"  Thread 0x", _ANY_MARGIN, rb"  Thread 0x[0-9a-f]+ .* samples"),  # spindump
    )
)


def count_margins(text: bytes) -> Counter[bytes]:
    """How often each margin comes before such a line; none if a line has no margin."""
    margins: Counter[bytes] = Counter()
    for mark, opener in _OPENERS:
        for line in _lines_with(text, mark):
            found = opener.match(line)
            if found is None:
                continue
            if not found[1]:
                return Counter()
            margins[found[1]] += 1
    return margins


def _lines_with(text: bytes, mark: bytes) -> Iterator[bytes]:
    at = text.find(mark)
    while at >= 0:
        start, stop = text.rfind(b"\n", 0, at) + 1, text.find(b"\n", at)
        stop = len(text) if stop < 0 else stop
        yield text[start:stop]
        at = text.find(mark, stop)
