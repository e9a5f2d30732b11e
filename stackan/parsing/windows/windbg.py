"""WinDbg, cdb and ntsd: `~*k` and its relatives, frames innermost first, in columns that a line before them names.

    .  0  Id: b10.dac Suspend: 1 Teb: 00007ff6`64a4e000 Unfrozen "pump"      process and thread id, hexadecimal
     # Child-SP          RetAddr           Call Site
    00 00000067`e0f3f278 00007ff8`8a192e2d ntdll!NtWaitForSingleObject+0xa
    01 00000067`e0f3f280 00007ff8`8a192803 ledger!flush+0xe1 [d:\\src\\ledger.cpp @ 412]

    ChildEBP RetAddr  Args to Child                        `kb` of a 32-bit program: three words of the caller's stack
    0012f0a4 00401a3c 00404040 00000000 00000000 ntdll!RtlEnterCriticalSection+0x46

The RetAddr in a frame's row is the address at which the next frame outwards goes on: that frame's program counter.
(Microsoft, Debugging Tools for Windows: "k, kb, kc, kd, kp, kP, kv (Display Stack Backtrace)", "~ (Thread Status)", "!locks", "!cs")
"""

from __future__ import annotations

import itertools
from bisect import bisect_right

from stackan.model.columns import UNKNOWN
from stackan.model.printed import Facts
from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.fields import HEX, find_opening, is_hex, is_number, location_of
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots
from stackan.parsing.printed import assign_owners
from stackan.parsing.windows.windbg_owners import Owners

_DEPTHS = (256, 20)  # so many frames are printed where nobody asks for more (`.kframes`); 20 in older versions
_TITLES = {b"#", b"Memory", b"Child-SP", b"ChildEBP", b"RetAddr", b"Call", b"Site", b"Args", b"to", b"Child", b":"}
_INLINED = (b"(Inline", b"(Inline)", b"Function)", b"--------", b"--------`--------")
# Words that `kv` prints behind a frame's place.
_ANNOTATIONS = (b" (FPO: ", b" (CONV: ", b" (Inline Function", b" (No ")
# Words of the debugger around the threads.
_NOISE = (
    b"ModLoad: ", b"Microsoft (R) ", b"Copyright (c) Microsoft", b"Symbol search path", b"Executable search path", b"CommandLine: ",
    b"Loading ", b"Opened log file", b"Closing open log file", b"WARNING: ", b"*** ", b"quit:", b"Windows ", b"Debug session time",
    b"System Uptime", b"Process Uptime", b"User Mini Dump", b"Mini ", b"Executable ", b"This dump file", b"(", b"-----", b"NtGlobalFlag",
)  # fmt: skip
_GOES_ON = frozenset((b"g", b"gh", b"gn", b"gc", b"gu", b"p", b"pc", b"pt", b"pct", b"t", b"tc", b"tt", b"tct", b"wt"))
_REMARKS = 8  # lines that a thread's may have before its stack, at most
_BETWEEN = (b"WARNING: ", b"*** WARNING", b"*** ERROR", b"*** ")


class _Table(NamedTuple):
    """The columns that the following rows have."""

    numbered: bool
    memory: bool
    stacked: bool  # the stack's address comes before RetAddr
    arguments: bool  # three words in 32-bit programs; in 64-bit ones whatever lies where arguments may be saved
    addresses: bool  # none in `kc`


class _Row(NamedTuple):
    returns: int | None  # where the caller goes on
    words: tuple[int, int] | None  # the range of the words of a 32-bit caller's stack
    values: tuple[int, ...]  # the words, of any program
    site: int  # the position of the call site
    inlined: bool


