"""The formats of dumps: one row for each, and what follows from a dump being in it.

A row's order counts: families are asked whether a text is theirs in the order of their first rows, the most specific marks first.
"""

from __future__ import annotations

from stackan.model.columns import EU_STACK, GDB
from stackan.model.records import NamedTuple

RUN_TIMES = (
    "dotnet",
    "go",
    "java",
    "python",
    "ruby",
)  # languages whose own tools show what a thread waits for where a native stack does not

ANY_MARGIN = rb"([>|:\t ]*?)"  # blanks alone may be a margin
QUOTE_MARGIN = rb"([>|](?:[>| ]*[>|])? ?)"  # before lines whose own blanks vary: only what cannot be theirs


class Opener(NamedTuple):
    """A line that heads a thread or a dump, by which a margin is recognized that quotes or indents the text (prepare/openers.py)."""

    mark: bytes  # words that are searched for, as that is fast
    line: bytes  # an expression for the line that they have to be in, with the blanks that the tool itself prints
    margin: bytes = ANY_MARGIN


class Format(NamedTuple):
    """A format: by which code it is known and read, which page describes it, and the properties that conclusions may rest on."""

    name: str  # as documents call it
    family: str  # the folder of parsing/ that has its detector and its reader
    page: str  # of docs/formats/
    reader: str = ""  # the module of that folder that reads it; none for what the scanner reads
    grammar: int | None = None  # how the scanner has to take its frames; None for what a reader reads
    openers: tuple[Opener, ...] = ()
    alike: str = ""  # snapshots of formats with one such name print the same stack alike, and may be compared; else only its own
    language: str = "native"  # how functions are named
    instant: bool = True  # all threads were stopped at one moment: a cycle among them is one
    numbered: bool = False  # a thread's own number stays with it, and identifies it where no LWP is printed
    anonymous: bool = False  # threads are counted: nothing shows which one is the same in another snapshot
    counters: bool = True  # frames have program counters; else two places in one function differ by their lines
    outermost_first: bool = False  # frames are printed from the outermost inwards
    levels: bool = False  # each frame begins with its level, which need not be its place in the stack
    modules: bool = False  # frames of a shared library show its name, also those without one of their own
    thread: str = "LWP"  # what a thread's id is called
    signs: tuple[str, ...] = ()  # one of which may stand before a thread's own number
    lettered: str = ""  # what stands before a thread's own number where letters count as digits, so that nobody knows it in decimal
    by_number: bool = False  # its users call a thread by its number (`~13s`, `thread select 2`), though the kernel's id be known
    hexadecimal: bool = False  # the kernel's ids are printed in hexadecimal, and without 0x
    alive: bool = False  # read from the live process, to stand beside its stacks
    kernel: bool = False  # stacks inside of the kernel, which may stand beside those of the process


_RULED = rb"-----"
_FULL_THREAD_DUMP = Opener(b"Full thread dump ", rb"Full thread dump ")
_FIRST_CALL = Opener(b" (most recent call first):", rb"(?:Thread 0x|Current thread 0x|Stack \()")
_WINDBG = (
    Opener(b" Suspend: ", rb"[ .#](?:  \d| \d\d|\d{3,})  Id: "),
    Opener(b"STACK_TEXT:", rb"STACK_TEXT:"),
    Opener(b"RetAddr", rb" *(?:# +)?(?:Memory +)?(?:Child-SP|ChildEBP|RetAddr)", QUOTE_MARGIN),
    Opener(b"  Cid ", rb" *THREAD ", QUOTE_MARGIN),
)
_PYSTACK = (
    Opener(b"Traceback for thread ", rb"(?:  )?Traceback for thread \d"),
    Opener(b"The frame stack for thread ", rb"The frame stack for thread \d"),
)

