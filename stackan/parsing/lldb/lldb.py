"""lldb: `bt all`, `thread backtrace all`, and records of sessions.

* thread #1, name = 'ab_ba', stop reason = signal SIGSTOP
  * frame #0: 0x00007fee8cac1545 libc.so.6`__libc_pause at pause.c:29:10
    frame #1: 0x000055e4fdcb31e1 ab_ba`_start + 33
  thread #2, name = 'transfer', stop reason = signal SIGSTOP
    frame #0: 0x00007fee8ca7812b libc.so.6`__GI___lll_lock_wait(futex=0x000055e4fdcb6160, private=0) at lowlevellock.c:49:7
"""

from __future__ import annotations

from stackan.parsing.builder import Builder
from stackan.parsing.lldb.frame import Text, read_header, read_text
from stackan.parsing.lldb.session import PROMPT, Session, read_head
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

# Lines of lldb about itself and the process.
_WORDS = (
    PROMPT,
    b"Process ",
    b"Target ",
    b"Executable module set to ",
    b"Current executable set to ",
    b"Architecture set to",
    b"Core file ",
    b"This version of LLDB ",
    b"warning: ",
    b"error: ",
)
_NAME = b", name = '"
_LONGEST_NAME = 64  # bytes that a thread's name may have: 15 on Linux, 63 on macOS


def read(data: bytes) -> ParsedText:
    session = Session(line.rstrip(b"\r") for line in data.split(b"\n"))
    stacks = {head.line: head for head in session.stacks()}
    tids = session.tids()
    stops = list(dict.fromkeys(head.stop for head in stacks.values()))
    builder = Builder(data)
    texts: dict[bytes, Text] = {}
    stop = stops[0] if stops else 0
    rest_of_name = 0  # lines that a name with line ends goes on
    for line in builder.lines():
        head = stacks.get(builder.line)
        frame = read_header(line) if head is None else None
        if head is not None:
            if head.stop != stop:
                builder.snapshot()
                stop = head.stop
            name, rest_of_name = find_name(data, builder.start, line)
            builder.thread(number=head.number, lwp=tids.get((head.stop, head.number), -1), name=name)
        elif frame is not None:
            if not builder.open or frame.level != builder.level:
                builder.noise()  # shown once more: a notice, `frame select`
                continue
            text = texts.get(line[frame.text :])
            if text is None:
                text = texts[line[frame.text :]] = read_text(line[frame.text :])
            arguments = None if text.arguments is None else (frame.text + text.arguments[0], frame.text + text.arguments[1])
            builder.frame(text.function, text.location, pc=frame.pc, arguments=arguments)
        elif rest_of_name:
            rest_of_name -= 1
            builder.continuation() if builder.open else builder.noise()
        elif read_head(line) is not None:
            rest_of_name = find_name(data, builder.start, line)[1]
            builder.noise()
            builder.close_thread()
        elif line.startswith(_WORDS) or is_code(line):
            builder.noise()
            builder.close_thread()
        elif not line.strip():
            builder.blank()
    return split_snapshots(builder, dict(zip((0, *builder.snapshots), map(session.facts, stops))))


def find_name(data: bytes, start: int, line: bytes) -> tuple[tuple[int, int] | None, int]:
    """The range of the thread's name in a header, and the number of further lines that it takes: it may hold quotes and line ends."""
    at = line.rfind(_NAME)
    if at < 0:
        return None, 0
    at += len(_NAME)
    ends = (line.find(words, at) for words in (b"', queue = ", b"', activity = ", b"', stop reason = "))
    end = min((end for end in ends if end >= 0), default=-1)
    if end < 0 and line.endswith(b"'") and len(line) > at:
        end = len(line) - 1
    if end >= 0:
        return (at, end), 0
    name = data[start + at : start + at + _LONGEST_NAME].partition(b"'")[0]
    return (at, at + len(name)), name.count(b"\n")


def is_code(line: bytes) -> bool:
    """A line of source or of machine code that lldb shows after the frame in which the process stopped.

       767      if (f <= 0.0)
    -> 770          out[0] = stops.comps[0].red;
    spin`polite:
    ->  0x560835814a6e <+142>: cmpl   %eax, %ebp
    """
    if line.endswith(b":") and b"`" in line:
        return True
    number, _, rest = line.removeprefix(b"->").strip().partition(b" ")
    return line[:1] in (b" ", b"-") and (number.isdigit() or (number.startswith(b"0x") and rest.startswith(b"<+")))
