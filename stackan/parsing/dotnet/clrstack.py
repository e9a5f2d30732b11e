"""SOS' `clrstack -all`, in dotnet-dump, in WinDbg (`~*e !clrstack`) and in lldb, with `syncblk` beside it.

    OS Thread Id: 0x5634 (1)                                                the system's id, and the debugger's number
            Child SP               IP Call Site
    00007F9AE8FFA3B8 00007f9be7ed0bf9 [HelperMethodFrame_1OBJ: 00007f9ae8ffa3b8] System.Threading.Monitor.Enter(System.Object)
    00007F9AE8FFA4F0 00007F9B7088B7D4 App.Pair.First() [/src/app/pair.cs @ 36]
        PARAMETERS:                                                         with -p or -a
            this (0x00007F9AE8FFA510) = 0x000001e987117048
    00007F9AE8FFA9A0 00007f9be6cc1e93 [GCFrame: 00007f9ae8ffa9a0]           no function of its own
    00007F9AE8FFAA00 00007f9be7ec1545 libcoreclr.so!ThreadNative::Run + 25  a native one, with -f

Frames are printed innermost first.  (dotnet/diagnostics src/SOS/Strike/strike.cpp)
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left

from stackan.model.columns import UNKNOWN
from stackan.model.printed import PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.dotnet.dotnet_stack import MANAGED, NATIVE
from stackan.parsing.dotnet.syncblk import AROUND, Monitor, Monitors, read_row
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_HEADER = re.compile(rb"OS Thread Id: 0x([0-9a-fA-F]{1,15})(?: \((\d{1,9})\))?$")
_FRAME = re.compile(rb"\A *([0-9a-fA-F]{8,16}) ([0-9a-fA-F]{8,16}) (\[[^\[\]]{1,200}\] ?)?(.*)$")
_PLACE = re.compile(rb" \[([^\[\]]{1,1000}) @ (\d{1,9})\]$")
_OBJECT = re.compile(rb"= 0x([0-9a-fA-F]{8,16})\s*$")
_TITLES = (b"Child SP", b"Child-SP", b"ESP ")
_TROUBLE = (
    *(b"Unable to walk the managed stack.", b"managed thread. You can run ", b"the process", b"Failed to start stack walk: "),
    *(b"GetFrameContext failed: ", b"0000000000000000 0000000000000000", b"00000000 00000000"),
)
_PROMPT = re.compile(rb"\A(?:(?:\d+:\d+(?::\w+)?)?> ?|\(lldb\) |-{5,}$)")
_MONITOR = (b"System.Threading.Monitor.",)
_ENTERS = (b"Enter", b"ReliableEnter", b"TryEnter", b"Enter_Slowpath", b"ReliableEnterTimeout", b"TryEnter_Slowpath")
UNMANAGED = "dotnet: unmanaged"


class _Thread:
    """The facts about one thread beside its frames."""

    def __init__(self, lwp: int, line: int) -> None:
        self.lwp, self.line = lwp, line
        self.words = MANAGED
        self.enters = False  # it waits in front of a monitor
        self.addresses: list[int] = []  # objects among the parameters of the frames that enter it


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    threads: list[_Thread] = []
    monitors: list[tuple[int, Monitor]] = []  # (how many threads were read before it, the row of the table)
    for text in builder.lines():
        header = _HEADER.match(text)
        if header is not None:
            lwp = int(header[1], 16)
            builder.again(lwp)
            builder.thread(lwp=lwp, number=int(header[2]) if header[2] else UNKNOWN)
            threads.append(_Thread(lwp, builder.line))
        elif not text.strip():
            builder.blank()
        elif (row := read_row(text, builder.line)) is not None:
            builder.noise()
            builder.close_thread()
            monitors.append((len(threads), row))
        elif builder.open and _of_thread(builder, threads[-1], text):
            continue
        elif text.startswith(AROUND) or _PROMPT.match(text) is not None:
            builder.noise()
            builder.close_thread()
    reading = split_snapshots(builder, {})
    states = _states(threads, [0, *reading.snapshots, len(threads)], monitors)
    return reading._replace(facts=tuple(each._replace(states=states) for each in reading.facts))


def _of_thread(builder: Builder, thread: _Thread, text: bytes) -> bool:
    """Take in a line of the open thread."""
    frame = _FRAME.match(text)
    stripped = text.strip()
    if stripped.startswith(_TROUBLE):
        builder.continuation()
        thread.words = thread.words if builder.level else UNMANAGED
    elif stripped.startswith(_TITLES):
        builder.continuation()
    elif frame is not None:
        first = not builder.level and thread.words == MANAGED
        if first and frame[3]:
            thread.words = NATIVE
        function, location = _read_call(frame[4].strip())
        if not function:
            builder.locals()
            return True
        place = text.rfind(b"(")
        builder.frame(
            function, location, pc=int(frame[2], 16), arguments=(place + 1, text.rfind(b")")) if 0 < place < text.rfind(b")") else None
        )
        if function.startswith(_MONITOR) and function.rpartition(b".")[2] in _ENTERS and builder.level <= 3:
            thread.enters = True
    elif text.startswith(b"  "):  # PARAMETERS:, LOCALS:, and their values
        builder.locals()
        value = _OBJECT.search(text)
        if value is not None and thread.enters and builder.level <= 4:
            thread.addresses.append(int(value[1], 16))
    else:
        return False
    return True


@once_each
def _read_call(call: bytes) -> tuple[bytes, bytes]:
    """(function, location) of `App.Pair.First() [/src/app/pair.cs @ 36]` or `libcoreclr.so!ThreadNative::Run + 25`."""
    place = _PLACE.search(call)
    location = b"at %b:%b" % (place[1], place[2]) if place is not None else b""
    call = call[: place.start()] if place is not None else call
    library, found, native = call.partition(b"!")
    if found and b"(" not in library:
        return native.partition(b" + ")[0].strip() or b"", b"from " + library
    return call.partition(b"(")[0].strip(), location


def _states(threads: list[_Thread], bounds: list[int], monitors: list[tuple[int, Monitor]]) -> dict[int, PrintedState]:
    """The printed state of each thread; a table of monitors belongs to the snapshot that it stands before, in or right behind."""
    states: dict[int, PrintedState] = {}
    befores = [before for before, _ in monitors]
    for first, stop in itertools.pairwise(bounds):
        last = stop == bounds[-1]
        begin = bisect_left(befores, first) if first else 0
        own = Monitors([monitor for _, monitor in monitors[begin : None if last else bisect_left(befores, stop)]])
        waiting = {thread.lwp for thread in threads[first:stop] if thread.enters}
        for row in range(first, stop):
            thread = threads[row]
            awaits = own.awaited_by(thread.lwp, thread.addresses, waiting) if thread.enters else None
            states[row] = PrintedState(thread.words, thread.line, awaits, own.held_by(thread.lwp))
    return states
