"""Numbers of a dump may be anything: what is none, or too long for one, is text like any other."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

import stackan
from stackan.errors import StackanError

DUMPS = Path(__file__).parents[1] / "dumps"
# One of each format, none of them large.
TEXTS = sorted(
    {path.parent.name + path.name[:5]: path for path in DUMPS.glob("*/*.txt") if path.stat().st_size < 40_000}.values(),
)
NUMBER = re.compile(rb"(?:0x)?[0-9a-f]*\d[0-9a-f]*")
OTHERS = (
    b"-1",
    b"0x",
    b"0x-1",
    b"+1",
    b"1_0",
    b"9" * 5000,
    b"f" * 5000,
    b"9" * 20,
    "²".encode(),
    "٣".encode(),
    b"\xb2",
    b"nan",
    b"1e5",
    b"",
    b" ",
)


def read(text: bytes, folder: Path) -> None:
    path = folder / "snap.txt"
    path.write_bytes(text)
    try:
        stackan.parse(text)
        stackan.analyze(stackan.load(path)).to_dict()
    except StackanError:
        pass


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_whatever_stands_where_a_number_belongs_breaks_nothing(path: Path, tmp_path: Path) -> None:
    text, chance = path.read_bytes(), random.Random(path.name)
    numbers = list(NUMBER.finditer(text))
    for other in chance.sample(OTHERS, 6):
        line = chance.choice(numbers)
        start, stop = text.rfind(b"\n", 0, line.start()) + 1, text.find(b"\n", line.end()) % (len(text) + 1)
        read(text[:start] + NUMBER.sub(other, text[start:stop]) + text[stop:], tmp_path)
        changed = text
        for number in sorted(chance.sample(numbers, min(5, len(numbers))), key=re.Match.start, reverse=True):
            changed = changed[: number.start()] + other + changed[number.end() :]
        read(changed, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "[Switching to thread 1 (Thread 0x{} (LWP 5))]\n#0  0x0000000000000001 in f ()\n#1  0x0000000000000002 in main ()\n",
        "[Switching to thread {} (Thread 0x7f00 (LWP {}))]\n#0  0x0000000000000001 in f ()\n#1  0x0000000000000002 in main ()\n",
        "Thread 1 (LWP 7):\n#0  0x0000000000000001 in main::'lambda{}'(int)::operator()(int) const ()\n",
        'Thread 0x{} (most recent call first):\n  File "/srv/a.py", line {} in f\n\n'
        'Thread 0x1 (most recent call first):\n  File "a.py", line 1 in f\n',
        "Process 1: python x.py\nPython v3.11.2 (/usr/bin/python)\n\n"
        'Thread 0x{} (idle): "w"\n    0x{} (libc.so.6)\n    wait (threading.py:{})\n',
    ],
)
@pytest.mark.parametrize("number", OTHERS)
def test_a_header_without_a_number_is_read_as_far_as_it_goes(text: str, number: bytes, tmp_path: Path) -> None:
    read(text.encode().replace(b"{}", number), tmp_path)
