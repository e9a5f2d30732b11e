"""The one place that prints: standard output as text, text files, standard error.

Nothing goes to any of them but through `SafeText` or `say`, so that no name of a stranger's is obeyed by a terminal.
"""

from __future__ import annotations

import os
import sys

from stackan.cli.language import in_language
from stackan.escapes import shorten, shown, shown_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

_PROBE = b"{"  # one byte in most encodings, and not in UTF-16
_LONGEST_SENTENCE = 1500  # characters; a path alone may have 4,096


class SafeText:
    """A text stream on which whatever a terminal would obey is written as an escape."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(shown_lines(text))
        return len(text)

    def write_ascii(self, piece: bytes) -> None:
        """Write what is known to be printable ASCII and line ends, without a look at each character."""
        stream = self._stream
        if os.linesep == "\n" and _PROBE.decode("ascii").encode(self.encoding) == _PROBE and hasattr(stream, "buffer"):
            stream.flush()
            stream.buffer.write(piece)
        else:
            stream.write(piece.decode("ascii"))

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def color(self, code: str) -> None:
        """Switch to one of the program's own colors, such as "31;1"; "0" ends it."""
        if not code.replace(";", "").isdigit():
            raise ValueError(f"{code!r} is no color")
        self._stream.write(f"\033[{code}m")

    def link(self, address: str, text: str) -> None:
        """Write a text that leads to an address of printable ASCII, by OSC 8 (https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda)."""
        if not (address.isascii() and address.isprintable()):
            raise ValueError(f"{address!r} is no address")
        self._stream.write(f"\033]8;;{address}\033\\{shown(text)}\033]8;;\033\\")

    def flush(self) -> None:
        self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()

    @property
    def encoding(self) -> str:
        return self._stream.encoding or "ascii"

    def isatty(self) -> bool:
        return self._stream.isatty()


def standard_output() -> TextIO:
    """Standard output, on which what its encoding lacks is replaced.  Raises OSError where it is closed."""
    if sys.stdout is None:  # the shell's `>&-`
        raise OSError("it is closed")
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    return sys.stdout


def is_standard_output(path: str) -> bool:
    """Whether a path leads to where standard output goes anyway (/dev/stdout): that has a place in its file, which is to be kept."""
    try:
        return sys.stdout is not None and os.path.samestat(os.stat(path), os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError):
        return False


def say(sentence: str, language: str) -> None:
    """Put one sentence on standard error, on one line and not too long; where nothing can be put there, nothing is."""
    complain(f"stackan: {shorten(shown(in_language(sentence, language)), _LONGEST_SENTENCE)}")


def complain(*lines: str) -> None:
    """Put lines on standard error."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.writelines(f"{shown(line)}\n" for line in lines)
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # what is left in its buffer, `settle` takes care of


def settle() -> None:
    """Empty the standard streams, as the interpreter does when it ends; it would take a refusal for a failure of its own (status 120)."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _pour_away(stream)


def _pour_away(stream: TextIO) -> None:
    """Let what is left in a stream's buffer go nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        return
