"""The scanner that is in use: the native one if it is built, else the one in plain Python; the same of the sieve for logs.

The environment variable STACKAN_BACKEND (native or pure) forces one.  An error in its value is raised on first use,
not on import.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from stackan.errors import UsageError
from stackan.model.said import said

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable

    from _typeshed import ReadableBuffer

    from stackan._fast import Folder as Folder
    from stackan._fast import GoScan, JavaFileScan
    from stackan._fast import JavaScan as JavaScan
    from stackan._fast import Spread as Spread
    from stackan._fast import Tally as Tally
    from stackan._fast import ThreadWriter as ThreadWriter
    from stackan._fast import WordSet as _NativeWordSet
    from stackan._reference_looking import ReferenceWordSet
    from stackan.model.columns import Columns
    from stackan.model.sifted import Sieve
    from stackan.model.waitgraph import Edge

    WordSet = _NativeWordSet | ReferenceWordSet

NOT_BUILT = said("the native scanner is not built, parsing is slower; to build it, install stackan again where a C compiler is")

try:
    from stackan import _fast
except ImportError:
    _built = False
else:
    _built = True
_forced = os.environ.get("STACKAN_BACKEND", "")


def name() -> str:
    """`native` or `pure`.  Raises UsageError if STACKAN_BACKEND asks for what is not there."""
    if _forced not in ("", "native", "pure"):
        raise UsageError(said("STACKAN_BACKEND={value} names no scanner; set it to native or pure, or unset it", value=_forced))
    if _forced == "native" and not _built:
        raise UsageError(
            said("STACKAN_BACKEND=native, but the native scanner is not built; install stackan again where a C compiler is, or unset it")
        )
    return _forced or ("native" if _built else "pure")


def is_native() -> bool:
    """Whether native code may be used; an error in the environment variable counts for no choice."""
    return _built and _forced != "pure"


def scan(data: ReadableBuffer, dialect: int) -> Columns:
    """Scan a whole buffer; `dialect` (GDB or EU_STACK) says how frames are written."""
    if name() == "native":
        return _fast.scan(data, dialect)
    from stackan import _reference

    return _reference.scan(data if isinstance(data, bytes) else bytes(data), dialect)


def builder() -> type[_fast.Builder] | None:
    """The native builder of columns; None where it is not in use.  It is asked for on import, and so raises nothing."""
    return _fast.Builder if _built and _forced != "pure" else None


def find(data: bytes, text: bytes, start: int = 0, stop: int = sys.maxsize) -> int:
    """Where a text begins in these bytes, from `start` on, and ends before `stop`; -1 if it is not in them."""
    return _fast.find(data, text, start, stop) if name() == "native" else data.find(text, start, stop)


def find_led(data: bytes, lead: bytes, words: tuple[bytes, ...], start: int = 0) -> int:
    """Where the first line begins, from the one at `start` on, that goes on with one of the words behind a run of bytes of `lead`."""
    if name() == "native":
        return _fast.find_led(data, lead, words, start)
    from stackan import _reference_looking

    return _reference_looking.find_led(data, lead, words, start)


def word_set(words: tuple[bytes, ...]) -> WordSet:
    """Looks at a text once for all of these words."""
    if name() == "native":
        return _fast.WordSet(words)
    from stackan._reference_looking import ReferenceWordSet

    return ReferenceWordSet(words)


def scan_jstack(data: ReadableBuffer, ask: object) -> JavaScan:
    """Scan the JVM's thread dumps; `ask` has the plain reader's functions.  Only the native scanner does."""
    return _fast.JavaScan(data, ask)


def scan_java_file(data: ReadableBuffer, ask: object) -> JavaFileScan:
    """The same of what `jcmd PID Thread.dump_to_file` writes as plain text."""
    return _fast.JavaFileScan(data, ask)


def scan_goroutines(data: ReadableBuffer, ask: object, margin: bytes) -> GoScan:
    """The same of goroutine dumps; `margin` is what a log has written before the first header."""
    return _fast.GoScan(data, ask, margin)


def notice() -> str | None:
    """A notice to show once: that the slow scanner is in use, and that nobody chose it."""
    return None if _built or _forced else NOT_BUILT


def tally(dialect: int) -> Tally | None:
    """A scan of a text that comes in pieces and is only counted; None where only whole texts can be scanned."""
    return _fast.Tally(dialect) if name() == "native" else None


def sieve(marks: tuple[bytes, ...]) -> Sieve:
    """Looks at the pieces of a log for lines that hold any of these marks; no mark has a line's end in it."""
    if name() == "native":
        return _fast.LogSieve(marks)
    from stackan._reference_logs import ReferenceSieve

    return ReferenceSieve(marks)


def thread_writer() -> type[ThreadWriter] | None:
    """Writes threads as JSON from their columns; None where only Python does."""
    return _fast.ThreadWriter if name() == "native" else None


def folder() -> type[Folder] | None:
    """Writes stacks as folded lines from their nodes; None where only Python does."""
    return _fast.Folder if name() == "native" else None


def spread() -> type[Spread] | None:
    """Spreads what is said of threads and calls over the frames; None where only Python does."""
    return _fast.Spread if name() == "native" else None


def known_bits() -> Callable[[ReadableBuffer, int], tuple[bytes, int]] | None:
    """Marks what is known in a column; None where only Python does."""
    return _fast.known_bits if name() == "native" else None


def number_texts() -> Callable[[ReadableBuffer, ReadableBuffer, ReadableBuffer], tuple[array[int], list[bytes]]] | None:
    """Numbers the distinct parts of a text; None where only Python does."""
    return _fast.number_texts if name() == "native" else None


def find_elsewhere() -> Callable[[Columns, ReadableBuffer, ReadableBuffer], list[int] | None] | None:
    """Looks in threads for libraries that have moved; None where only Python does."""
    return _fast.find_elsewhere if name() == "native" else None


def lines_holding() -> Callable[[bytes, ReadableBuffer, tuple[bytes, ...], int], list[int]] | None:
    """Looks for words in some of the lines of a text; None where only Python does."""
    return _fast.lines_holding if name() == "native" else None


def reducer() -> Callable[[list[int], list[list[Edge]]], tuple[list[int], list[tuple[list[int], list[int]]]]] | None:
    """Reduces a wait-for graph; None where only Python does."""
    return _fast.reduce_graph if name() == "native" else None
