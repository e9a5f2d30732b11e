"""systemd-coredump: `coredumpctl info`, the journal, and the system's log, where one line holds the whole message.

               PID: 6023 (ledgerd)                            fields of `coredumpctl info`
      Command Line: /usr/sbin/ledgerd --workers 8
           Message: Process 6023 (ledgerd) of user 1000 dumped core.

                    Module libc.so.6 from deb glibc-2.36-9.amd64
                    Stack trace of thread 6023:
                    #0  0x00007f8f2e51a26f __poll (libc.so.6 + 0x10926f)
                    #1  0x000055d9dd57c94f n/a (ledgerd + 0x2294f)
                    #2  0x00007f8f2e445305 __libc_start_main (libc.so.6)         before 244, without an offset
                    #3  0x000055d9dd57d000 n/a (n/a)
                    ELF object binary architecture: AMD x86-64

Names are those of the symbols, mangled.  No more than 64 threads are written, and of each no more than 64 frames
(systemd src/shared/elf-util.c, src/coredump/coredumpctl.c).
"""

from __future__ import annotations

from stackan.model.printed import Facts
from stackan.parsing.builder import Builder
from stackan.parsing.fields import decimal, hexadecimal
from stackan.parsing.known import once_each
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, split_snapshots

_THREAD = b"Stack trace of thread "
_JSON = b'"MESSAGE"'
_MOST = 64  # threads, and frames of each
_FIELDS = (
    b"PID:", b"UID:", b"GID:", b"Signal:", b"Reason:", b"Timestamp:", b"Command Line:", b"Executable:", b"Control Group:", b"Unit:",
    b"User Unit:", b"Slice:", b"Session:", b"Owner UID:", b"Boot ID:", b"Machine ID:", b"Hostname:", b"Storage:", b"Coredump:",
    b"Size on Disk:", b"Package:", b"build-id:",
)  # fmt: skip
# Of the modules of the core, and their packages.
_MODULES = (b"Module ", b"Found module ", b"Metadata for module ", b"ELF object binary architecture: ")


class _Crashes:
    """The facts about the crashes of a text, in the order of their threads' rows."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.facts: dict[int, Facts] = {}

    @property
    def row(self) -> int:
        return len(self.builder.columns.thread_lwp)

    def begin(self, pid: int | None, name: bytes) -> None:
        self.builder.close_thread()
        known = self.facts.get(self.row, NOTHING_SAID)
        self.facts[self.row] = known._replace(pid=pid, command=known.command or _text(name))

    def called(self, command: bytes) -> None:
        self.facts[self.row] = self.facts.get(self.row, NOTHING_SAID)._replace(command=_text(command))


def read(data: bytes) -> ParsedText:
    builder = Builder(data)
    crashes = _Crashes(builder)
    for line in builder.lines():
        _take(builder, crashes, line)
    reading = split_snapshots(builder, crashes.facts)
    limited = any(frames >= _MOST for frames in builder.columns.thread_frames)
    return reading._replace(facts=tuple(facts._replace(limited=limited, core=True) for facts in reading.facts))


def _take(builder: Builder, crashes: _Crashes, line: bytes) -> None:
    text = _message(line)
    if text.startswith(b"#") and builder.open and (frame := read_frame(text)):
        pc, function, module = frame
        builder.frame(function, b"from " + module if module else b"", pc=pc)
    elif text.startswith(_THREAD) and (lwp := decimal(text[len(_THREAD) :].partition(b":")[0])) is not None:
        builder.thread(lwp=lwp)
    elif text.startswith(b"Process ") and b" dumped core" in text:
        process, _, rest = text[8:].partition(b" (")
        crashes.begin(decimal(process), rest.partition(b")")[0])
        builder.noise()
    elif not text:
        builder.blank()
    elif text.startswith(_FIELDS):
        _read_field(crashes, text)
        builder.noise()
    elif text.startswith(_MODULES) or (not builder.open and text[:1] in (b'"', b"{", b"}")):
        builder.close_thread()
        builder.noise()


@once_each
def _message(line: bytes) -> bytes:
    """A line without what a log writes before it, its indentation, and the journal's sign for a message with an explanation."""
    before, mark, rest = line.partition(b"systemd-coredump[")
    text = rest.partition(b"]: ")[2].strip() if mark and not before.lstrip().startswith(b"#") else line.strip()
    if _JSON in text:
        text = text.partition(_JSON)[2].lstrip(b' :"')
    field, _, words = text.partition(b"Message: ")
    return (words if not field else text).removeprefix("[🡕] ".encode())


def _read_field(crashes: _Crashes, text: bytes) -> None:
    field, _, words = text.partition(b": ")
    words = words.strip()
    if field == b"PID":
        process, _, name = words.partition(b" (")
        crashes.begin(decimal(process), name.rstrip(b")"))
    elif field == b"Command Line":
        crashes.called(words)


@once_each
def read_frame(text: bytes) -> tuple[int, bytes, bytes] | None:
    """(pc, function, module) of `#1  0x000055d9dd57c94f n/a (ledgerd + 0x2294f)`; what has no name is empty."""
    number, _, rest = text[1:].partition(b" ")
    address, _, rest = rest.lstrip().partition(b" ")
    function, opening, rest = rest.partition(b" (")
    module, closing, _ = rest.partition(b")")
    pc = hexadecimal(address) if address.startswith(b"0x") else None
    if pc is None or decimal(number) is None or not opening or not closing:
        return None
    return pc, _known(function), _known(module.partition(b" + 0x")[0])


def _known(name: bytes) -> bytes:
    return b"" if name == b"n/a" else name


def _text(words: bytes) -> str | None:
    return words.decode("utf-8", "replace") or None
