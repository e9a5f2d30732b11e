"""How the stacks are recognized that databases and HAProxy print themselves."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.databases.doris import TITLE
from stackan.parsing.databases.haproxy import HEAD
from stackan.parsing.looking import has_line_with, holds, starts_line

# Looked for from one end of a line to the next, which is fast.
_OBSTACK = re.compile(rb"\nThreads? (?!\d+(?:\.\d+)? \((?:Thread|LWP|process) )\(?\d[^\n]*\)\r?\n(?:#\d+ +)?0x[0-9a-f]{16} in ")
_OBSTACK_BARE = re.compile(rb"\ntid: \d{1,10}, tname: [^\n]{0,64}, bt:(?: 0x[0-9a-f]|\r?\n)")
_GS_HEAD = re.compile(rb"\n[ \t]*(?:Thread \d{1,10} +)?tid<\d{1,20}> +lwtid<\d{1,10}>")
_GS_RECORD = re.compile(rb"\n *tid +\| *\d{1,20} *\r?\n *lwtid +\| *\d{1,10} *\r?\n *stack +\|")
_GS_TABLE = re.compile(rb"\n *tid +\| +lwtid +\| +stack *\r?\n")
_STARROCKS = re.compile(
    rb"\n(?:[^\n]{0,160}DIAGNOSE \d{1,10} - |(?:Stack trace )?(?:id: \d{1,10}, )?)"
    rb"(?:tid: \d{1,10}|\d{1,10} tids: [\d, ]+)[^\n]{0,80}\r?\n"
    rb"(?:[^\n]{0,160}DIAGNOSE \d{1,10} - )? +0x[0-9a-f]{1,16}  [^\n]"
)
_CLICKHOUSE = re.compile(rb"\n {0,20}thread_name: [^\n]{0,200}\n\r?\n?thread_(?:id|number): {1,20}\d")
_CLICKHOUSE_ROW = re.compile(rb"\n[^\t\n]{0,64}\t\d{1,10}\t[\w-]{0,64}\t(?:\['[^\n]*'\]|[^\t\n]{1,400}\\n[^\t\n]*)\r?(?=\n|\Z)")
_FUNCTIONS = re.compile(rb"::\w|pthread_|epoll_|\W0x[0-9a-f]{6}|\['[^']")  # what a trace names, and a log's line hardly
_ROWS = 50  # that are looked at
_CLICKHOUSE_BARS = tuple(sign.encode() for sign in "┌┏┃│")
_CLICKHOUSE_TRACES = (b"trace", b"stack_trace", b"stack", b"res", b"all")


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    text = b"\n" + head
    if (starts_line(head, b"Thread") and _OBSTACK.search(text)) or (holds(head, b", tname: ") and _OBSTACK_BARE.search(text)):
        yield "obstack", said("lines `Thread n (…)` without LWPs, and frames `0x… in FUNCTION` below them: OceanBase's obstack")
    if holds(head, b"lwtid") and any(shape.search(text) for shape in (_GS_HEAD, _GS_RECORD, _GS_TABLE)):
        yield "gs-stack", said("threads with `tid` and `lwtid`: openGauss's gs_stack")
    if has_line_with(head, TITLE, lambda line: line.strip() == TITLE):
        yield "doris-stack", said("a line `{line}` opens it", line=TITLE.decode())
    if (holds(head, b"tid: ") or holds(head, b" tids: ")) and _STARROCKS.search(text):
        yield "starrocks-stack", said("lines `tid: n`, and `0x…  FUNCTION` below them: a StarRocks backend's stacks")
    if _is_clickhouse(head, text):
        yield "clickhouse-stack", said("rows of ClickHouse's system.stack_trace are in it")
    if has_line_with(head, b" act=", _is_haproxy):
        yield "haproxy", said("lines `Thread n : id=0x… act=n …` of HAProxy head the threads")


def _is_clickhouse(head: bytes, text: bytes) -> bool:
    if (holds(head, b"['") or holds(head, b"\\n")) and _has_rows(text):
        return True
    return holds(head, b"thread_") and (
        _CLICKHOUSE.search(text) is not None
        or has_line_with(head, b"thread_id\t", _names_columns)
        or has_line_with(head, b"thread_id", _is_table)
        or has_line_with(head, b"thread_number", _is_table)
    )


def _has_rows(text: bytes) -> bool:
    """Rows without a heading: one with a list of names, or several with what only a trace names."""
    rows = [row[0] for row in itertools.islice(_CLICKHOUSE_ROW.finditer(text), _ROWS) if _FUNCTIONS.search(row[0])]
    return len(rows) > 1 or any(b"\t['" in row for row in rows)


def _names_columns(line: bytes) -> bool:
    """`thread_name\\tthread_id\\tquery_id\\ttrace`"""
    return any(name.strip() in _CLICKHOUSE_TRACES for name in line.split(b"\t"))


def _is_table(line: bytes) -> bool:
    """`┌─thread_name─┬─thread_id─┬─query_id─┬─trace─┐`"""
    return line.lstrip().startswith(_CLICKHOUSE_BARS) and any(word in line for word in _CLICKHOUSE_TRACES)


def _is_haproxy(line: bytes) -> bool:
    at = line.find(b"Thread ")
    return at >= 0 and HEAD.fullmatch(line[at:].strip()) is not None
