"""Texts that a capture left where a dump was to be: a refusal, a shell's error, a list of processes, or nothing.

Scripts write whatever their command says into the file of the dump.  Such a text is known by all of it: it is short, and a line of it
is one of theirs.  So an application's log that has a `Permission denied` somewhere is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.escapes import shown
from stackan.model.records import NamedTuple
from stackan.model.said import first_of, said
from stackan.parsing.failures.process_list import read_process_list
from stackan.parsing.failures.words import WORDS

_MOST_BYTES = 16 << 10
_MOST_LINES = 40  # gdb's banner has 20
_FEW_LINES = 6  # of a text whose name does not show that a dump was to be there
_ADVICE = "Could not attach to process.  If "
_NAMED = 3  # inputs
_LONGEST = 200  # characters of a line that are quoted


class Failure(NamedTuple):
    """What a text says instead of showing threads."""

    kind: str  # of WORDS, or "listing" or "empty"
    words: str = ""  # the line that says it

    @property
    def is_told(self) -> bool:
        """Whether the text itself gives the reason."""
        return self.kind not in ("empty", "listing")

    @property
    def is_of_a_process(self) -> bool:
        """Whether stacks of a process were to be there: of one that has ended there are none, nor of none."""
        return self.kind not in ("gone", "listing", "unasked")


def read_failure(data: bytes, expected: bool = True) -> Failure | None:
    """The failure that a text without any dump shows; `expected`: its name, or who gives it, says that a dump was to be in it."""
    if not data.strip(b" \t\r\n\0"):
        return Failure("empty") if expected else None
    if len(data) <= _MOST_BYTES:
        lines = [line for line in _decoded(data).splitlines() if line.strip()]
        if len(lines) <= (_MOST_LINES if expected else _FEW_LINES) and (found := find_failure(lines)) is not None:
            return found
    return Failure("listing") if read_process_list(data, "") is not None else None


def refused(refusals: Sequence[str]) -> Failure | None:
    """The failure that a debugger's own words tell, the first of which is the reason."""
    if not refusals:
        return None
    return find_failure(refusals) or Failure("refused", shown(refusals[0][:_LONGEST]))


def find_failure(lines: Sequence[str]) -> Failure | None:
    """The reason among the lines of a text."""
    for kind, pattern in WORDS.items():
        said_so = [line.strip() for line in lines if pattern.search(line[:_LONGEST])]
        if said_so:
            return Failure(kind, shown(_reason_of(said_so)[:_LONGEST]))
    return None


def _reason_of(lines: Sequence[str]) -> str:
    """gdb gives advice before its reason: `Could not attach to process.  If your uid …`, then `ptrace: Operation not permitted.`"""
    return next((line for line in lines if not line.startswith(_ADVICE)), lines[0])


def _decoded(data: bytes) -> str:
    """Error messages come in the encoding of the shell that printed them."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def tell_failures(sources: Sequence[str], failure: Failure) -> str:
    """One sentence about all inputs that failed in one way: what is in them, why, and what to do."""
    inputs = first_of(sources, _NAMED)
    reason, advice = _REASONS[failure.kind]
    if not failure.is_told:
        return said("{inputs}: {reason}; {advice}", inputs=inputs, reason=reason, advice=advice)
    return said("{inputs}: {reason} (it says: {words}); {advice}", inputs=inputs, reason=reason, words=failure.words, advice=advice)


_LOOK = said("the debugger could not look at the process")
_REASONS = {
    "traced": (_LOOK, said("end the other debugger that is attached (a hung gdb, strace, a crash handler), and take the dump again")),
    "missing": (
        said("no dump, as the tool is not installed or not in the path"),
        said("install it (pstack comes with gdb, or calls it), or take the dump with another tool, such as eu-stack"),
    ),
    "gone": (
        said("the debugger could not look at the process, which is not there"),
        said("check the process id: a pattern of a script (`ps -ef | grep …`) may have caught its own `grep`, or the server was restarted"),
    ),
    "refused": (
        _LOOK,
        said(
            "take the dump as root, or as the process's user with `sysctl kernel.yama.ptrace_scope=0`, with no other debugger attached; "
            "in a container with `SYS_PTRACE`"
        ),
    ),
    "full": (
        said("no dump, as the disk was full"),
        said("make room, or have it written elsewhere, and take it again"),
    ),
    "denied": (
        said("no dump, as a right was missing"),
        said("take it as root or as the process's user, in a folder into which that user may write"),
    ),
    "unasked": (
        said("no dump, as the tool was given no process"),
        said(
            "check that the pattern of the script (`ps -ef | grep …`, such as `mode datanode`) "
            "matches the server's command line on this host"
        ),
    ),
    "ended": (said("no dump, as the tool was ended before it printed a thread"), said("let it run to its end, and take it again")),
    "detached": (
        said("words of gdb and no thread, as it was attached to no process"),
        said("give it the process and the command, `gdb -p PID -batch -ex 'thread apply all bt'`, as root or as the process's user"),
    ),
    "listing": (
        said("a list of processes (`ps`), and no stack"),
        said("take the stacks of these processes with pstack or gdb"),
    ),
    "empty": (
        said("empty, so there is no thread dump in it"),
        said(
            "the pattern of a script may have matched no process, or the tool's error went elsewhere: "
            "run it by hand, with `2>&1`, and see what it says"
        ),
    ),
}
