"""Broken texts for readers: whatever stands in them, no line is lost and no error escapes."""

from __future__ import annotations

import random
from collections.abc import Iterator

from stackan.errors import InputError
from stackan.parsing import parse_all

_SIGNS = (b" ", b"\t", b"(", b")", b"+", b"-", b"[", b"]", b"0x", b"!", b"#", b"\r", b"")


def mutations(text: bytes, count: int, seed: int = 1) -> Iterator[bytes]:
    """Copies of a text with bytes changed, lines cut, doubled, joined and swapped, always the same ones."""
    chance = random.Random(seed)
    for _ in range(count):
        lines = text.split(b"\n")
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(lines))
            line = lines[at]
            cut = chance.randint(0, len(line))
            what = chance.randrange(6)
            if what == 0:
                lines[at] = line[:cut] + bytes([chance.randrange(256)]) + line[cut + 1 :]
            elif what == 1:
                lines[at] = line[:cut]
            elif what == 2:
                lines[at] = line[cut:]
            elif what == 3:
                lines.insert(chance.randrange(len(lines)), line)
            elif what == 4:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], line
            else:
                lines[at] = (
                    line[:cut] + chance.choice((b" ", b"\t", b"(", b")", b"+", b"[", b"]", b"0x", b"!", b"#", b"\r", b"")) + line[cut:]
                )
        yield b"\n".join(lines)


def check(text: bytes) -> None:
    """Read a text and see that its lines add up."""
    try:
        dumps = parse_all(text, "hostile.txt")
    except InputError:
        return
    dump = dumps[0]
    kinds, columns = dump.lines, dump.columns
    assert sum(kinds.values()) == dump.original.count(b"\n") + (not dump.original.endswith(b"\n"))
    assert kinds["frames"] <= len(columns.frame_call)
    if dump.original is not dump.data:
        return  # its lines are numbered as in the original, where several may be one
    assert kinds["unparsed"] == len(columns.unparsed_line)
    assert sum(len(each.threads) for each in dumps) == len(columns.thread_lwp)
    assert sum(len(each.frames) for each in dumps) == len(columns.frame_call) == sum(columns.thread_frames)
    lines = dump.data.split(b"\n")
    for each in dumps:
        for frame in each.frames:
            assert each.data.startswith(lines[frame.line - 1], each.frame_start(frame.row))