class _Site(NamedTuple):
    module: bytes
    function: bytes
    source: bytes
    arguments: tuple[int, int] | None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.facts: dict[int, Facts] = {}
        self.owners = Owners()
        self.tables = b"RetAddr" in data or b"# Call Site" in data  # else what `!analyze` prints is the only stack
        self.table: _Table | None = None
        self.pid = UNKNOWN
        self.faulting = UNKNOWN
        self.current = UNKNOWN  # the thread that the prompt names
        self.numbers: set[int] = set()  # the debugger's, of the snapshot's threads
        self.lwps: set[int] = set()
        self.pc: int | None = None
        self.analyzing = self.repeated = self.unclosed = False
        self.again: list[int] = []  # of each frame that is printed again: how many threads stand before it
        self.listing = False  # the threads that follow are listed without their stacks
        self.single = False  # one thread was asked for, which may have been printed before

    def read(self) -> ParsedText:
        for text in self.builder.lines():
            self._line(text)
        reading = split_snapshots(self.builder, self.facts)
        limited = max(self.builder.columns.thread_frames, default=0) in _DEPTHS
        starts = [reading.columns.thread_line[row] for row in (0, *reading.snapshots)] if reading.columns.thread_line else [0]
        owners = assign_owners(self.owners.printed, starts)
        stops = [*reading.snapshots, len(reading.columns.thread_line)]
        said = [
            facts._replace(
                printed=printed,
                limited=limited,
                states=self.owners.states(range(first, stop), printed),
                again=bisect_right(self.again, stop) - bisect_right(self.again, first),
            )
            for facts, printed, first, stop in zip(reading.facts, owners, (0, *reading.snapshots), stops, strict=True)
        ]
        return reading._replace(facts=tuple(said))

    def _line(self, text: bytes) -> None:
        builder = self.builder
        self.owners.line = builder.line
        if not text.strip():
            builder.blank()
            self.analyzing = self.unclosed = False
        elif self.unclosed and builder.open:
            builder.continuation()  # `kP` writes a line for each parameter
            self.unclosed = b")" not in text
        elif (header := read_thread(text)) and not self.listing:
            self._head(text, header)
        elif (prompt := read_prompt(text)) is not None:
            builder.noise()
            builder.close_thread()
            self.table, self.current = None, prompt
            command = text.partition(b">")[2]
            if command.strip() in _GOES_ON:
                self._go_on()
            self.listing, self.single = self.tables and lists_threads(command), asks_for_one(command)
        elif self.listing and (header or text.startswith(b"      ")):
            builder.noise()
        elif table := read_titles(text):
            self._begin(table)
        elif text.startswith(b"STACK_TEXT:"):
            self._begin_analysis()
        elif self._is_frame(text):
            return
        elif builder.open and (text.startswith(_BETWEEN) or (text.startswith(b"      ") and not builder.columns.thread_frames[-1])):
            builder.locals()  # `Start: …` and `Priority: …` below a header, and all that the kernel's debugger knows of a thread
        else:
            self._between(text)

    # -- threads

    def _head(self, text: bytes, header: tuple[int, int, int]) -> None:
        number, pid, lwp = header
        if pid == self.pid and lwp in self.lwps and (self.single or not self._shows_stack()):
            self.builder.close_thread()
            self.builder.noise()
            self.table, self.pc, self.repeated, self.listing = None, None, True, not self.single
            return
        builder, row = self.builder, len(self.builder.columns.thread_lwp)
        if pid != self.pid or lwp in self.lwps:
            self.numbers, self.lwps = set(), set()
            self.facts[row] = Facts(pid, None, (), ())
        self.pid, self.table, self.pc, self.repeated = pid, None, None, False
        self.numbers.add(number)
        self.lwps.add(lwp)
        opening, closing = text.find(b'"'), text.rfind(b'"')
        builder.thread(number=number, lwp=lwp, name=(opening + 1, closing) if 0 <= opening < closing else None)

    def _go_on(self) -> None:
        """The process is no longer where it was."""
        self.numbers, self.lwps = set(), set()
        self.facts[len(self.builder.columns.thread_lwp)] = Facts(self.pid if self.pid != UNKNOWN else None, None, (), ())

    def _shows_stack(self) -> bool:
        """Whether a stack follows the thread's line, be it behind `Start: …` and `Priority: …`, or `~~[tid]` says no more of it."""
        following = next((line for line in itertools.islice(self.builder.ahead(), _REMARKS) if not line.startswith(b"      ")), b"")
        return not self.tables or read_titles(following) is not None

    def _begin(self, table: _Table) -> None:
        """Take in titles of columns: after a thread's header, or of `k` alone, which shows the prompt's thread."""
        builder = self.builder
        self.table, self.pc, self.analyzing = table, None, False
        if builder.open and not builder.columns.thread_frames[-1]:
            builder.locals()
            return
        builder.close_thread()
        self.repeated = self.current != UNKNOWN and self.current in self.numbers
        if self.repeated:
            builder.noise()
        else:
            builder.thread(number=self.current)

    def _begin_analysis(self) -> None:
        self.table, self.pc, self.analyzing = _Table(False, False, True, True, True), None, True
        self.repeated = self.tables
        if self.tables:
            self.builder.close_thread()
            self.builder.noise()
        else:
            self.builder.thread(lwp=self.faulting)

    # -- frames

    def _is_frame(self, text: bytes) -> bool:
        builder, table = self.builder, self.table
        if table is None or not (builder.open or self.repeated):
            return False
        row = read_row(text, table)
        site = None if row is None else read_site(text[row.site :])
        if row is None or site is None:
            return False
        if self.repeated:
            builder.noise()
            self.again.append(len(builder.columns.thread_lwp))
            return True
        arguments = row.words
        if arguments is None and site.arguments is not None:
            arguments = (row.site + site.arguments[0], row.site + site.arguments[1])
        builder.frame(site.function, location_of(site.module, site.source), pc=None if row.inlined else self.pc, arguments=arguments)
        if row.values:
            self.owners.add_frame(len(builder.columns.thread_lwp) - 1, site.function, row.values)
        if not row.inlined:
            self.pc = row.returns
        self.unclosed = text.endswith((b"(", b","))
        return True

    # -- lines between the stacks

    def _between(self, text: bytes) -> None:
        builder = self.builder
        if self.repeated and text.startswith(_BETWEEN):
            builder.noise()
            return
        name, value = (b"Handle", b"") if self.owners.read_handle(text) else read_pair(text)
        if name == b"FAULTING_THREAD":
            self.faulting = read_hex(value, UNKNOWN)
        elif name == b"CritSec":
            symbol, _, address = value.rpartition(b" at ")
            self.owners.speak_of(read_hex(address, 0), symbol)
        elif name == b"Critical section":
            self.owners.speak_of(read_hex(value, 0), value.partition(b"(")[2].rstrip(b")"))
        elif name == b"OwningThread":
            self.owners.own(read_hex(value, 0))
        elif not (name or text.startswith(_NOISE)):
            return
        builder.close_thread()
        builder.noise()


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


