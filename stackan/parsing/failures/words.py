"""The lines that shells, debuggers and systems write where a dump was to be, in English and Chinese, by what they mean.

Chinese ones are those of bash's and glibc's catalogs; some texts of them changed from one version to the next.

    bash: pstack: command not found                              -bash: gdb: 未找到命令
    Command 'pstack' not found, but can be installed with:       Ubuntu's command-not-found
    sh: 1: pstack: not found                                     dash
    ptrace: Operation not permitted.                             gdb
    warning: process 23984 is already traced by process 999      gdb
    Process 31999 not found.                                     Red Hat's pstack, a script around gdb
    gdb: option '--pid' requires an argument                     a script whose pattern matched no process
    ./stack.sh: line 10: echo: write error: No space left on device
"""

from __future__ import annotations

import re

_TOOL = r"(?:[\w./+~-]*/)?(?:pstack|gstack|gdb|eu-stack|jstack|jcmd|py-spy|pystack|lldb|procstack|pt-pmp|strace)"


def _lines(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# {kind: its lines}; of several kinds in a text the first is the reason, as the others follow from it.
WORDS: dict[str, re.Pattern[str]] = {
    "traced": _lines(r"\bis already traced by process\b"),
    "missing": _lines(
        r"\bcommand not found\b|未找到命令|找不到命令",
        rf"(?:^|[\s:：]){_TOOL}[:：]? ?(?:not found|no such file or directory|没有那个文件或目录)",
        r"^command '[^']+' not found\b|^the program '[^']+' is currently not installed",
    ),
    "gone": _lines(
        r"\bno such process\b|没有那个进程|没有该进程",
        r"\bprocess \d+ (?:was )?not found\b|\bunable to find process\b|\bprocess \d+ does not exist\b|^no such pid\b",
    ),
    "refused": _lines(
        r"\boperation not permitted\b|不允许的操作|\bptrace(?:\(\w*\))?[: ]|\b(?:could not|unable to|cannot|can't|failed to) attach\b"
    ),
    "full": _lines(r"\bno space left on device\b|设备上没有空间|\bdisk quota exceeded\b|超出磁盘限额|\bfile too large\b|文件过大"),
    "denied": _lines(r"\bpermission denied\b|权限不够|\bmust be root\b|\bare you root\b"),
    "unasked": _lines(rf"^\s*(?:usage|用法)[:：]\s*{_TOOL}\b", rf"^{_TOOL}: .*\brequires? an argument\b|^{_TOOL}: .*需要一个参数"),
    "ended": _lines(r"^(?:[^:]+: line \d+: +\d+ )?(?:terminated|killed|已终止|已杀死)\b"),
    "detached": _lines(
        r"^no (?:thread selected|stack|threads|symbol table is loaded)\b",
        r"\(no debugging symbols found\)|^reading symbols from |^gnu gdb ",
        r"^the program is not being run\b|^failed to read a valid object file",
    ),
}
