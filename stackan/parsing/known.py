"""Answers of a function of a line: a dump repeats its lines, and each distinct one is parsed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

_MOST, _LONGEST = 4096, 256  # texts that are remembered, and bytes of one: no more than two megabytes for a function


def once_each(read: Callable[[bytes], Answer]) -> Callable[[bytes], Answer]:
    """The function that gives again what it has given; it depends on nothing but its text, and nobody changes what it gives."""
    return _Answers(read).__getitem__


class _Answers(dict[bytes, Answer]):
    """{text: its answer}; a known one costs a look into the table, and no call."""

    def __init__(self, read: Callable[[bytes], Answer]) -> None:
        self._read = read

    def __missing__(self, text: bytes) -> Answer:
        answer = self._read(text)
        if len(text) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[text] = answer
        return answer
