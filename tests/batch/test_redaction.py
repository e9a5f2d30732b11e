"""`batch --redact`: nothing of a case is stored but what is redacted."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from stackan.batch import judging
from stackan.batch.finding_cases import find_tasks
from stackan.batch.task import Settings
from stackan.errors import InputError
from stackan.store.rows import Rows

from .conftest import by_case, pack, rows

SECRET = """\
[New LWP 12]

Thread 2 (Thread 0x7f12b0001700 (LWP 12) "teller"):
#0  0x00007f2e51a26f00 in __lll_lock_wait (futex=0x55b9b76211e0) at lowlevellock.c:49
#1  0x00007f2e51a26f11 in ___pthread_mutex_lock (mutex=0x55b9b76211e0) at pthread_mutex_lock.c:93
#2  0x0000558400001234 in transfer (query=0x7f12a0010c40 "SELECT pin FROM cards", host="db7.acme.example.com") at /home/alice/teller.cc:10

Thread 1 (Thread 0x7f12b0002700 (LWP 11) "main"):
#0  0x00007f2e51a26f33 in poll (fds=0x7f12a0010c50, nfds=1) at poll.c:29
#1  0x0000558400001222 in main () at teller.cc:20
"""
WORDS = ("db7.acme.example.com", "55b9b76211e0")  # that are stored otherwise


def all_values(found: Rows) -> str:
    return json.dumps(found, default=str, ensure_ascii=False)


def test_no_table_has_what_was_redacted(batch, tmp_path):
    folder = tmp_path / "cases"
    folder.mkdir()
    pack(folder / "one.zip", {f"db7.acme.example.com/snap{at}.txt": SECRET.encode() + b"# %d\n" % at for at in (1, 2)})
    assert batch(folder, "--store", tmp_path / "plain").returncode == 0
    assert batch(folder, "--store", tmp_path / "s", "--redact").returncode == 0
    from stackan.store.schema import TABLES

    tables = {store: {table: rows(tmp_path / store, table) for table in TABLES} for store in ("plain", "s")}
    stored = all_values(tables["s"])
    for word in WORDS:
        assert word in all_values(tables["plain"]), "the test looks for what would be there"
        assert word not in stored
    assert [row["verdict"] for row in tables["s"]["cases"]] == [row["verdict"] for row in tables["plain"]["cases"]]
    assert [row["signature"] for row in tables["s"]["signatures"]] == [row["signature"] for row in tables["plain"]["signatures"]]


def test_the_document_is_the_one_that_analyze_prints(batch, tmp_path):
    path = tmp_path / "one.txt"
    path.write_text(SECRET)
    batch(path, "--store", tmp_path / "s", "--redact")
    (row,) = rows(tmp_path / "s")
    command = [sys.executable, "-m", "stackan", "analyze", str(path), "--redact", "--format", "json", "--exit-zero"]
    assert row["document"] == subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_a_case_behind_a_url_is_redacted(tmp_path):
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed")
    fsspec.filesystem("memory").pipe_file(f"/{tmp_path.name}/one.txt", SECRET.encode())
    (task,) = find_tasks([f"memory://{tmp_path.name}"])
    outcome, found = judging.judge(task, Settings("s", redact=True))
    assert outcome.failure is None
    assert found is not None
    assert "0x00007f2e51a26f00" not in all_values(found), "addresses are known only if the text was learnt first"
    assert not [word for word in WORDS if word in all_values(found)]


def test_what_is_said_of_a_case_that_fails_is_redacted(tmp_path, monkeypatch):
    path = tmp_path / "one.txt"
    path.write_text(SECRET)
    (task,) = find_tasks([str(path)])

    def told(error: Exception, *, redact: bool) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(judging, "load", lambda *_, **__: raised(error))
            return str(judging.judge(task, Settings("s", redact=redact))[0].error)

    damaged = InputError(f"{path}!db7.acme.example.com/snap1.txt: damaged")
    assert told(damaged, redact=False) == str(damaged)
    assert told(damaged, redact=True) == f"{path}!host1/snap1.txt: damaged"
    assert "alice" in told(ValueError("alice"), redact=False)
    assert "alice" not in told(ValueError("alice"), redact=True)


def raised(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(("before", "after", "words"), [(["--redact"], [], "give --redact"), ([], ["--redact"], "are not redacted")])
def test_what_is_redacted_and_what_is_not_do_not_mix_in_one_store(batch, cases, tmp_path, before, after, words):
    assert batch(cases, "--store", tmp_path / "s", *before).returncode == 1
    done = batch(cases, "--store", tmp_path / "s", *after)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(by_case(tmp_path / "s")) == 7
