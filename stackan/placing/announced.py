"""Lines between two equal snapshots of one text that announce the later one: by these it was taken anew, and is no copy.

    [root@db1 ~]# pstack 4242          第一次:          === 1 ===          # for i in 1 2 3; do pstack 4242; sleep 60; done
    Thread 2 (Thread 0x7f8a …          Thread 2 (…      Thread 2 (…        Thread 2 (…
    [root@db1 ~]# pstack 4242          第二次:          === 2 ===          Thread 2 (…

A mail that quotes another one repeats its command lines, too: but there the words of who answers stand between the two.
"""

from __future__ import annotations

from bisect import bisect_left

from stackan.model.dump import Dump
from stackan.model.expressions import expression
from stackan.placing.copies import are_rounds, read_label
from stackan.placing.heads import text_before

_TOOLS = r"(?:[pg]stack|eu-stack|gdb|lldb|py-?spy|pystack|procstack|jstack|jhsdb|jcmd|kill|curl|rbspy|dotnet-stack|cdb|sample)"
_PROMPT = expression(r"(?:[^\n]{0,100}[\w~)\]:>] ?)?[$#%>] {1,8}(?=\S)|[$#%] ?$")
_RUNS = expression(rf"(?:[^\n]{{0,100}}[^\w.-])?{_TOOLS} {{1,8}}[^\n]{{0,200}}[\d$`-]")
_WAITS = expression(r"\b(?:sleep|watch)\b")
_HEADING = 60  # characters of a line that counts rounds, at most
_MOST = 8  # lines of prompts
_LOOKED_AT = 4096  # bytes before a text's first thread


def announces_a_round(before: Dump, after: Dump) -> bool:
    """Whether lines of the text say of the later of two snapshots in it that it is another round."""
    if _is_run_anew(after) or _is_of_a_loop(after):
        return True
    ours, theirs = _heading(before), _heading(after)
    return bool(ours and theirs) and ours != theirs and are_rounds(read_label(ours), read_label(theirs))


def _is_run_anew(dump: Dump) -> bool:
    """Whether a command at a shell's prompt wrote the snapshot, and nothing but prompts stands between it and the one before."""
    behind = dump.columns.thread_stop[dump.first_thread - 1] if dump.first_thread else 0
    strange = _strange_lines(dump, behind)
    return len(strange) <= _MOST and all(map(_PROMPT.match, strange)) and any(map(_runs_a_tool, text_before(dump).splitlines()))


def _is_of_a_loop(dump: Dump) -> bool:
    """Whether the command before all snapshots of the text waits, and so takes several: `while sleep 60; do pstack 4242; done`."""
    first = dump.columns.thread_start[0]
    if _strange_lines(dump, first):
        return False
    lines = dump.text(max(0, first - _LOOKED_AT), first).splitlines()
    return any(_runs_a_tool(line) and _WAITS.search(line) for line in lines)


def _strange_lines(dump: Dump, behind: int) -> list[str]:
    """The first lines from there to the snapshot that are no part of dumps."""
    starts = dump.columns.unparsed_start
    stop = bisect_left(starts, dump.columns.thread_start[dump.first_thread])
    return [dump.text(at, at + 512).partition("\n")[0] for at in starts[bisect_left(starts, behind) : stop][: _MOST + 1]]


def _runs_a_tool(line: str) -> bool:
    prompt = _PROMPT.match(line)
    return prompt is not None and _RUNS.match(line, prompt.end()) is not None


def _heading(dump: Dump) -> str:
    """The short line right before a snapshot."""
    lines = [line.strip() for line in text_before(dump).splitlines() if line.strip()]
    return lines[-1].strip("-=*#_ :：") if lines and len(lines[-1]) <= _HEADING and "@" not in lines[-1] else ""
