"""The JVM's section on a deadlock without the dump that it ends: a page quotes no more than that.

    Found one Java-level deadlock:
    =============================
    "teller-1":
      waiting to lock monitor 0x00007f70c0f1c228 (object 0x0000000765282180, a bank.Account),
      which is held by "teller-2"

    Java stack information for the threads listed above:
    ===================================================
    "teller-1":
            at bank.Account.add(Account.java:35)
            - waiting to lock <0x0000000765282180> (a bank.Account)

The stacks below its second title get headers as those of the dump, of which all but the name is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.runtime_phrases import DEADLOCK
from stackan.parsing.looking import holds
from stackan.parsing.prepare.text import Line

_STACKS = b"Java stack information for the threads listed above:"
_HEADING = re.compile(rb"\A#{1,6} (?=Found one Java-level deadlock:|Java stack information )")
_NAMED = re.compile(rb'\A[ \t]*("[^\n]{1,1000}"):[ \t]*\Z')
_UNKNOWN = b" prio=0 tid=0x0"
_ELSEWHERE = (b" tid=0x", b"Full thread dump ")


def is_needed(head: bytes) -> bool:
    return holds(head, _STACKS) and not any(holds(head, sign) for sign in _ELSEWHERE)


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    """A dump that prints its threads is left as it is: the section repeats them."""
    alone = not any(sign in line for line in lines for sign in _ELSEWHERE)
    in_stacks = False
    for at, line in enumerate(lines):
        if alone:
            line = _HEADING.sub(b"", line)
            if line.startswith((_STACKS, *DEADLOCK)):
                in_stacks = line.startswith(_STACKS)
            elif in_stacks and (named := _NAMED.match(line)) is not None:
                line = named[1] + _UNKNOWN
        yield Line(at, line)
