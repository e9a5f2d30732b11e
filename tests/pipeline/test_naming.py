"""A process without a process id is named by its program and folder, never by a whole path."""

from __future__ import annotations

from pathlib import Path

import stackan

HOTSPOT = """2026-05-04 10:00:00
Full thread dump OpenJDK 64-Bit Server VM (17.0.9+9 mixed mode, sharing):

"{name}" #1 prio=5 os_prio=0 cpu=1.00ms elapsed=9.00s tid={tid} nid={nid} waiting on condition [0x00007f1000100000]
   java.lang.Thread.State: RUNNABLE
\tat acme.App.main(App.java:5)

"other" #2 prio=5 os_prio=0 cpu=1.00ms elapsed=9.00s tid={tid}7 nid={nid}9 waiting on condition [0x00007f1000200000]
   java.lang.Thread.State: RUNNABLE
\tat acme.App.other(App.java:9)
"""
NATIVE = """
#0  0x00007fd48abc4499 in __lll_lock_wait () from /lib64/libpthread.so.0
#1  0x0000000000ded9a9 in depot_put (depot=0x489a420) at depot.cpp:42
"""


def test_the_program_and_the_folder_name_it(tmp_path: Path) -> None:
    assert _ids(tmp_path, {"far/acme/app/jstack.txt": _hotspot(1)}) == ["java (acme/app)"]


def test_a_program_that_is_not_known_leaves_folder_and_file(tmp_path: Path) -> None:
    assert _ids(tmp_path, {"far/acme/app/bt.txt": NATIVE}) == ["acme/app/bt.txt"]


def test_two_of_one_program_and_folder_are_told_apart_by_their_files(tmp_path: Path) -> None:
    found = _ids(tmp_path, {"acme/app/blue.txt": _hotspot(1), "acme/app/green.txt": _hotspot(2)})
    assert found == ["java (acme/app/blue.txt)", "java (acme/app/green.txt)"]


def test_two_of_folders_named_alike_are_told_apart_by_a_further_folder(tmp_path: Path) -> None:
    found = _ids(tmp_path, {"east/acme/app/jstack.txt": _hotspot(1), "west/acme/app/jstack.txt": _hotspot(2)})
    assert found == ["java (east/acme/app/jstack.txt)", "java (west/acme/app/jstack.txt)"]


def test_two_in_one_file_are_counted(tmp_path: Path) -> None:
    ids = _ids(tmp_path, {"acme/app/both.txt": _hotspot(1) + _hotspot(2)})
    assert len(set(ids)) == len(ids)
    assert all(each.startswith("java (acme/app") for each in ids)


def _hotspot(which: int) -> str:
    return HOTSPOT.format(name=f"main-{which}", tid=f"0x00007f100001{which}000", nid=f"0x{which}0")


def _ids(folder: Path, texts: dict[str, str]) -> list[str]:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return [each["id"] for each in stackan.analyze(stackan.load(*sorted(str(folder / name) for name in texts))).to_dict()["processes"]]