_ROWS = (
    Format("gdb", "gdb", "gdb.md", grammar=GDB, alike="gdb", levels=True, modules=True),
    Format("pstack", "gdb", "pstack.md", grammar=GDB, alike="gdb", levels=True, modules=True),
    Format("waits", "collected", "waits.md", "waits", counters=False, alive=True),
    Format("eu-stack", "gdb", "eu-stack.md", grammar=EU_STACK, instant=False, levels=True),
    Format("py-spy", "python", "py-spy.md", "pyspy", alike="py-spy", language="python", counters=False),
    Format("py-spy-json", "python", "py-spy.md", "pyspy_json", alike="py-spy", language="python", counters=False),
    Format("pystack", "python", "pystack.md", "pystack", openers=_PYSTACK, language="python", counters=False, outermost_first=True),
    Format("faulthandler", "python", "faulthandler.md", "faulthandler", openers=(_FIRST_CALL,), language="python", counters=False),
    Format(
        "profiling-sampling",
        "python",
        "profiling-sampling.md",
        "sampling_dump",
        openers=(Opener(b"Stack dump", rb"Stack dump(?: for PID \d+)?(?:, thread \d+)? \("),),
        language="python",
        instant=False,
        counters=False,
        outermost_first=True,
    ),
    Format(
        "current-frames",
        "python",
        "current-frames.md",
        "current_frames",
        openers=(Opener(b"# Thread", rb"# Thread(?:ID)?: "),),
        language="python",
        numbered=True,
        thread="thread",
        counters=False,
        outermost_first=True,
    ),
    Format(
        "uwsgi-tracebacker",
        "python",
        "uwsgi.md",
        "uwsgi",
        openers=(Opener(b"thread_id = ", rb"thread_id = .* filename = "),),
        language="python",
        counters=False,
        outermost_first=True,
    ),
    Format(
        "sigdump",
        "ruby",
        "ruby.md",
        "threads",
        openers=(Opener(b"Sigdump at ", rb"Sigdump at "), Opener(b"Thread #<Thread:0x", rb"  Thread #<Thread:0x")),
        language="ruby",
        counters=False,
    ),
    Format("ruby-threads", "ruby", "ruby.md", "threads", language="ruby", numbered=True, thread="thread", lettered="TID-", counters=False),
    Format("go", "go", "go.md", "goroutines", language="go", numbered=True, counters=False, thread="goroutine"),
    Format(
        "go-profile",
        "go",
        "go-profile.md",
        "profile",
        openers=(Opener(b"goroutine profile: total ", rb"goroutine profile: total "),),
        language="go",
        anonymous=True,
        counters=False,
        thread="goroutine",
    ),
    Format(
        "solaris-pstack",
        "unix",
        "solaris-pstack.md",
        "solaris_pstack",
        openers=(Opener(b" lwp# ", _RULED), Opener(b" thread# ", _RULED)),
        language="solaris",
        numbered=True,
        thread="lwp",
    ),
    Format("ptools-pstack", "unix", "ptools-pstack.md", "ptools_pstack", instant=False),
    Format("procstack", "unix", "procstack.md", "procstack", openers=(Opener(b" tid# ", _RULED),), language="aix"),
    Format(
        "dotnet-stack",
        "dotnet",
        "dotnet-stack.md",
        "dotnet_stack",
        openers=(Opener(b"Thread (0x", rb"Thread \(0x[0-9A-Fa-f]+\):"),),
        language="dotnet",
        counters=False,
    ),
    Format(
        "clrstack",
        "dotnet",
        "clrstack.md",
        "clrstack",
        openers=(Opener(b"OS Thread Id: 0x", rb"OS Thread Id: 0x"),),
        language="dotnet",
    ),
    Format("windbg", "windows", "windbg.md", "windbg", openers=_WINDBG, language="windows", by_number=True, hexadecimal=True),
    Format("vs-callstack", "windows", "visual-studio.md", "vs_callstack", language="windows", counters=False),
    Format("lldb", "lldb", "lldb.md", "lldb", openers=(Opener(b" thread #", rb"[* ] thread #\d"),), signs=("#",), by_number=True),
    Format(
        "macos-sample",
        "macos",
        "macos.md",
        "sample",
        openers=(Opener(b"Call graph:", rb"Call graph:"),),
        language="macos",
        instant=False,
        outermost_first=True,
    ),
    # The kernel takes each sample of all threads at once, and an owner counts only if all samples show it.
    Format(
        "macos-spindump",
        "macos",
        "macos.md",
        "sample",
        openers=(Opener(b"  Thread 0x", rb"  Thread 0x[0-9a-f]+ .* samples"),),
        language="macos",
        outermost_first=True,
    ),
    Format("coredumpctl", "crashes", "coredumpctl.md", "coredumpctl"),
    Format(
        "android-art",
        "android",
        "android-art.md",
        "art",
        openers=(Opener(b" sysTid=", rb"  \| sysTid=\d"),),
        language="java",
        numbered=True,
        thread="thread",
        counters=False,
    ),
    Format(
        "android-tombstone",
        "android",
        "android-tombstone.md",
        "tombstone",
        openers=(Opener(b", tid: ", rb"pid: \d"), Opener(b'" sysTid=', rb'"')),
        instant=False,
    ),
    Format("linux-kernel", "linux", "linux-kernel.md", "kernel_log", counters=False, kernel=True),
    Format("linux-stack", "linux", "linux-kernel.md", "task_stacks", counters=False, instant=False, kernel=True),
    Format("obstack", "databases", "databases.md", "obstack", instant=False),
    Format("gs-stack", "databases", "databases.md", "gs_stack", counters=False, instant=False),
    Format("doris-stack", "databases", "databases.md", "doris", counters=False, instant=False),
    Format("starrocks-stack", "databases", "databases.md", "starrocks", instant=False),
    Format("clickhouse-stack", "databases", "databases.md", "clickhouse", counters=False, instant=False),
    Format("haproxy", "databases", "haproxy.md", "haproxy", instant=False, numbered=True, thread="thread"),
    Format(
        "jstack",
        "java",
        "jstack.md",
        "jstack",
        openers=(_FULL_THREAD_DUMP, Opener(b"java.lang.Thread.State: ", rb"   java\.lang\.Thread\.State: ")),
        language="java",
        numbered=True,
        thread="thread",
        signs=("#", "t@"),
        counters=False,
    ),
    Format(
        "jhsdb",
        "java",
        "jstack.md",
        "jstack",
        openers=(Opener(b": (state = ", rb"Thread \d+: \(state = "),),
        language="java",
        numbered=True,
        thread="thread",
        signs=("#",),
        counters=False,
    ),
    Format(
        "javacore",
        "java",
        "javacore.md",
        "javacore",
        openers=(Opener(b"3XMTHREADINFO ", rb"3XMTHREADINFO "),),
        language="java",
        numbered=True,
        thread="thread",
        counters=False,
    ),
    Format(
        "threadinfo",
        "java",
        "threadinfo.md",
        "threadinfo",
        openers=(Opener(b" Id=", rb'"[^"\n]*" (?:daemon )?(?:prio=\d+ )?Id=\d+ (?:in )?[A-Z]'),),
        language="java",
        numbered=True,
        thread="thread",
        counters=False,
    ),
    # These ask for one thread after the other.
    Format(
        "hadoop-stacks",
        "java",
        "threadinfo.md",
        "threadinfo",
        language="java",
        numbered=True,
        thread="thread",
        counters=False,
        instant=False,
    ),
    Format("jconsole", "java", "threadinfo.md", "threadinfo", language="java", counters=False, instant=False),
    Format(
        "java-dump-file",
        "java",
        "jstack.md",
        "dump_file",
        language="java",
        instant=False,
        numbered=True,
        thread="thread",
        signs=("#",),
        counters=False,
    ),
)

FORMATS = {row.name: row._replace(alike=row.alike or row.name) for row in _ROWS}


def format_of(name: str) -> Format:
    """The row of a format by its name."""
    return FORMATS[name]
