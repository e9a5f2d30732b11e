"""What a capture left instead of a dump is told by its reason, in the words of shells, debuggers and systems."""

from __future__ import annotations

import pytest

from stackan.errors import InputError
from stackan.parsing import parse_all
from stackan.parsing.failures import read_failure

REFUSED = """\
Could not attach to process.  If your uid matches the uid of the target
process, check the setting of /proc/sys/kernel/yama/ptrace_scope, or try
again as the root user.  For more details, see /etc/sysctl.d/10-ptrace.conf
ptrace: {}
No thread selected
"""
BANNER = """\
GNU gdb (GDB) Red Hat Enterprise Linux 7.6.1-120.el7
Copyright (C) 2013 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>
This is free software: you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.  Type "show copying"
and "show warranty" for details.
This GDB was configured as "x86_64-redhat-linux-gnu".
For bug reporting instructions, please see:
<http://www.gnu.org/software/gdb/bugs/>.
"""
LISTED = """\
root      3874     1  3 May10 ?        01:12:09 ./server -mode controller -localSite 10.20.3.11:8900:ctl1
root     23984     1 97 May10 ?        1-03:22:10 ./server -mode datanode -localSite 10.20.3.11:8902:dn1
"""
WORDS = {
    REFUSED.format("Operation not permitted."): ("could not look at the process", "ptrace_scope"),
    REFUSED.format("不允许的操作."): ("不允许的操作", "ptrace_scope"),
    "warning: Unable to attach to program, process 17\nOperation not permitted\n": ("could not look", "ptrace_scope"),
    "eu-stack: dwfl_linux_proc_attach pid 17: Operation not permitted\n": ("could not look", "as root"),
    "warning: process 17 is already traced by process 9\nptrace: Operation not permitted.\n": ("traced by process 9", "end the other"),
    "ptrace: No such process.\nNo thread selected\n": ("which is not there", "`grep`"),
    "Process 31999 not found.\n": ("Process 31999 not found", "`grep`"),
    "bash: pstack: command not found\n": ("pstack: command not found", "install it"),
    "-bash: gdb: 未找到命令\n": ("gdb: 未找到命令", "install it"),
    "./stack.sh: 9: pstack: not found\n": ("pstack: not found", "install it"),
    "zsh: command not found: gstack\n": ("gstack", "install it"),
    "bash: /usr/bin/gdb: No such file or directory\n": ("/usr/bin/gdb", "install it"),
    "Command 'pstack' not found, but can be installed with:\napt install pstack\n": ("Command 'pstack'", "install it"),
    "Usage: pstack <process-id>\n": ("given no process", "pattern"),
    BANNER + "gdb: option '--pid' requires an argument\n": ("given no process", "pattern"),
    "bash: /root/output/pstack_1.log: Permission denied\n": ("a right was missing", "as root"),
    "pstack: 权限不够\n": ("a right was missing", "as root"),
    "cat: write error: No space left on device\n": ("the disk was full", "make room"),
    BANNER + "Reading symbols from /opt/server...(no debugging symbols found)...done.\n": ("no thread", "-p PID"),
    "No thread selected\n": ("no thread", "-p PID"),
    "./stack.sh: line 7: 4711 Killed                  gdb -p 17\n": ("was ended", "to its end"),
    LISTED: ("a list of processes", "pstack or gdb"),
    "": ("empty", "2>&1"),
    " \n\n": ("empty", "2>&1"),
}


@pytest.mark.parametrize("text", WORDS)
def test_the_error_gives_the_reason_and_what_to_do(text: str) -> None:
    with pytest.raises(InputError) as error:
        parse_all(text.encode(), "pstack_17.log")
    told = str(error.value)
    assert told.startswith("pstack_17.log: ")
    assert all(part in told for part in WORDS[text])
    assert "\n" not in told


def test_words_in_the_encoding_of_a_chinese_shell_are_read() -> None:
    failure = read_failure("-bash: gdb: 未找到命令\n".encode("gb18030"))
    assert failure is not None and (failure.kind, failure.words) == ("missing", "-bash: gdb: 未找到命令")


@pytest.mark.parametrize(
    "text",
    [
        "it hangs since Tuesday\n",
        "2024-05-12 10:03:17 request served\n" * 50 + "2024-05-12 10:03:18 open: Permission denied\n",  # a log
        "x" * 40_000 + "\nptrace: Operation not permitted.\n",
    ],
)
def test_other_texts_are_no_failures(text: str) -> None:
    assert read_failure(text.encode()) is None


def test_of_a_text_that_only_lies_in_the_folder_few_lines_are_believed() -> None:
    notes = "how we took the dumps\n" * 9 + "the first time it said: Permission denied\n"
    assert read_failure(notes.encode(), expected=True) is not None
    assert read_failure(notes.encode(), expected=False) is None
    assert read_failure(b"", expected=False) is None


def test_what_a_text_from_strangers_says_is_safe_to_show() -> None:
    with pytest.raises(InputError) as error:
        parse_all(b"\x1b]0;owned\x07ptrace: Operation not permitted.\n", "-")
    assert "\x1b" not in str(error.value)


def test_long_lines_take_no_time() -> None:
    for line in (b"root 1 " + b"1 " * 8000, b"a" * 16_000, b"usage: " + b"/" * 16_000, b" " * 16_000 + b"x"):
        assert read_failure(line) is None
