"""A dump is found, and read alike, behind any length of a log; of dumps in several formats that stand in one text, none is lost unsaid."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.model.formats import FORMATS
from stackan.parsing import detect, parse_all, tell_others
from tests.parsing import (
    test_android_tombstone,
    test_coredumpctl,
    test_databases,
    test_dotnet,
    test_go_profile,
    test_jstack,
    test_linux,
    test_macos,
    test_procstack,
    test_ptools_pstack,
    test_python_sources,
    test_solaris_pstack,
    test_threadinfo,
    test_vs_callstack,
    test_windbg,
)

DUMPS = Path(__file__).parents[1] / "dumps"


def shipped(name: str) -> str:
    return (DUMPS / name).read_text(encoding="utf-8")


GDB = shipped("barrier/snap1.txt")
PSTACK = re.sub(r"(?m)^[\[\$(].*\n", "", GDB[GDB.index("\nThread ") + 1 :])
WAITS = """stackan waits/1 of process 4242: 4 threads at 2026-11-30T16:05:11.204Z in 0.014 s
thread 4242 S "ledger": waits for mutex 0x55d1a0 (normal), owner 4243, by its owner-word
thread 4243 S "transfer": waits for mutex 0x55d178 (recursive), owner 4242, by its owner-word
thread 4244 S "acceptor": is in a call: 288
thread 4245 R "spinner": runs
"""

TEXTS = {
    "gdb": GDB,
    "pstack": PSTACK,
    "eu-stack": shipped("blocked/eu-stack.txt"),
    "waits": WAITS,
    "sigdump": shipped("ruby/places.sigdump.txt"),
    "ruby-threads": shipped("ruby/places.sidekiq.txt"),
    "dotnet-stack": test_dotnet.STARVED,
    "clrstack": test_dotnet.DEADLOCKED,
    "windbg": test_windbg.PUMP,
    "vs-callstack": test_vs_callstack.STACKS,
    "go": shipped("go/asleep.txt"),
    "go-profile": shipped("go/profile-debug1.txt"),
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
    "current-frames": shipped("python/recipe-odoo.current-frames.txt"),
    "uwsgi-tracebacker": shipped("python/stuck.uwsgi.txt"),
    "profiling-sampling": test_python_sources.SAMPLING,
    "coredumpctl": test_coredumpctl.MESSAGE + "\n",
    "android-tombstone": test_android_tombstone.TOMBSTONE,
    "javacore": shipped("jvms/javacore.txt"),
    "threadinfo": shipped("jvms/jdk17-threadinfo.txt"),
    "hadoop-stacks": test_threadinfo.HADOOP,
    "jconsole": test_threadinfo.JCONSOLE,
    "android-art": shipped("jvms/android-art.txt"),
    "go-profile of pprof -traces": test_go_profile.TRACES,
    **test_databases.TEXTS,
    "ptools-pstack": test_ptools_pstack.LEDGER,
    "ptools-pstack of one thread": test_ptools_pstack.SINGLE,
    "linux-kernel": test_linux.OWNED,
    "linux-stack": test_linux.STACKS,
    # Others of the same formats, which are known by other marks.
    "threadinfo in JSON": shipped("jvms/jdk17-threadinfo.json"),
    "jstack of VisualVM": test_jstack.VISUALVM,
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
    return [
        document["verdict"],
        [(each["kind"], re.sub(r"at line \d+", "at its line", each["title"])) for each in document["findings"]],
        threads,
    ]


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


OTHERS = ["windbg", "vs-callstack", "go", "py-spy", "py-spy-json", "jstack", "jhsdb", "lldb", "pystack", "faulthandler"]


@pytest.mark.parametrize("between", ["", LOG[:4000]])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("last", ["gdb", "other"])
def test_of_two_formats_in_one_text_each_is_read_by_its_own_reader(other: str, last: str, between: str, tmp_path: Path) -> None:
    texts = [TEXTS[other], TEXTS["gdb"]] if last == "gdb" else [TEXTS["gdb"], TEXTS[other]]
    alone = [read_alone(text) for text in texts]
    both = parse_all("\n".join((texts[0], between, texts[1])).encode(), "both.txt")
    assert [read_of(dump) for dump in both] == [one for each in alone for one in each]
    assert tell_others(both[0]) == tell_others(both[-1]) == []


def read_alone(text: str) -> list[tuple[object, ...]]:
    return [read_of(dump) for dump in parse_all(text.encode(), "both.txt")]


def read_of(dump: stackan.Dump) -> tuple[object, ...]:
    threads = [(thread.number, thread.lwp, thread.name, thread.frames) for thread in dump.threads]
    return dump.format, dump.facts.pid, threads, [dump.function(dump.site(frame)) for frame in range(dump.first_frame, dump.stop_frame)]


def test_of_two_formats_that_cannot_be_told_apart_it_is_said_which_was_not_read(tmp_path: Path) -> None:
    """The one is within the other's threads, as two tools write that run at once."""
    between = "\n".join((TEXTS["gdb"], TEXTS["java-dump-file"]))  # whose headers, `#12 "main"`, gdb's reader takes for frames
    assert any("java-dump-file is in it, too" in words for words in loaded(tmp_path / "both", between).warnings)
    mixed = "\n".join(line for pair in zip(TEXTS["gdb"].split("\n"), TEXTS["jstack"].split("\n")) for line in pair)
    [warning] = [words for words in loaded(tmp_path / "mixed", mixed).warnings if "is in it, too" in words]
    assert "give each dump as a file of its own" in warning


def test_a_dump_that_stands_far_behind_is_read_too(tmp_path: Path) -> None:
    case = loaded(tmp_path / "far", TEXTS["gdb"] + LOG + TEXTS["jstack"])
    assert [dump.format for dump in case.dumps] == ["gdb", "jstack"]
    assert case.warnings == []
