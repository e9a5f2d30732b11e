"""Android's tombstones, and `debuggerd -b PID`.

    *** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***
    ABI: 'arm64'
    pid: 1322, tid: 6998, name: Binder:1322_1  >>> /system/bin/mediaserver <<<
        x0  0000000000000000  x1  0000000000001b56 …
    backtrace:
          #00 pc 000000000004a1b8  /apex/com.android.runtime/lib64/bionic/libc.so (syscall+28) (BuildId: 0a4f…)
          #01 pc 0000000000012345  /data/app/x/base.apk!libledger.so (offset 0x1000) (Ledger::run(int)+40)
          #02 pc 0000000000000f21  /system/bin/mediaserver
    --- --- --- --- --- --- --- --- --- --- --- --- --- --- --- ---
    pid: 1322, tid: 1322, name: mediaserver  >>> /system/bin/mediaserver <<<

    ----- pid 1322 at 2024-05-01 10:00:00.000000000+0000 -----          debuggerd -b
    Cmd line: /system/bin/mediaserver
    "Binder:1322_1" sysTid=6998
        #00 pc 000000000004a1b8  /apex/com.android.runtime/lib64/bionic/libc.so (syscall+28)

The program counters are offsets in the libraries.  Tools that look up the sources write `#0 0x00084fe6 in tgkill FILE:LINE` instead.
(AOSP system/core/debuggerd/libdebuggerd/tombstone_proto_to_text.cpp, backtrace.cpp)
"""

from __future__ import annotations

from stackan.model.printed import Facts
from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.fields import decimal, hexadecimal
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

# Lines of a tombstone about the process and the signal.
_FIELDS = (
    b"Build fingerprint:", b"Revision:", b"ABI:", b"Timestamp:", b"Process uptime:", b"Cmdline:", b"uid:", b"signal ",
    b"Abort message:", b"Cause:", b"Note: ", b"tagged_addr_ctrl:", b"pac_enabled_keys:", b"Page size:", b"backtrace:",
    b"Tombstone written to:", b"--- --- --- ", b"----- end ",
)  # fmt: skip
_REMARKS = 4  # in parentheses behind a frame's library, at most: an offset, the function, the build's id, that the file is deleted
# Behind a backtrace: memory, maps, files and logs, which have no threads.
_SECTIONS = (b"stack:", b"memory near ", b"memory map", b"open files:", b"--------- tail end of log", b"--------- log ")


class _Header(NamedTuple):
    pid: int | None
    lwp: int
    name: bytes
    command: bytes


class _Frame(NamedTuple):
    pc: int
    function: bytes
    location: bytes


