"""Words and lines that are looked for in a whole text: what `_fast_looking.pxi` does natively, in plain Python."""

from __future__ import annotations


class ReferenceWordSet:
    """Which of some words a text holds; one that begins with a line's end may be at the beginning of the text, too."""

    def __init__(self, words: tuple[bytes, ...]) -> None:
        self._words = words

    def within(self, data: bytes) -> set[bytes]:
        """Those that are in the text."""
        return {word for word in self._words if word in data or (word.startswith(b"\n") and data.startswith(word[1:]))}


def find_led(data: bytes, lead: bytes, words: tuple[bytes, ...], start: int = 0) -> int:
    """Where the first line begins, from the one at `start` on, that goes on with one of the words behind a run of bytes of `lead`."""
    while 0 <= start < len(data):
        stop = data.find(b"\n", start)
        line = data[start : stop if stop >= 0 else len(data)]
        behind = line.lstrip(lead)
        if len(behind) < len(line) and behind.startswith(words):
            return start
        if stop < 0:
            break
        start = stop + 1
    return -1
