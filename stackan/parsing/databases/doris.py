"""The stacks that a backend of Apache Doris gives at `/api/stack_trace`.

    BE thread stack traces
    pid: 96543
    thread_count: 1168
    ----- thread 96601 (p_normal_simple) status=ok capture_method=frame_pointer frames=29 fp_status=end_of_chain -----
        0#  doris::md5_hex_batch(unsigned char const*) at be/src/util/md5.cpp:59
        1#  start_thread
    summary: captured=1160 skipped=4 timed_out=0 remote_signal_attempts=1164

(Doris, docs/admin-manual/open-api/be-http/stack-trace; be/src/service/http/action)
"""

from __future__ import annotations

import re

from stackan.parsing.builder import Builder
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, split_snapshots

TITLE = b"BE thread stack traces"
_HEAD = re.compile(rb"-{3,40} thread (\d{1,10}) \(([^\n]{0,64}?)\) status=")
_FRAME = re.compile(rb"\d{1,4}# {1,8}(?:0x([0-9a-f]{1,16})(?: in)?(?: |$))?(.*)")
_FIELD = re.compile(rb"[a-z_]{2,40}: .*")


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    first = 0  # row of the trace's first thread
    facts = {first: NOTHING_SAID}
    for line in builder.lines():
        text = line.strip()
        if not text:
            builder.blank()
        elif (head := _HEAD.match(text)) is not None:
            at = line.find(b"(") + 1
            builder.thread(lwp=int(head[1]), name=(at, at + len(head[2])))
        elif text == TITLE:
            builder.snapshot()
            builder.close_thread()
            first = len(builder.columns.thread_lwp)
            facts[first] = NOTHING_SAID
            builder.noise()
        elif builder.open and (frame := _FRAME.fullmatch(text)) is not None:
            builder.frame(*_named(frame[2]), pc=int(frame[1], 16) if frame[1] else None)
        elif _FIELD.fullmatch(text):
            name, _, value = text.partition(b": ")
            if name == b"pid" and value.isdigit() and len(value) <= 10:
                facts[first] = NOTHING_SAID._replace(pid=int(value))
            builder.close_thread()
            builder.noise()
    return split_snapshots(builder, facts)


def _named(words: bytes) -> tuple[bytes, bytes]:
    """`doris::run() at FILE:LINE`, `doris::run() in LIBRARY`, or the function alone."""
    function, found, place = words.rpartition(b" at ")
    if found and place.rpartition(b":")[2].isdigit():
        return function, b"at " + place
    function, found, place = words.rpartition(b" in ")
    if found and place.startswith(b"/"):
        return function, b"from " + place
    return words, b""
