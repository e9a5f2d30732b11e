"""The formats that stackan knows, and what follows from a dump being in one of them."""

from typing import NamedTuple

RUN_TIMES = ("go", "java", "python")  # languages whose own tools show what a thread waits for where a native stack does not


class Format(NamedTuple):
    """The properties of a format that conclusions may rest on."""

    name: str  # as documents call it
    family: str  # snapshots of one family print the same stack alike, and may be compared
    language: str = "native"  # how functions are named
    instant: bool = True  # all threads were stopped at one moment: a cycle among them is one
    numbered: bool = False  # a thread's own number stays with it, and identifies it where no LWP is printed
    counters: bool = True  # frames have program counters; else two places in one function differ by their lines
    outermost_first: bool = False  # frames are printed from the outermost inwards
    levels: bool = False  # each frame begins with its level, which need not be its place in the stack
    modules: bool = False  # frames of a shared library show its name, also those without one of their own
    thread: str = "LWP"  # what a thread's id is called
    sign: str = ""  # before a thread's own number, as it stands in the text
    by_number: bool = False  # its users call a thread by its number (`~13s`, `thread select 2`), though the kernel's id be known
    hexadecimal: bool = False  # the kernel's ids are printed in hexadecimal, and without 0x


FORMATS = {
    format.name: format
    for format in (
        Format("gdb", "gdb", levels=True, modules=True),
        Format("pstack", "gdb", levels=True, modules=True),
        Format("eu-stack", "eu-stack", instant=False, levels=True),
        Format("windbg", "windows", language="windows", by_number=True, hexadecimal=True),
        Format("vs-callstack", "vs-callstack", language="windows", counters=False),
        Format("go", "go", language="go", numbered=True, counters=False, thread="goroutine"),
        Format("solaris-pstack", "solaris-pstack", language="solaris", numbered=True, thread="lwp"),
        Format("procstack", "procstack", language="aix"),
        Format("macos-sample", "macos-sample", language="macos", instant=False, outermost_first=True),
        # The kernel takes each sample of all threads at once, and an owner counts only if all samples show it.
        Format("macos-spindump", "macos-spindump", language="macos", outermost_first=True),
        Format("py-spy", "py-spy", "python", counters=False),
        Format("jstack", "jstack", "java", numbered=True, thread="thread", sign="#", counters=False),
        Format("java-dump-file", "java-dump-file", "java", instant=False, numbered=True, thread="thread", sign="#", counters=False),
        Format("jhsdb", "jhsdb", "java", numbered=True, thread="thread", sign="#", counters=False),
        Format("lldb", "lldb", sign="#", by_number=True),
        Format("py-spy-json", "py-spy", "python", counters=False),
        Format("pystack", "pystack", "python", counters=False, outermost_first=True),
        Format("faulthandler", "faulthandler", "python", counters=False),
        Format("coredumpctl", "coredumpctl"),
        Format("android-tombstone", "android-tombstone", instant=False),
    )
}


def format_of(name: str) -> Format:
    """The traits of a format by its name."""
    return FORMATS[name]
