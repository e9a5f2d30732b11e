"""macOS's sample and spindump: for each thread a tree of the stacks in which it was seen, outermost frames first.

sample, of one process:

    Analysis of sampling ledgerd (pid 78156) every 1 millisecond
    Process:         ledgerd [78156]
    Call graph:
        2569 Thread_1447670   DispatchQueue_1: com.apple.main-thread  (serial)         a thread's id, decimal
        + 2569 start  (in dyld) + 2236  [0x18f2b60e0]
        +   2569 main  (in ledgerd) + 52  [0x104c2fd40]  ledgerd.c:12
        2569 Thread_1447672: flusher

spindump, of all:

    Process:         ledgerd [78156]
      Thread 0x4eb9     DispatchQueue "com.apple.main-thread"(1)     1001 samples (1-1001)     priority 31 (base 31)
      1001  start + 2236 (dyld + 24540) [0x18f2b60e0]
        1001  __psynch_mutexwait + 8 (libsystem_kernel.dylib + 16348) [0x18f5f9fdc] 1-1001
         *1001  psynch_mtxcontinue + 0 (pthread + 15720) [0xfffffe000a1b3d68]          the kernel's part

Of a thread that waits for a lock with an owner, the kernel's part names that thread:

     *770  psynch_mtxcontinue + 0 (pthread + 8060) [0xfffffe000b861b9c] (blocked by turnstile waiting for ledgerd [700] thread 0x1a02)

A thread's stack is the path of its tree with most samples; the other lines of the tree are known ones of that thread.
(man pages sample(1), spindump(8); quicksilver issues 1689 and 2166, realm-swift issue 1320)
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts, Lock, PrintedState
from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.fields import DIGITS, is_hex, is_number, location_of
from stackan.parsing.known import once_each
from stackan.parsing.macos.calltree import Node, Path, Tree, chain, is_flat, read_node
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

MOVING = "macos: moving"
_STILL = 0.9  # the share of its samples from which on a thread is taken to be in their place
# Titles behind the trees: the lines below them are about no thread.
_SUMMARIES = (b"Total number in stack", b"Sort by top of stack", b"Binary Images:", b"  Binary Images:")
_WORDS = (
    b"Sampling ", b"Heavy format:", b"Use -i", b"Timeline format:", b"Use -heavy", b"----", b"Call graph:",
    b"Sample analysis of process",
)  # fmt: skip


class _Head(NamedTuple):
    lwp: int
    name: tuple[int, int] | None
    column: int  # of the count, where the header is the tree's root


class _Frame(NamedTuple):
    function: bytes
    location: bytes
    pc: int | None


def read(data: bytes) -> ParsedText:
    paths = _find_paths(data)
    builder = Builder(data, outermost_first=True)
    facts: dict[int, Facts] = {}
    states: dict[int, PrintedState] = {}
    path: Path | None = None
    in_summary = False
    for text in builder.lines():
        if not text.strip():
            builder.blank()
            builder.close_thread()
            continue
        node = read_node(text)
        head = None if in_summary else read_head(text, node)
        if head is not None:
            row = builder.thread(lwp=head.lwp, name=head.name)
            path = paths[builder.line]
            if path.weight < path.samples * _STILL or head.lwp == UNKNOWN:
                states[row] = PrintedState(MOVING, builder.line)
        elif node is not None and builder.open and path is not None:
            frame = read_frame(text[node.start :]) if builder.line in path.lines else None
            owner = read_turnstile(text) if node.kernel and node.samples == path.samples else None
            if owner is not None:
                states[row] = PrintedState("", builder.line, Lock("mutex", None, builder.line, owners=(owner,)))
            if frame is None:
                builder.locals()
            else:
                builder.frame(frame.function, frame.location, pc=frame.pc)
        elif builder.open and text.startswith((b"  <", b"  User stack:", b"  Kernel stack:")):
            builder.locals()
        elif process := read_process(text):
            builder.close_thread()
            facts[len(builder.columns.thread_lwp)] = process
            builder.noise()
            in_summary = False
        else:
            in_summary = (in_summary or text.startswith(_SUMMARIES)) and not text.startswith(b"Call graph:")
            if in_summary or text.startswith(_WORDS) or _is_pair(text):
                builder.close_thread()
                builder.noise()
    reading = split_snapshots(builder, facts)
    return reading._replace(facts=tuple(each._replace(states=states) for each in reading.facts))


def _find_paths(data: bytes) -> dict[int, Path]:
    """{line of a thread's header: the heaviest path of its tree}; the kernel's part counts where there is no other frame."""
    paths: dict[int, Path] = {}
    for header, nodes in _find_trees(data):
        outside_kernel = [(line, node) for line, node in nodes if not node.kernel] or nodes
        if is_flat(header.column, [node.column for _, node in outside_kernel]):
            paths[header.line] = chain([(line, node.samples) for line, node in outside_kernel], header.samples)
            continue
        tree = Tree()
        for line, node in outside_kernel:
            tree.add(line, node.column, node.samples)
        paths[header.line] = tree.path()
    return paths


class _Header(NamedTuple):
    line: int
    column: int  # of the count, where the header is the tree's root
    samples: int


def _find_trees(data: bytes) -> Iterator[tuple[_Header, list[tuple[int, Node]]]]:
    """(the header, the tree's lines) of each thread."""
    header: _Header | None = None
    nodes: list[tuple[int, Node]] = []
    for line, text in enumerate(io.BytesIO(data), 1):
        text = text.rstrip()
        node = read_node(text)
        if text and (head := read_head(text, node)):
            if header:
                yield header, nodes
            header, nodes = _Header(line, head.column, node.samples if node is not None else _count_samples(text)), []
        elif node is not None:
            nodes.append((line, node))
        elif not text and header:
            yield header, nodes
            header, nodes = None, []
    if header:
        yield header, nodes


def read_head(text: bytes, node: Node | None) -> _Head | None:
    """`    2569 Thread_1447670: flusher` of sample, `  Thread 0x4eb9     DispatchQueue 1     1001 samples (1-1001)` of spindump."""
    if node is not None:
        if not text.startswith(b"Thread_", node.start):
            return None
        digits = text[node.start + 7 :].partition(b" ")[0].rstrip(b":")
        lwp = int(digits) if is_number(digits, 18) else UNKNOWN
        return _Head(lwp, _label(text, node.start), node.column)
    if not text.startswith(b"  Thread ") or b" samples" not in text:
        return None
    word = text[9:].partition(b" ")[0]
    lwp = int(word[2:], 16) if word.startswith(b"0x") and is_hex(word[2:], 15) else UNKNOWN
    for mark in (b'Thread name "', b'DispatchQueue "'):
        at = text.find(mark)
        stop = text.find(b'"', at + len(mark))
        if 0 < at < stop:
            return _Head(lwp, (at + len(mark), stop), UNKNOWN)
    return _Head(lwp, None, UNKNOWN)


@once_each
def _count_samples(text: bytes) -> int:
    """1001 of `  Thread 0x4eb9     DispatchQueue 1     1001 samples (1-1001)`."""
    digits = text.partition(b" samples")[0].rpartition(b" ")[2]
    return int(digits) if is_number(digits, 12) else 0


def _label(text: bytes, start: int) -> tuple[int, int] | None:
    """The range of the thread's own name, or of its queue's label."""
    colon = text.find(b": ", start)
    if colon < 0:
        return None
    stop = text.find(b"  ", colon)
    return colon + 2, len(text) if stop < 0 else stop


@once_each
def read_process(text: bytes) -> Facts | None:
    """`Process:         Activity Monitor [643]`; `Analysis of sampling Activity Monitor (pid 643) every 1 millisecond`."""
    if text.startswith(b"Analysis of sampling "):
        name, _, rest = text[21:].partition(b" (pid ")
        pid = rest.partition(b")")[0]
        return Facts(int(pid), name.decode("utf-8", "replace"), (), ()) if is_number(pid, 10) else None
    if not text.startswith(b"Process:  "):
        return None
    name, opening, rest = text[8:].strip().partition(b" [")
    pid = rest.partition(b"]")[0]
    return Facts(int(pid) if opening and is_number(pid, 10) else None, name.decode("utf-8", "replace"), (), ())


@once_each
def read_frame(text: bytes) -> _Frame | None:
    """A tree's line behind its count: the tools differ in the text between function and address.

    start  (in dyld) + 2236  [0x18f2b60e0]  ledgerd.c:12                      sample
    ???  (in ledgerd)  load address 0x100000000 + 0xed8  [0x100000ed8]
    start + 2236 (dyld + 24540) [0x18f2b60e0]                                  spindump
    main + 52 (ledgerd.c:12 in ledgerd + 16204) [0x104c2fd40] 1-1001 (running)
    """
    opening = text.rfind(b" [0x")
    words, tail, pc = text, b"", None
    if opening >= 0:
        digits = text[opening + 4 :].partition(b"]")[0].partition(b",")[0]
        if not is_hex(digits):
            return None
        pc, words, tail = int(digits, 16), text[:opening].rstrip(), text[opening:].partition(b"]")[2].strip()
    if words.startswith(b"0x") and is_hex(words[2:]):
        return _Frame(b"", b"", int(words[2:], 16))
    within = words.rfind(b" (in ")
    if within >= 0:
        function, library, source = words[:within].rstrip(), words[within + 5 :].partition(b")")[0], tail
    else:
        function, library, source = _spindump_parts(words)
    name, plus, offset = function.rpartition(b" + ")
    if plus and not offset.strip(DIGITS + b","):
        function = name
    file, colon, line = source.rpartition(b":")
    location = location_of(library, source if colon and file and is_number(line, 9) else b"")
    return _Frame(b"" if function == b"???" else function, location, pc) if function else None


def _spindump_parts(words: bytes) -> tuple[bytes, bytes, bytes]:
    """(function, library, source) of `main + 52 (ledgerd.c:12 in ledgerd + 16204)`."""
    opening = words.rfind(b" (")
    inside, plus, offset = words[opening + 2 : -1].rpartition(b" + ")
    if opening < 0 or not words.endswith(b")") or not plus or offset.strip(DIGITS):
        return words, b"", b""
    source, mark, library = inside.rpartition(b" in ")
    return (words[:opening], library, source.partition(b",")[0]) if mark else (words[:opening], inside, b"")


@once_each
def read_turnstile(text: bytes) -> int | None:
    """The thread that the kernel names as the owner: `… (blocked by turnstile waiting for ledgerd [700] thread 0x1a02)`."""
    _, mark, words = text.partition(b"(blocked by turnstile waiting for ")
    digits = words.rpartition(b" thread 0x")[2].partition(b")")[0].partition(b" ")[0]
    return int(digits, 16) if mark and is_hex(digits, 15) else None


@once_each
def _is_pair(text: bytes) -> bool:
    """`OS Version:      Mac OS X 10.9 (13A603)`."""
    name, colon, _ = text.partition(b":")
    return bool(colon) and 0 < len(name) <= 32 and name[:1].isupper() and name.replace(b"/", b"").replace(b" ", b"").isalnum()
