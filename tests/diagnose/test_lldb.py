"""What is concluded from lldb's dumps: the same as from gdb's, since their frames say the same.

`pool.txt` is a real program, eight of whose workers wait for results of tasks that only another worker could run.
"""

from __future__ import annotations

from pathlib import Path

import stackan

DATA = Path(__file__).parents[1] / "dumps" / "lldb"


def analyzed_twice(name: str, folder: Path) -> dict[str, stackan.Analysis]:
    """Of a dump that stands twice in one text, with the time of each, and in two."""
    text = (DATA / name).read_text()
    both = f"Fri Jun  7 10:15:00 CST 2024\n{text}\nFri Jun  7 10:20:00 CST 2024\n{text}"
    for file, content in (("both.txt", both), ("1.txt", text), ("2.txt", text)):
        (folder / file).write_text(content)
    return {
        "one text": stackan.analyze(stackan.load(str(folder / "both.txt"))),
        "two texts": stackan.analyze(stackan.load(str(folder / "1.txt"), str(folder / "2.txt"))),
    }


def test_a_pool_whose_workers_all_wait_for_its_workers(tmp_path: Path) -> None:
    for way, analysis in analyzed_twice("pool.txt", tmp_path).items():
        assert analysis.verdict == "worker-exhaustion", way
        (process,) = analysis.to_dict()["processes"]
        assert [(pool["size"], pool["idle"], pool["exhausted"]) for pool in process["pools"]] == [(8, 0, True)]
        assert len(process["snapshots"]) == 2
        for finding in analysis.findings:
            for quote in finding.evidence:
                assert Path(quote.source).read_text().split("\n")[quote.line - 1] == quote.text


def test_locks_conditions_and_joins_are_read_from_arguments(tmp_path: Path) -> None:
    analysis = analyzed_twice("bank.txt", tmp_path)["two texts"]
    (process,) = analysis.to_dict()["processes"]
    waits = {
        thread["lwp"]: [(wait["kind"], wait["address"], wait["owner_lwp"]) for wait in thread["waits_for"]] for thread in process["threads"]
    }
    assert waits == {
        26273: [("thread", "0x7fea32b3d6c0", 26281)],
        26281: [("mutex", "0x5647a9a121a0", None)],
        26282: [("mutex", "0x5647a9a12160", None)],
        26283: [("condition", "0x5647a9a12220", None)],
        26284: [("mutex", "0x5647a9a121a0", None)],
        26285: [("rwlock", "0x5647a9a121e0", None)],
    }
    assert [thread["lwp"] for thread in process["threads"] if thread["progress"] == "idle"] == [26283]
    assert (process["pid"], process["command"]) == (26273, "/srv/bank/bank")