@once_each
def read_thread(text: bytes) -> tuple[int, int, int] | None:
    """(debugger's number, process id, thread id) of `.  0  Id: b10.dac Suspend: 1 Teb: 00007ff6`64a4e000 Unfrozen`.

    The kernel's debugger has no numbers: `        THREAD ffffe000018d68c0  Cid 0a50.0a54  Teb: 00007ff6b661d000 …`
    """
    before, mark, behind = text.partition(b" Id: ")
    number = before.strip(b".# ")
    if not mark:
        before, mark, behind = text.partition(b"  Cid ")
        number = b"-1" if before.lstrip().startswith(b"THREAD ") else b""
    elif b" Suspend: " not in behind or not is_number(number, 6):
        number = b""
    pid, _, lwp = behind.partition(b" ")[0].partition(b".")
    return (int(number), int(pid, 16), int(lwp, 16)) if number and is_hex(pid, 8) and is_hex(lwp, 8) else None


@once_each
def read_prompt(text: bytes) -> int | None:
    """The thread that is current at a prompt: 13 of `0:013> k`."""
    process, colon, rest = text.partition(b":")
    number = rest.partition(b">")[0]
    behind = rest[len(number) : len(number) + 1]
    if not colon or behind != b">" or not (process.isdigit() and len(process) <= 4 and number.isdigit() and len(number) <= 6):
        return None
    return int(number)


def lists_threads(command: bytes) -> bool:
    """Whether a command lists threads without their stacks: `~`, `~*`, `~~[0x00000c10]`; `~*k` prints the stacks."""
    words = command.strip()
    return words.startswith(b"~") and not words.strip(b"~*.#[]0123456789abcdefABCDEFx")


def asks_for_one(command: bytes) -> bool:
    """Whether a command is about a single thread, as `~13kb`, `~~[0x00000c10]k`, `~.kn`, and not about all of them, as `~*k`."""
    words = command.strip()
    return words.startswith(b"~") and not words.startswith(b"~*")


@once_each
def read_titles(text: bytes) -> _Table | None:
    """The columns that a line of titles names."""
    if b"RetAddr" not in text and b"Call Site" not in text:
        return None
    words = text.split(None, 12)
    if not all(word in _TITLES for word in words):
        return None
    stacked = b"Child-SP" in words or b"ChildEBP" in words
    return _Table(words[0] == b"#", b"Memory" in words, stacked, b"Args" in words, b"RetAddr" in words)


