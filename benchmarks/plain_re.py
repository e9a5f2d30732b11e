"""The baseline: the first idea of most people, a regular expression for each line and an object for each frame."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEADER = re.compile(r'^Thread (\d+) \(Thread (0x[0-9a-f]+) \(LWP (\d+)\)(?: "(.*)")?\):')
_FRAME = re.compile(r"^#(\d+)\s+(?:(0x[0-9a-f]+) in )?(.+?) \((.*)\)(?: (?:at (.+):(\d+)|from (.+)))?$")


@dataclass
class Frame:
    level: int
    pc: str | None
    function: str
    arguments: str
    file: str | None
    line: str | None
    library: str | None


@dataclass
class Thread:
    number: int
    lwp: int
    name: str | None
    frames: list[Frame] = field(default_factory=list)


def parse(data: bytes) -> list[Thread]:
    threads: list[Thread] = []
    for line in data.decode("utf-8", "replace").split("\n"):
        header = _HEADER.match(line)
        if header:
            threads.append(Thread(int(header[1]), int(header[3]), header[4]))
            continue
        frame = _FRAME.match(line)
        if frame and threads:
            threads[-1].frames.append(Frame(int(frame[1]), frame[2], frame[3], frame[4], frame[5], frame[6], frame[7]))
    return threads
