"""Owners that WinDbg prints at a person's wish, and the threads that wait for what they own.

    0:007> !cs -l                                                     0:007> !handle 1b0 f
    Critical section   = 0x00007ff65e843650 (demo!alpha+0x0)          Handle 1b0
    LOCKED                                                              Type         	Mutant
    OwningThread       = 0x0000000000000270                             Name         	\\Sessions\\1\\BaseNamedObjects\\DEMO_A
                                                                            Mutant Owner aa8.3f10        process.thread

A 64-bit program passes arguments in registers, so the words that `kb` prints are whatever lies where a function may save them:

    02 000000dd`eafffa10 00007ffe`c1465597 : 00007ff6`5e843628 00000000`00000000 … : ntdll!RtlpWaitOnAddress+0xb2
    01 00000087`6e4ff780 00007ff7`0e951047 : 00000000`00000000 … 00000000`000001b8 : KERNELBASE!WaitForSingleObjectEx+0x8f

Alone such a word proves nothing.  It tells for what a thread waits if it equals the address of a section, or the handle of a mutant, whose
owner is printed, and no other such word stands in the frames of the wait.  (Microsoft: "!cs", "!locks", "!handle", "Mutex Objects")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stackan.model.printed import Lock, Printed, PrintedState
from stackan.model.records import NamedTuple
from stackan.parsing.fields import is_hex

MUTANT = "windows: mutant"  # as a profile knows a thread that waits for one

_SECTION = "section"
# Functions that wait, by what they wait for.  Their names may have a prefix: `ZwWaitForSingleObject`.
_WAITS = (
    (b"CriticalSection", _SECTION),
    (b"RtlpWaitOnAddress", _SECTION),
    (b"WaitForSingleObject", "mutant"),
    (b"LdrLockLoaderLock", _SECTION),
    (b"LdrpAcquireLoaderLock", _SECTION),
)
_OBJECT_SPECIFIC = b"Mutant Owner "


class _Words(NamedTuple):
    """The words of a waiting function's frame."""

    line: int
    waits_for: str
    values: tuple[int, ...]


class Owners:
    """Takes in what the debugger says of owners, and the words of waiting frames, while a text is read."""

    def __init__(self) -> None:
        self.line = 0  # that is being read
        self.printed: list[Printed] = []
        self._names: dict[int, str] = {}  # of sections and mutants
        self._mutants: set[int] = set()
        self._words: dict[int, list[_Words]] = {}  # by the thread's row
        self._section: int | None = None  # of which the next lines speak
        self._handle: int | None = None

    # -- what is printed

    def read_handle(self, text: bytes) -> bool:
        """Take in a line of `!handle`; False if it is none."""
        if text.startswith(b"Handle ") and is_hex(text[7:].strip(), 16):
            self._handle = int(text[7:], 16)
            return True
        if self._handle is None or not text.startswith((b" ", b"\t")):
            self._handle = None
            return False
        name, _, value = text.strip().partition(b"\t")
        if name.rstrip() == b"Name":
            self._name(self._handle, value.strip())
        elif text.strip().startswith(_OBJECT_SPECIFIC):
            self._own(self._handle, text.strip()[len(_OBJECT_SPECIFIC) :].rpartition(b".")[2])
        return True

    def _own(self, handle: int, thread: bytes) -> None:
        owner = int(thread, 16) if is_hex(thread, 8) else 0
        if owner:
            self._mutants.add(handle)
            self.printed.append(Printed(handle, owner, self.line))

    def speak_of(self, section: int, name: bytes = b"") -> None:
        """`CritSec ledger!audit+0 at 00404040`, `Critical section   = 0x00404040 (ledger!audit+0x0)`."""
        self._section = section
        self._name(section, name)

    def own(self, owner: int) -> None:
        """`OwningThread = 0x210`: of the section of which the lines before speak."""
        if owner and self._section:
            self.printed.append(Printed(self._section, owner, self.line))
        self._section = None

    def _name(self, number: int, name: bytes) -> None:
        """Keep the name of a section or a mutant; `+0x500100` names nothing."""
        known = name.decode("utf-8", "replace").removesuffix("+0x0").removesuffix("+0")
        if not known.startswith("+"):
            self._names[number] = known

    # -- who waits

    def add_frame(self, row: int, function: bytes, words: Iterable[int]) -> None:
        waits_for = next((kind for part, kind in _WAITS if part in function), "")
        if waits_for:
            self._words.setdefault(row, []).append(_Words(self.line, waits_for, tuple(words)))

    def states(self, rows: range, printed: Sequence[Printed]) -> Mapping[int, PrintedState]:
        """{row: what it waits for} of the threads of one snapshot, by the owners that are printed beside it."""
        if not printed:
            return {}
        owned = {each.address for each in printed}
        found = ((row, self._awaited(self._words[row], owned)) for row in self._words if row in rows)
        return {row: state for row, state in found if state is not None}

    def _awaited(self, frames: Sequence[_Words], owned: set[int]) -> PrintedState | None:
        within = {
            value: frame
            for frame in frames
            for value in frame.values
            if value in owned and (value in self._mutants) == (frame.waits_for != _SECTION)
        }
        if len(within) != 1:
            return None
        ((value, frame),) = within.items()
        lock = Lock("mutex", value, frame.line, self._names.get(value, ""), evidence="frames")
        return PrintedState("" if frame.waits_for == _SECTION else MUTANT, frame.line, lock)
