"""What is reported of dumps from Solaris, AIX, macOS and Windows: by the schema, proved to the byte, the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import stackan
from tests.parsing import test_macos, test_procstack, test_solaris_pstack, test_vs_callstack, test_windbg

DUMPS = {
    "procstack": test_procstack.LEDGER,
    "macos-sample": test_macos.SAMPLE,
    "macos-spindump": test_macos.SPINDUMP,
    "solaris-pstack": test_solaris_pstack.LEDGER,
    "vs-callstack": test_vs_callstack.STACKS,
    "windbg": test_windbg.PUMP,
    "windbg with owners": test_windbg.DEADLOCK,
}


@pytest.fixture(params=DUMPS)
def snapshots(request, tmp_path):
    """Two snapshots in which nothing has moved."""
    paths = [tmp_path / "snap1.txt", tmp_path / "snap2.txt"]
    for path, end in zip(paths, ("", "\n"), strict=True):
        path.write_text(DUMPS[request.param] + end, "utf-8")
    return [str(path) for path in paths]


def test_the_document_keeps_to_its_schema(snapshots, validate):
    validate(stackan.analyze(stackan.load(*snapshots)).to_dict())
    validate(stackan.analyze(stackan.load(snapshots[0])).to_dict())


def test_every_proof_stands_in_its_source(snapshots):
    document = stackan.analyze(stackan.load(*snapshots)).to_dict()
    lines = {path: Path(path).read_text("utf-8").split("\n") for path in snapshots}
    for finding in document["findings"]:
        assert finding["evidence"]
        for proof in finding["evidence"]:
            assert lines[proof["source"]][proof["line"] - 1] == proof["text"]


def test_one_snapshot_calls_no_thread_stuck(snapshots):
    document = stackan.analyze(stackan.load(snapshots[0])).to_dict()
    assert "stuck" not in {thread["progress"] for process in document["processes"] for thread in process["threads"]}
    for finding in document["findings"]:
        assert finding["kind"] == "deadlock" or finding["confidence"] == "possible"


def test_the_order_of_the_files_changes_nothing(snapshots):
    there = stackan.analyze(stackan.load(*snapshots)).to_dict()
    back = stackan.analyze(stackan.load(*reversed(snapshots))).to_dict()
    assert json.dumps(there) == json.dumps(back)


def test_a_dump_of_one_system_is_not_compared_with_anothers(tmp_path):
    (tmp_path / "snap1.txt").write_text(test_procstack.LEDGER, "utf-8")
    (tmp_path / "snap2.txt").write_text(test_solaris_pstack.LEDGER.replace("4711", "28243"), "utf-8")
    document = stackan.analyze(stackan.load(*sorted(str(path) for path in tmp_path.iterdir()))).to_dict()
    assert all(len(process["snapshots"]) == 1 for process in document["processes"])
