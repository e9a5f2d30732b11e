"""Large dumps from a small real one: its threads again and again, with thread ids, addresses and arguments of their own."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

_HEADER = re.compile(rb"^Thread \d+ \(Thread 0x[0-9a-f]+ \(LWP \d+\)", re.M)
_STACK_ADDRESS = re.compile(rb"0x77[0-9a-f]{10}")  # heap and stacks of the threads; code stays where it is

_CODE_ADDRESS = re.compile(rb" 0x([0-9a-f]{16}) in")


def grow(dump: bytes, threads: int, seed: int) -> bytes:
    """A dump of that many threads; the same bytes for the same arguments."""
    dice = random.Random(seed)
    head, *blocks = re.split(rb"(?=^Thread \d+ \()", dump, flags=re.M)
    blocks[-1] = blocks[-1].partition(b"[Inferior ")[0]
    pieces = [head]
    for number in range(threads, 0, -1):
        block = blocks[number % len(blocks)]
        moved = dice.getrandbits(36) << 4
        header = b"Thread %d (Thread 0x%x (LWP %d)" % (number, 0x770000000000 + moved, 30_000 + number)
        block = _HEADER.sub(header, block, count=1)
        pieces.append(_STACK_ADDRESS.sub(lambda match, moved=moved: b"0x%x" % (int(match[0], 16) ^ moved), block))  # type: ignore[misc]
    return b"".join(pieces)


def churn(dump: bytes, threads: int, seed: int) -> bytes:
    """The same, with every two hundred threads in other functions of the same libraries: no address returns.

    They move by less than a library may be large; farther off they would be another process's.
    """
    pieces = []
    for number in range(0, threads, 200):
        moved = random.Random(seed * 1000 + number).getrandbits(17) << 12
        block = grow(dump, min(200, threads - number), seed * 1000 + number)
        pieces.append(_CODE_ADDRESS.sub(lambda match, moved=moved: b" 0x%016x in" % (int(match[1], 16) ^ moved), block))  # type: ignore[misc]
    return b"".join(pieces)


def with_locals(dump: bytes, threads: int, seed: int) -> bytes:
    """As `bt full` prints it: a dozen locals behind each frame."""
    values = b"".join(b"        local_%d = 0x7ffe%08x\n" % (number, number * 977) for number in range(12))
    return b"".join(line + b"\n" + values * line.startswith(b"#") for line in grow(dump, threads, seed).split(b"\n"))


_FRAME = re.compile(rb"^#\d+ +", re.M)
_THREADS = 400  # of a snapshot


def mix(dumps: Sequence[bytes], size: int, seed: int) -> Iterator[bytes]:
    """Snapshots of one server after the other, as `pstack` in a loop writes them, of about that many bytes together.

    Threads are those of all dumps, each with ids, addresses and arguments of its own; every fifth is a run of frames shorter or longer.
    """
    dice = random.Random(seed)
    blocks = [block for dump in dumps for block in re.split(rb"(?=^Thread \d+ \()", dump.partition(b"[Inferior ")[0], flags=re.M)[1:]]
    written = 0
    while written < size:
        pieces = [b"".join(b"[New LWP %d]\n" % (30_000 + number) for number in range(2, _THREADS + 1)), b"\n"]
        for number in range(_THREADS, 0, -1):
            header, *frames = _lines_of(dice.choice(blocks))
            header = _HEADER.sub(b"Thread %d (Thread 0x%x (LWP %d)" % (number, 0x770000000000 + number * 0x801000, 30_000 + number), header)
            moved = dice.getrandbits(36) << 4
            frames = [_FRAME.sub(b"#%-2d " % level, frame, count=1) for level, frame in enumerate(_bend(frames, dice))]
            block = b"".join((header, *frames, b"\n"))
            pieces.append(_STACK_ADDRESS.sub(lambda match, moved=moved: b"0x%x" % (int(match[0], 16) ^ moved), block))  # type: ignore[misc]
        pieces.append(b"[Inferior 1 (process %d) detached]\n" % 30_001)
        text = b"".join(pieces)
        written += len(text)
        yield text


def _lines_of(block: bytes) -> list[bytes]:
    """A thread's header, and its frames."""
    return [line + b"\n" for line in block.split(b"\n") if line]


def _bend(frames: list[bytes], dice: random.Random) -> list[bytes]:
    """The stack, or one of every five times with a run of its frames left out or repeated."""
    chance = dice.random()
    if len(frames) < 7 or chance > 0.2:
        return frames
    start = dice.randrange(2, len(frames) - 3)
    stop = min(start + dice.randrange(1, 5), len(frames) - 2)
    return frames[:start] + frames[start:stop] * (0 if chance < 0.1 else dice.choice((2, 3, 8, 20))) + frames[stop:]


_HOLDS_ONE_AND_WAITS_FOR_THE_OTHER = """\
Thread {number} (Thread {pthread:#x} (LWP {lwp}) "teller"):
#0  futex_wait (private=0, expected=2, futex_word={wanted:#x}) at ../sysdeps/nptl/futex-internal.h:146
No locals.
#1  __GI___lll_lock_wait (futex=futex@entry={wanted:#x}, private=0) at ./nptl/lowlevellock.c:49
No locals.
#2  0x00007f31a0c18482 in lll_mutex_lock_optimized (mutex={wanted:#x}) at ./nptl/pthread_mutex_lock.c:48
No locals.
#3  ___pthread_mutex_lock (mutex={wanted:#x}) at ./nptl/pthread_mutex_lock.c:93
No locals.
#4  0x000055814034a3c0 in transfer () at teller.cc:10
        guard = {{_M_device = @{held:#x}}}
#5  0x00007f31a0befdb1 in start_thread (arg=<optimized out>) at ./nptl/pthread_create.c:442
No locals.
#6  0x00007f31a0b6b990 in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81
No locals.

"""


def deadlocks(pairs: int, seed: int) -> bytes:
    """`bt full` of that many pairs of threads: each holds the mutex that the other one waits for."""
    dice = random.Random(seed)
    locks = [0x5581_0000_0000 + 64 * number for number in range(2 * pairs)]
    dice.shuffle(locks)
    threads = [
        _HOLDS_ONE_AND_WAITS_FOR_THE_OTHER.format(
            number=number + 1, pthread=0x7F31_0000_06C0 + 4096 * number, lwp=30_000 + number, held=locks[number], wanted=locks[number ^ 1]
        )
        for number in range(2 * pairs)
    ]
    return "".join(reversed(threads)).encode()
