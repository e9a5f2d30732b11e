"""A dump is found, and read alike, behind any length of a log; of dumps in several formats that stand in one text, none is lost unsaid."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.model.formats import FORMATS
from stackan.parsing import detect
from tests.parsing import (
    test_android_tombstone,
    test_coredumpctl,
    test_databases,
    test_linux,
    test_macos,
    test_procstack,
    test_ptools_pstack,
    test_solaris_pstack,
    test_vs_callstack,
    test_windbg,
)

DUMPS = Path(__file__).parents[1] / "dumps"


def shipped(name: str) -> str:
    return (DUMPS / name).read_text(encoding="utf-8")


GDB = shipped("barrier/snap1.txt")
PSTACK = re.sub(r"(?m)^[\[\$(].*\n", "", GDB[GDB.index("\nThread ") + 1 :])
TEXTS = {
    "gdb": GDB,
    "pstack": PSTACK,
    "eu-stack": shipped("blocked/eu-stack.txt"),
    "windbg": test_windbg.PUMP,
    "vs-callstack": test_vs_callstack.STACKS,
    "go": shipped("go/asleep.txt"),
    "solaris-pstack": test_solaris_pstack.LEDGER,
    "procstack": test_procstack.LEDGER,
    "macos-sample": test_macos.SAMPLE,
    "macos-spindump": test_macos.SPINDUMP,
    "py-spy": shipped("python/deadlocked-1.py-spy.txt"),
    "jstack": shipped("java/jdk17-convoy-1.txt"),
    "java-dump-file": shipped("java/jdk21-monitor-file.txt"),
    "jhsdb": shipped("java/jdk17-monitor-jhsdb.txt"),
    "lldb": shipped("lldb/bank.txt"),
    "py-spy-json": shipped("python/places.py-spy.json"),
    "pystack": shipped("python/exhausted-1.pystack.txt"),
    "faulthandler": shipped("python/places.faulthandler.txt"),
    "coredumpctl": test_coredumpctl.MESSAGE + "\n",
    "android-tombstone": test_android_tombstone.TOMBSTONE,
    **test_databases.TEXTS,
    "ptools-pstack": test_ptools_pstack.LEDGER,
    "ptools-pstack of one thread": test_ptools_pstack.SINGLE,
    "linux-kernel": test_linux.OWNED,
    "linux-stack": test_linux.STACKS,
    # Others of the same formats, which are known by other marks.
    "java-dump-file in JSON": shipped("java/jdk25-monitor-file.json"),
    "android-tombstone of debuggerd": test_android_tombstone.DEBUGGERD,
    "gdb, quoted": "".join(f"> {line}\n" for line in PSTACK.splitlines()),
    "gdb, logged": "".join(f"Nov 21 06:28:34 db1 gdb[4711]: {line}\n" for line in PSTACK.splitlines()),
    "jstack, quoted": "".join(f"> {line}\n" for line in shipped("java/jdk17-convoy-1.txt").splitlines()),
    "solaris-pstack of one thread": "83950:\tledgerd\n feee0f35 read     (0, 80632a0, 2000)\n 08050e11 main     (1) + 2f\n",
    "procstack of one thread": "11928 : -sh\nd01d15c4  waitpid   (?, ?, ?) + e0\n10007a34  job_wait   (??) + 1ac\n",
}
LOG = "".join(
    f"2024-05-12 10:{line // 3600 % 60:02}:{line // 60 % 60:02} [INFO ] worker-{line % 64} request {line} took {line % 501} ms\n"
    for line in range(35_000)
)


def rows(case: stackan.Case) -> list[tuple[object, ...]]:
    """What stands of each thread in its snapshots, but for the lines that are counted from the beginning of the text."""
    found: list[tuple[object, ...]] = []
    for dump in case.dumps:
        for thread in dump.threads:
            found.append((dump.format, dump.facts.pid, thread.number, thread.lwp, thread.pthread, thread.name))
            found += [frame._replace(row=0, line=0) for frame in dump.frames_of(thread.row)]
    return found


def judged(case: stackan.Case) -> list[object]:
    document = stackan.analyze(case).to_dict()
    threads = [
        (thread["lwp"], thread["thread_id"], thread["state"], thread["progress"], thread["stack"], len(thread["holds"]))
        for process in document["processes"]
        for thread in process["threads"]
    ]
    return [document["verdict"], [(each["kind"], each["title"]) for each in document["findings"]], threads]


def loaded(folder: Path, text: str) -> stackan.Case:
    folder.mkdir()
    (folder / "dump.txt").write_text(text, encoding="utf-8")
    return stackan.load(folder)


def test_each_format_has_a_text_here() -> None:
    assert FORMATS.keys() <= TEXTS.keys()
    assert len(LOG) > 2 << 20


@pytest.mark.parametrize("name", TEXTS)
def test_a_dump_between_two_logs_is_read_as_if_it_stood_alone(name: str, tmp_path: Path) -> None:
    alone = loaded(tmp_path / "alone", TEXTS[name])
    case = loaded(tmp_path / "logged", LOG + TEXTS[name] + LOG[: 1 << 18])
    assert rows(case) == rows(alone)
    assert judged(case) == judged(alone)
    assert case.warnings == []


def test_a_log_without_a_dump_is_said_to_have_none(tmp_path: Path) -> None:
    (tmp_path / "server.log").write_text(LOG + "Thread 12 started\n", encoding="utf-8")
    with pytest.raises(stackan.StackanError, match="no thread dump"):
        stackan.load(tmp_path / "server.log")


# Words of many formats, on lines that are none of theirs: each has to be looked at.
WORDS = (
    b"Thread 7 started (id=7), lwp# 3, pool 7\n#7 issue Thread-7 goroutine 12 running\n  Cid 4 RetAddr 7 Suspend: 1 Id: 3\n"
    b"TID 17 of PID 4: frame #0: 0x, thread #3, pid: 4, tid: 5\n    thread #0 Thread_7 x.dll!f\n"
)


def test_a_long_log_is_looked_through_in_proportion(in_proportion: Callable[..., None]) -> None:
    in_proportion(lambda size: WORDS * (size // len(WORDS)), detect, size=1 << 20)


OTHERS = ["windbg", "vs-callstack", "go", "py-spy", "py-spy-json", "jstack", "java-dump-file", "jhsdb", "lldb", "pystack", "faulthandler"]


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("last", ["gdb", "other"])
def test_of_two_formats_in_one_text_it_is_said_which_was_not_read(other: str, last: str, tmp_path: Path) -> None:
    texts = [TEXTS[other], TEXTS["gdb"]] if last == "gdb" else [TEXTS["gdb"], TEXTS[other]]
    case = loaded(tmp_path / "both", "\n".join(texts))
    [warning] = [words for words in case.warnings if "is in it, too" in words]
    read, unread = warning.partition(": read as ")[2].split(" is in it")[0].split(", but ")
    assert {case.dumps[0].format, other if other != case.dumps[0].format else unread} == {read, unread}
    assert warning in stackan.analyze(case).to_dict()["warnings"]


def test_it_is_said_of_a_dump_that_stands_far_behind(tmp_path: Path) -> None:
    [warning] = loaded(tmp_path / "far", TEXTS["gdb"] + LOG + TEXTS["jstack"]).warnings
    assert "read as gdb, but jstack is in it, too" in warning
