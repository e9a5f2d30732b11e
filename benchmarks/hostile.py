"""Texts that are hard on a scanner's tables, caches and loops; `size` is about their size in bytes, the same bytes each time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator


def new_symbols() -> Iterator[str]:
    """Every frame a new function, address and line."""
    number = 0
    while True:
        number += 1
        yield header(number)
        for level in range(20):
            place = number * 20 + level
            text = f"ns{place % 977}::class_{place}::method_with_a_long_name (this=0x55{place:010x}, a={place})"
            yield f"#{level:<2d} 0x{0x550000000000 + place * 37:016x} in {text} at /src/{place % 101}/{place // 7}.cc:{place % 3001}\n"


def alike_at_both_ends() -> Iterator[str]:
    """Inlined templates that differ in the middle only."""
    dice = random.Random(7)
    names = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz_", k=40)) for _ in range(20_000)]
    number = 0
    while True:
        number += 1
        yield header(number)
        for level in range(20):
            text = f"std::__invoke_impl<void, deep::{dice.choice(names)}> (__f=@0x7ffe: {{...}})"
            yield f"#{level:<2d} {text} at /usr/include/c++/12/bits/invoke.h:61\n"


def one_frame_threads() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield header(number) + "#0  0x00007f2be7f1a26f in poll () from /lib/x86_64-linux-gnu/libc.so.6\n\n"


def one_deep_stack() -> Iterator[str]:
    yield header(1)
    level = 0
    while True:
        yield f"#{level:<2d} 0x00005500000{level % 8:05x} in recurse (n={level}, p=0x7ffe{level * 48:08x}) at rec.c:12\n"
        level += 1


def long_lines() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield header(number) + f'#0  0x{number:016x} in f{number} (s="{"x(" * 50_000}") at a.c:{number}\n'


def open_brackets() -> Iterator[str]:
    yield header(1)
    level = 0
    while True:
        yield f"#{level:<2d} 0x{level % 8:016x} in f<{'<(' * 200} (a='{'(' * 300}\n"
        level += 1


KINDS: tuple[Callable[[], Iterator[str]], ...] = (
    new_symbols,
    alike_at_both_ends,
    one_frame_threads,
    one_deep_stack,
    long_lines,
    open_brackets,
)


def header(number: int) -> str:
    return f"Thread {number} (Thread 0x{0x7F0000000000 + number * 0x801000:x} (LWP {number})):\n"


def text(kind: Callable[[], Iterator[str]], size: int) -> bytes:
    pieces: list[str] = []
    for piece in kind():
        pieces.append(piece)
        size -= len(piece)
        if size <= 0:
            break
    return "".join(pieces).encode()