def read_row(text: bytes, table: _Table) -> _Row | None:
    """The columns of a frame's row."""
    at, addresses, inlined = 0, [], False
    if table.numbered:
        start, at = _word(text, 0)
        if not is_hex(text[start:at], 4):
            return None
    if not table.addresses:
        return _Row(None, None, (), _word(text, at)[0], False) if at and text[at:].strip() else None
    if table.memory:
        start, stop = _word(text, at)
        at = stop if is_hex(text[start:stop], 6) else at
    while True:
        start, stop = _word(text, at)
        word = text[start:stop]
        if word in _INLINED:
            inlined = inlined or word.startswith(b"(")
        elif _is_address(word):
            addresses.append((start, stop))
        elif word != b":":
            break
        at = stop
    if start == stop or (len(addresses) <= table.stacked and not inlined):
        return None
    words = None
    if table.arguments and len(addresses) == 5 and addresses[0][1] - addresses[0][0] == 8:
        words = (addresses[2][0], addresses[4][1])
    values = tuple(read_hex(text[slice(*each)], 0) for each in addresses[table.stacked + 1 :]) if table.arguments else ()
    returns = None if inlined else read_hex(text[slice(*addresses[table.stacked])], 0)
    return _Row(returns, words, values, start, inlined)


@once_each
def read_site(text: bytes) -> _Site | None:
    """`ledger!flush(int wait = 0n1)+0xe1 [d:\\src\\ledger.cpp @ 412]`"""
    stop, source = len(text.rstrip()), b""
    opening = text.rfind(b" [", 0, stop)
    if text[:stop].endswith(b"]") and opening >= 0 and (mark := text.find(b" @ ", opening, stop)) > 0:
        source = text[opening + 2 : mark] + b":" + text[mark + 3 : stop - 1].strip()
        stop = opening
    for annotation in _ANNOTATIONS:
        cut_at = text.find(annotation, 0, stop)
        stop = cut_at if cut_at >= 0 else stop
    offset = text.rfind(b"+0x", 0, stop)
    if offset >= 0 and is_hex(text[offset + 3 : stop], 16):
        stop = offset
    arguments = None
    if text[:stop].endswith(b")") and (opening := find_opening(text, 0, stop)) > 0 and opening + 1 < stop - 1:
        arguments, stop = (opening + 1, stop - 1), opening
    elif text[:stop].endswith(b"("):
        stop -= 1
    module, _, function = text[:stop].partition(b"!")
    if b" " in module or not module:
        return None
    return _Site(b"" if module.startswith(b"0x") else module, function, source, arguments)


@once_each
def read_pair(text: bytes) -> tuple[bytes, bytes]:
    """(name, value) of what `!locks`, `!cs` and `!analyze` print: `OwningThread  a5c`, `OwningThread = 0xa5c`, `FAULTING_IP: `."""
    for mark in (b" = ", b":  "):
        name, found, value = text.partition(mark)
        name = name.strip()
        if found and name and b"!" not in name and len(name) <= 40:
            return name, value.strip()
    name, _, value = text.strip().partition(b" ")
    if name in (b"CritSec", b"OwningThread", b"WaiterWoken", b"LockCount", b"RecursionCount", b"EntryCount", b"ContentionCount", b"LOCKED"):
        return name, value.strip()
    name = text.partition(b":")[0]
    if name != text and name.isupper() and name.replace(b"_", b"").isalnum():
        return name, text[len(name) + 1 :].strip()
    return b"", b""


def read_hex(text: bytes, otherwise: int) -> int:
    """A number as the debugger writes addresses and ids: `00007ff6`64a4e000`, `0x0a5c`, `a5c`."""
    digits = text.partition(b" ")[0].replace(b"`", b"").removeprefix(b"0x")
    return int(digits, 16) if is_hex(digits, 16) else otherwise


def _word(text: bytes, at: int) -> tuple[int, int]:
    """Where the next word starts and stops."""
    while at < len(text) and text[at] == 32:
        at += 1
    stop = text.find(b" ", at)
    return at, len(text) if stop < 0 else stop


def _is_address(word: bytes) -> bool:
    """`0012f0a4` or `00000067`e0f3f278`."""
    return (len(word) == 8 and not word.strip(HEX)) or (len(word) == 17 and word[8] == 96 and not word.replace(b"`", b"").strip(HEX))
