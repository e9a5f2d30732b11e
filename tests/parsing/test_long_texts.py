"""A dump is found, and read alike, behind any length of a log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import stackan
from stackan.model.formats import FORMATS
from tests.parsing import test_aix, test_coredump, test_macos, test_solaris, test_tombstone, test_visualstudio, test_windbg

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
    "vs-callstack": test_visualstudio.STACKS,
    "go": shipped("go/asleep.txt"),
    "solaris-pstack": test_solaris.LEDGER,
    "procstack": test_aix.LEDGER,
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
    "coredumpctl": test_coredump.MESSAGE + "\n",
    "android-tombstone": test_tombstone.TOMBSTONE,
    # Others of the same formats, which are known by other marks.
    "java-dump-file in JSON": shipped("java/jdk25-monitor-file.json"),
    "android-tombstone of debuggerd": test_tombstone.DEBUGGERD,
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
