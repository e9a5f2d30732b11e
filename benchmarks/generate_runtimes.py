"""Large dumps of the JVM and of Go's run-time from small real ones: their threads again and again, with ids and addresses of their own."""

from __future__ import annotations

import random
import re

_JAVA_HEADER = re.compile(rb'^"(.*?)" #\d+ (.*?) tid=0x[0-9a-f]+ nid=(?:0x)?[0-9a-f]+', re.M)
_JAVA_OBJECT = re.compile(rb"<0x([0-9a-f]{16})>")
_GO_HEADER = re.compile(rb"^goroutine \d+ ", re.M)
_GO_ADDRESS = re.compile(rb"0x[0-9a-f]{9,12}")  # heap and stacks; functions' own data stay where they are
_VIRTUAL_HEADER = re.compile(rb'^#\d+ "', re.M)


def grow_jstack(dump: bytes, threads: int, seed: int) -> bytes:
    """A thread dump of that many Java threads; the same bytes for the same arguments.  Half of them have locks of their own."""
    dice = random.Random(seed)
    head, *blocks = re.split(rb'(?=^")', dump, flags=re.M)
    blocks = [block for block in blocks if b"\tat " in block]
    pieces = [head.partition(b"Threads class SMR info")[0]]
    for number in range(1, threads + 1):
        block = blocks[number % len(blocks)]
        moved, own = dice.getrandbits(24) << 4, number % 2
        header = rb'"\1-%d" #%d \2 tid=0x%016x nid=0x%x' % (number, number, 0x7F7BFC000000 + 4096 * number, 20_000 + number)
        block = _JAVA_HEADER.sub(header, block, count=1)
        if own:
            block = _JAVA_OBJECT.sub(lambda match, moved=moved: b"<0x%016x>" % (int(match[1], 16) ^ moved), block)  # type: ignore[misc]
        pieces.append(block)
    return b"".join(pieces)


def grow_goroutines(dump: bytes, goroutines: int, seed: int) -> bytes:
    """A dump of that many goroutines, as `/debug/pprof/goroutine?debug=2` writes it; the same bytes for the same arguments."""
    dice = random.Random(seed)
    blocks = [block.rstrip(b"\n") + b"\n\n" for block in re.split(rb"(?=^goroutine \d)", dump, flags=re.M) if block.strip()]
    pieces = [blocks[0]]
    for number in range(2, goroutines + 1):
        moved = dice.getrandbits(20) << 5
        block = _GO_HEADER.sub(b"goroutine %d " % (number * 2), blocks[1 + number % (len(blocks) - 1)], count=1)
        pieces.append(_GO_ADDRESS.sub(lambda match, moved=moved: b"%#x" % (int(match[0], 16) ^ moved), block))  # type: ignore[misc]
    return b"".join(pieces)


def grow_dump_file(dump: bytes, threads: int, seed: int) -> bytes:
    """What `jcmd PID Thread.dump_to_file` writes of that many threads; the same bytes for the same arguments."""
    dice = random.Random(seed)
    head, *blocks = re.split(rb'(?=^#\d+ ")', dump, flags=re.M)
    pieces = [head]
    for number in range(1, threads + 1):
        block = _VIRTUAL_HEADER.sub(b'#%d "' % number, blocks[number % len(blocks)], count=1)
        moved = dice.getrandbits(24)
        pieces.append(re.sub(rb"@([0-9a-f]{6,8})>", lambda match, moved=moved: b"@%x>" % (int(match[1], 16) ^ moved), block))  # type: ignore[misc]
    return b"".join(pieces)


def grow_py_spy(dump: bytes, threads: int, seed: int) -> bytes:
    """What py-spy prints of that many threads; the same bytes for the same arguments."""
    dice = random.Random(seed)
    head, *blocks = re.split(rb"(?=^Thread \d)", dump, flags=re.M)
    pieces = [head]
    for number in range(threads):
        pieces.append(re.sub(rb"\AThread \d+", b"Thread %d" % (20_000 + number), blocks[dice.randrange(len(blocks))]))
    return b"".join(pieces)
