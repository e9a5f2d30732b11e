"""How texts are recognized that are known by name and not read: each by lines that no other has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import holds, lines_from, starts_line

_PHP_SCRIPT = re.compile(rb"\nscript_filename = [^\n]*\n\[0x[0-9a-f]{1,16}\] ")
_NODE = (b'"reportVersion"', b'"javascriptStack"')
_BPFTRACE = re.compile(rb"(?:\A|\n)@[\w]{0,80}\[\n(?: {4}[^\n]+\n){1,200}[^\n]{0,80}\]: (?:\d|\n)")
_STARTS = (b"thread '", b"==", b"WARNING: ThreadSanitizer: ", b"Traceback (most recent call last):", b"\tfrom ", b"\tat ", b"    at ")


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if head.lstrip()[:1] == b"{" and holds(head, b'"stacktrace"') and holds(head, b'"frames"'):
        yield "json-core-backtrace", said("a JSON object with `stacktrace` and `frames`: ABRT's core_backtrace")
    yield from _of_other_run_times(head)
    if starts_line(head, *_STARTS):
        yield from _by_lines(head)


def _of_other_run_times(head: bytes) -> Iterator[tuple[str, str]]:
    if starts_line(head, b"=erl_crash_dump:"):
        yield "erlang-crash-dump", said("a line `{line}` opens it", line="=erl_crash_dump:")
    if holds(head, b"script_filename = ") and _PHP_SCRIPT.search(head):
        yield "php-fpm-slowlog", said("lines `[0x…] FUNCTION() FILE:LINE` stand below `script_filename = …`")
    if starts_line(head, b"===== FULL THREAD DUMP ====") and holds(head, b"JRockit"):
        yield "jrockit", said("a line `{line}` opens it", line="===== FULL THREAD DUMP =====")
    if holds(head, b"WSVR0605W: "):
        yield "websphere-hung-thread", said("a line with `WSVR0605W:` is in it")
    if head.lstrip()[:1] == b"{" and all(holds(head, mark) for mark in _NODE):
        yield "node-report", said("a JSON object with `reportVersion` and `javascriptStack`")
    if holds(head, b"]: ") and _BPFTRACE.search(head):
        yield "bpftrace", said("counts `@[…]: n` of stacks are in it")


def _by_lines(head: bytes) -> Iterator[tuple[str, str]]:
    if any(b"panicked at" in line for line in lines_from(head, b"thread '")):
        yield "rust-panic", said("a line `thread '…' panicked at` is in it")
    if any(map(_is_sanitizer, lines_from(head, b"=="))) or holds(head, b"\nWARNING: ThreadSanitizer: "):
        yield "sanitizer", said("a line `==PID==ERROR: …Sanitizer` or `ERROR: libFuzzer` is in it")
    if starts_line(head, b"Traceback (most recent call last):"):
        yield "python-traceback", said("a line `Traceback (most recent call last)` is in it")
    if any(b":in `" in line or b":in '" in line for line in lines_from(head, b"\tfrom ")):
        yield "ruby-traceback", said("lines `from FILE:LINE:in METHOD` are in it")
    if any(map(_is_java_frame, (*lines_from(head, b"\tat "), *lines_from(head, b"    at ")))):
        yield "java-exception", said("lines `at CLASS.METHOD(FILE:LINE)` are in it, and no thread's header")


def _is_sanitizer(line: bytes) -> bool:
    """`==1==ERROR: AddressSanitizer: ABRT on …`, `==2855== ERROR: libFuzzer: timeout after 5 seconds`"""
    pid, found, words = line[2:].partition(b"==")
    words = words.strip()
    return (
        bool(found) and pid.isdigit() and words.startswith((b"ERROR: ", b"WARNING: ")) and (b"Sanitizer" in words or b"libFuzzer" in words)
    )


def _is_java_frame(line: bytes) -> bool:
    """`    at org.mortbay.jetty.HttpConnection.handle(HttpConnection.java:404)`"""
    method, found, place = line.strip()[3:].partition(b"(")
    return (
        bool(found)
        and b"." in method
        and b" " not in method
        and (b".java:" in place or place.startswith((b"Native Method", b"Unknown Source")))
    )
