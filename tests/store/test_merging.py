"""Small files become large ones: the same rows, never twice, whenever somebody looks or the machine stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from stackan.store import merging
from stackan.store.merging import merge
from stackan.store.parts import known_cases, read_rows, remove_leftovers, write_part, written_parts
from stackan.store.place import Folder, place_of
from stackan.store.rows import Rows

PARTS = 40
MERGING = """
import sys
from stackan.store.merging import merge
from stackan.store.place import Folder
print(flush=True)
merge(Folder(sys.argv[1]))
"""


def small(number: int) -> Rows:
    key = {"case_id": f"{number:04}", "case": f"case {number}"}
    return {
        "findings": [{**key, "finding": at, "kind": "deadlock"} for at in range(3)],
        "events": [{**key, "kind": "halt"}] if number % 2 else [],
        "cases": [{**key, "verdict": "deadlock", "document": "{}"}],
    }


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    folder = Folder(str(tmp_path / "results"))
    for number in range(PARTS):
        write_part(folder, [small(number)])
    return folder


def content(store: Folder) -> dict[str, list[Any]]:
    return {table: sorted(read_rows(store, table), key=repr) for table in ("cases", "findings", "events")}


def test_merged_files_have_the_same_rows(store):
    before, parts = content(store), written_parts(store)
    assert merge(store) > 2 * PARTS
    assert content(store) == before
    assert [len(store.list(table)) for table in before] == [1, 1, 1]
    assert written_parts(store) >= parts


def test_what_comes_behind_is_merged_with_it_and_nothing_is_taken_for_a_leftover(store):
    merge(store)
    for number in range(PARTS, 2 * PARTS):
        write_part(store, [small(number)])
    before = content(store)
    assert remove_leftovers(store) == 0
    assert merge(store) > 0
    assert remove_leftovers(store) == 0
    assert content(store) == before
    assert len(known_cases(store)) == 2 * PARTS


def test_leftovers_are_still_found_where_cases_are_merged_and_other_tables_are_not(store, monkeypatch):
    monkeypatch.setattr(merging, "TABLES", {"cases": {}})
    merge(store)
    before = content(store)
    assert remove_leftovers(store) == 0
    assert content(store) == before


def test_files_that_are_large_stay_as_they_are(store, monkeypatch):
    large = max(os.path.getsize(store.path(path)) for path in store.list("cases"))
    monkeypatch.setattr(merging, "_LARGE", 3 * large)
    before = content(store)
    merge(store)
    assert PARTS // 4 < len(store.list("cases")) < PARTS
    kept = store.list("cases")
    merge(store)
    assert len(store.list("cases")) <= len(kept)
    assert content(store) == before


def test_where_the_system_has_no_such_step_nothing_is_merged(store, monkeypatch):
    monkeypatch.setattr(merging, "_exchange", lambda one, other: False)
    before = content(store)
    assert merge(store) == 0
    assert content(store) == before
    assert len(store.list("cases")) == PARTS
    assert not [name for name in os.listdir(store.name) if name.startswith(".")]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges folders")
def test_a_reader_sees_each_row_once_at_any_time(store):
    """It may have to look again where two merges came between its list and its opening."""
    seen, stop = [], threading.Event()

    def look() -> None:
        while not stop.is_set():
            try:
                seen.append(sorted(row["case_id"] for row in read_rows(store, "cases", ["case_id"])))
            except FileNotFoundError:
                continue

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for number in range(PARTS, PARTS + 60):
            write_part(store, [small(number)])
            merge(store)
    finally:
        stop.set()
        reader.join()
    assert len(seen) > 3
    assert all(len(set(ids)) == len(ids) >= PARTS for ids in seen)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges folders")
def test_a_reader_that_has_listed_files_finds_them_after_they_were_merged(store):
    from stackan.store.datasets import dataset_of

    reader, table = read_rows(store, "cases"), dataset_of(store, "cases")
    first = next(reader)
    assert merge(store) > 0
    assert len([first, *reader]) == PARTS
    assert table.count_rows() == len(table.to_table()) == PARTS
    assert len(dataset_of(store, "cases").to_table()) == PARTS


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.03, 0.1])
def test_a_merge_that_is_killed_changes_nothing_but_the_files(store, delay):
    before = content(store)
    process = subprocess.Popen([sys.executable, "-c", MERGING, store.name], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read(1)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert content(store) == before
    for _ in range(2):  # the second removes what the first has left to readers
        merge(store)
    remove_leftovers(store)
    assert content(store) == before
    assert not [name for name in os.listdir(store.name) if name.startswith(".")]


def test_an_object_store_is_left_as_it_is():
    pytest.importorskip("fsspec", reason="fsspec is not installed")
    place = place_of("memory://merging")
    for number in range(PARTS):
        write_part(place, [small(number)])
    assert merge(place) == 0
