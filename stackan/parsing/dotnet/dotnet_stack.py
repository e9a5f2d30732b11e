"""`dotnet-stack report -p PID`, which needs no more than the SDK's tool.

    Thread (0x48839B):
      [Native Frames]                                              it is in native code: in a wait, or in a system call
      System.Private.CoreLib.il!System.Threading.ManualResetEventSlim.Wait(int32,value class System.Threading.CancellationToken)
      System.Private.CoreLib!System.Threading.Tasks.Task`1[System.__Canon].GetResultCore(bool)
      app!App.PageController.Show()

Frames are printed innermost first; threads by the system's id, in hexadecimal.  (dotnet/diagnostics src/Tools/dotnet-stack)
"""

from __future__ import annotations

import re

from stackan.model.printed import PrintedState
from stackan.parsing.builder import Builder
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, split_snapshots

_HEADER = re.compile(rb"Thread \(0x([0-9A-Fa-f]{1,15})\):$")
_NATIVE_FRAMES = b"[Native Frames]"
NATIVE, MANAGED = "dotnet: native", "dotnet: managed"


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    states: dict[int, PrintedState] = {}
    for text in builder.lines():
        header = _HEADER.match(text)
        if header is not None:
            lwp = int(header[1], 16)
            builder.again(lwp)
            states[builder.thread(lwp=lwp)] = PrintedState(MANAGED, builder.line)
        elif not text.strip():
            builder.blank()
            builder.close_thread()
        elif builder.open and text.startswith(b"  "):
            if text.strip() == _NATIVE_FRAMES:
                builder.locals()
                if not builder.level:
                    states[len(builder.columns.thread_lwp) - 1] = PrintedState(NATIVE, builder.line)
                continue
            frame = read_frame(text)
            if frame is not None:
                builder.frame(*frame[:2], arguments=frame[2])
    return split_snapshots(builder, {0: NOTHING_SAID._replace(states=states)})


@once_each
def read_frame(text: bytes) -> tuple[bytes, bytes, tuple[int, int] | None] | None:
    """(function, location, range of the parameters' types) of `  app!App.PageController.Show(class System.String)`."""
    module, found, call = text.strip().partition(b"!")
    if not found or not call or b"(" in module:
        return None
    function, opening, _ = call.partition(b"(")
    start = text.rindex(call) + len(function) + 1
    arguments = (start, len(text.rstrip()) - 1) if opening and call.endswith(b")") else None
    return function, b"from " + module, arguments