class _Tombstones:
    """Takes the lines of a text in which several tombstones may follow each other."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.facts: dict[int, Facts] = {}
        self.pid: int | None = None
        self.in_section = False

    def take(self, line: bytes) -> None:
        builder, text = self.builder, _message(line)
        if not text:
            builder.blank()
        elif builder.open and (frame := read_frame(text)):
            builder.frame(frame.function, frame.location, pc=frame.pc)
        elif header := read_header(text):
            self._thread(header, line)
        elif text.startswith((b"*** *** *** ", b"----- pid ")):
            self._begin(decimal(text[10:].partition(b" ")[0]) if text.startswith(b"-----") else None, None)
            builder.noise()
        elif text.startswith(_SECTIONS):
            self.in_section = True
            builder.noise()
        elif text.startswith(b"Cmd line: "):
            self._called(text[10:])
            builder.noise()
        elif self.in_section or text.startswith(_FIELDS) or _are_registers(text) or text.endswith(b" total frames"):
            builder.noise()

    def _begin(self, pid: int | None, command: bytes | None) -> None:
        """Begin another tombstone; it replaces the last one if no thread has come since that began."""
        self.builder.close_thread()
        self.pid, self.in_section = pid, False
        said = None if command is None else command.decode("utf-8", "replace")
        self.facts[len(self.builder.columns.thread_lwp)] = Facts(pid, said, (), ())

    def _called(self, command: bytes) -> None:
        """Take in the command, which `debuggerd -b` names after the process."""
        row = len(self.builder.columns.thread_lwp)
        if row in self.facts:
            self.facts[row] = self.facts[row]._replace(command=command.decode("utf-8", "replace"))

    def _thread(self, header: _Header, line: bytes) -> None:
        if header.pid is not None and header.pid != self.pid:
            self._begin(self.pid if header.pid is None else header.pid, header.command or None)
        self.in_section = False
        at = line.find(header.name)
        self.builder.thread(lwp=header.lwp, name=(at, at + len(header.name)) if header.name else None)


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    tombstones = _Tombstones(builder)
    for line in builder.lines():
        tombstones.take(line)
    return split_snapshots(builder, tombstones.facts)


@once_each
def _message(line: bytes) -> bytes:
    """A line without its indentation, and without what the log writes before it: `05-01 10:00:00.000  615  615 F DEBUG   : `."""
    _, mark, rest = line.partition(b" DEBUG ")
    return rest.partition(b": ")[2].strip() if mark and rest.lstrip().startswith(b":") else line.strip()


@once_each
def read_header(text: bytes) -> _Header | None:
    """`pid: 1322, tid: 6998, name: Binder:1322_1  >>> /system/bin/mediaserver <<<`, or `"Binder:1322_1" sysTid=6998`."""
    if text.startswith(b'"'):
        name, mark, tid = text[1:].rpartition(b'" sysTid=')
        lwp = decimal(tid)
        return None if lwp is None or not mark else _Header(None, lwp, name, b"")
    if not text.startswith(b"pid: "):
        return None
    process, _, rest = text[5:].partition(b", tid: ")
    thread, mark, rest = rest.partition(b", name: ")
    name, _, command = rest.partition(b"  >>> ")
    pid, lwp = decimal(process), decimal(thread)
    return None if pid is None or lwp is None or not mark else _Header(pid, lwp, name, command.removesuffix(b" <<<"))


@once_each
def read_frame(text: bytes) -> _Frame | None:
    """`#00 pc 000000000004a1b8  /…/libc.so (syscall+28) (BuildId: 0a4f…)`, or `#0 0x00084fe6 in tgkill /bionic/…/tgkill.S:20`."""
    number, _, rest = text[1:].partition(b" ")
    rest = rest.lstrip()
    if not text.startswith(b"#") or decimal(number) is None:
        return None
    if rest.startswith(b"0x"):
        address, mark, rest = rest.partition(b" in ")
        pc = hexadecimal(address)
        if not mark or pc is None:
            return None
        function, _, source = rest.rpartition(b" ")
        return _Frame(pc, function, b"at " + source) if function else _Frame(pc, source, b"")
    if not rest.startswith(b"pc "):
        return None
    address, _, rest = rest[3:].partition(b" ")
    pc = hexadecimal(address)
    if pc is None:
        return None
    library = rest.strip()
    remarks: list[bytes] = []
    while library.endswith(b")") and len(remarks) < _REMARKS and (opening := _opening(library)) > 0:
        remarks.append(library[opening + 1 : -1])
        library = library[:opening].rstrip()
    named = next((words for words in remarks if not words.startswith((b"BuildId: ", b"offset 0x", b"deleted"))), b"")
    return _Frame(pc, _without_offset(named), b"" if library in (b"", b"<unknown>") else b"from " + library)


@once_each
def _opening(text: bytes) -> int:
    """The parenthesis that the last one of a text closes, or -1."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] == 41) - (text[at] == 40)
        if depth == 0:
            return at
    return -1


def _without_offset(words: bytes) -> bytes:
    """`Ledger::run(int)+40` without the offset."""
    name, plus, offset = words.rpartition(b"+")
    return name if plus and offset.isdigit() else words


@once_each
def _are_registers(text: bytes) -> bool:
    """`x0  0000000000000000  x1  0000000000001b56 …`"""
    words = text.split(None, 2)[:2]
    return len(words) == 2 and len(words[1]) in (8, 16) and len(words[0]) < 5 and hexadecimal(words[1]) is not None
