"""What a capture says of a process once is no look at its threads, also where the looks themselves were lost."""

from __future__ import annotations

import stackan

PROCESS = "stackan process/1\n==> /proc/4242/status <==\nName:\tapp\nPid:\t4242\n==> /proc/4242/wchan <==\nfutex_do_wait\nexe -> /srv/app\n"
STACK = "==> /proc/4242/task/4242/stack <==\n[<0>] futex_do_wait+0x3b/0x90\n[<0>] x64_sys_futex+0x12b/0x200\n"


def test_what_does_not_change_of_a_process_is_no_snapshot(tmp_path):
    folder = tmp_path / "node1" / "4242"
    for number in (1, 2):
        (folder / f"round-{number}").mkdir(parents=True)
        (folder / f"round-{number}" / "threads.txt").write_text(STACK)
    (folder / "process.txt").write_text(PROCESS)
    analysis = stackan.analyze(stackan.load(tmp_path))
    (process,) = analysis.processes
    assert [dump.source.rpartition("/")[2] for dump in process.dumps] == ["threads.txt", "threads.txt"]
    assert analysis.verdict != "progressing"
