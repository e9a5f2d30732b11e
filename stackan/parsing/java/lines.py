"""The lines of jstack's text that say more than one thing: headers, what opens a dump, frames as jhsdb writes them."""

from __future__ import annotations

import re

from stackan.model.columns import UNKNOWN
from stackan.parsing.fields import decimal, is_hex
from stackan.parsing.java.thread import read_number

_BY_NUMBER = b'" - Thread t@'
_BEHIND_NAME = re.compile(rb'" (?:#\d|daemon |prio=|os_prio=|cpu=)')
ATTACHING = b"Attaching to process ID "
CORE = b"Attaching to core "  # `core.4100 from executable /opt/jdk8/bin/java, please wait...`


def read_opening(text: bytes) -> tuple[bool, int | None]:
    """(whether it is of a core, process id) of a line that opens a dump."""
    number = text[len(ATTACHING) :].split(b",")[0]
    is_attaching = text.startswith(ATTACHING) and number.isdigit() and len(number) < 12
    return text.startswith(CORE), int(number) if is_attaching else None


def read_length(text: bytes) -> int:
    """`_java_thread_list=0x00007f7b74002ed0, length=37, elements={` → 37; 0 where it is no number."""
    count = text.partition(b"length=")[2].partition(b",")[0]
    return int(count) if count.isdigit() and len(count) < 9 else 0


def read_header(text: bytes) -> tuple[tuple[int, int] | None, int, int, int] | None:
    """(range of the name, #number, LWP, address of the JVM's thread) of a header; None if the line is none.

    `nid` is hexadecimal up to JDK 18 and decimal from 19 on; from 21 on the same number is in brackets behind `#number`.
    Up to JDK 7 there is no `#number`.  HP-UX's virtual machine writes the address without `0x`, and the kernel's number apart:
    `"svc-1" prio=10 tid=60000000012a3840 nid=101 lwp_id=8801 waiting for monitor entry […]`.
    VisualVM and Spring Boot know a thread by its number only: `"worker-1" - Thread t@31`.
    """
    if text.startswith(b"Thread ") and b": (state = " in text:
        lwp = text[7 : text.index(b":")]
        return (None, UNKNOWN, int(lwp), 0) if lwp.isdigit() and len(lwp) < 12 else None
    if not text.startswith(b'"'):
        return None
    name, _, digits = text.rpartition(_BY_NUMBER)
    if name and (number := decimal(digits.strip())) is not None:
        return (1, len(name)), number, UNKNOWN, 0
    at = text.rfind(b" tid=")
    quote = _end_of_name(text, at)
    address, _, rest = text[at + 5 :].partition(b" ")
    if at < 0 or quote < 1 or not (address.startswith(b"0x") or (rest.startswith(b"nid=") and is_hex(address))):
        return None
    words = text[quote + 2 : at].split(b" ", 2)
    number = read_number(words[0][1:]) if words[0].startswith(b"#") else UNKNOWN
    if rest.startswith(b"nid="):
        lwp = rest.partition(b" lwp_id=")[2].partition(b" ")[0] or rest[4:].partition(b" ")[0]
    else:  # a thread that carries a virtual one is printed without
        lwp = words[1][1:-1] if len(words) > 1 and words[1].startswith(b"[") else b""
    return (1, quote), number, read_number(lwp), max(0, read_number(b"0x" + address.removeprefix(b"0x")))


def _end_of_name(text: bytes, stop: int) -> int:
    """Where a header's name ends: before the first word that follows names, as others may be quoted behind it; else at the last quote."""
    found = _BEHIND_NAME.search(text, 1, max(stop, 0))
    return found.start() if found else text.rfind(b'" ', 0, stop + 1)


def read_hsdb_frame(text: bytes) -> tuple[bytes, bytes, tuple[int, int] | None]:
    """(function, location, range of its parameters' types) of ` - Srv.two(java.lang.Object) @bci=12, line=8 (Interpreted frame)`."""
    signature, _, rest = text[3:].partition(b" @bci=")
    function, opening, _ = signature.partition(b"(")
    line = rest.partition(b"line=")[2].partition(b" ")[0].rstrip(b",;")
    arguments = (3 + len(function) + 1, 3 + len(signature) - 1) if opening and signature.endswith(b")") else None
    return function, b"at :" + line if line.isdigit() else b"", arguments
