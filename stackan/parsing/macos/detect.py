"""How macOS's call trees are recognized."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.parsing.looking import has_line_with, starts_line


def recognize(head: bytes) -> Iterator[tuple[str, str]]:
    """Each (format, the reason in words)."""
    if has_line_with(head, b" Thread_", _is_sample_thread):
        yield "macos-sample", said("lines `SAMPLES Thread_ID` head the trees of threads")
    if has_line_with(head, b"  Thread ", _is_spindump_thread):
        yield "macos-spindump", said("lines `Thread 0xID … n samples` head the trees of threads")
    if starts_line(head, b"Powerstats for: "):
        yield "macos-microstackshots", said("a line `Powerstats for: …` opens it; it names no threads: take `sample PID`")
    if starts_line(head, b"Analysis of sampling "):
        yield "macos-sample", said("a line `Analysis of sampling …` opens the text")


def _is_sample_thread(line: bytes) -> bool:
    samples, _, thread = line.partition(b" Thread_")
    return samples.strip(b" +!:|").isdigit() and (thread[:1].isdigit() or thread.startswith(b"<multiple>"))


def _is_spindump_thread(line: bytes) -> bool:
    return line.startswith((b"  Thread 0x", b"  Thread <multiple>")) and b" samples" in line
