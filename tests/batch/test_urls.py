"""Cases and stores behind URLs: an S3-compatible server on the loopback, and fsspec's own memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackan.batch.finding_cases import find_tasks
from stackan.batch.judging import judge
from stackan.batch.task import Settings

from .conftest import by_case, rows, small_cases, summary

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed")


@pytest.fixture
def memory(tmp_path: Path) -> str:
    """The URL of a folder with two cases of two files each."""
    files = fsspec.filesystem("memory")
    for case in ("one", "two"):
        for at in (1, 2):
            files.pipe_file(f"/{tmp_path.name}/{case}/snap{at}.txt", b"[New LWP 12]\n" + case.encode())
    files.pipe_file(f"/{tmp_path.name}/.hidden", b"")
    return f"memory://{tmp_path.name}"


def test_files_behind_a_url_are_cases(memory):
    assert [task.case.rpartition("/")[2] for task in find_tasks([memory])] == ["snap1.txt", "snap2.txt"] * 2


def test_folders_behind_a_url_are_cases(memory):
    tasks = find_tasks([memory], "folder")
    assert [(task.case.rpartition("/")[2], len(task.inputs)) for task in tasks] == [("one", 2), ("two", 2)]


def test_a_file_behind_a_url_is_named_by_it(tmp_path, example):
    fsspec.filesystem("memory").pipe_file(f"/{tmp_path.name}/snap1.txt", (example / "snap1.txt").read_bytes())
    (task,) = find_tasks([f"memory://{tmp_path.name}"])
    outcome, found = judge(task, Settings("s"))
    assert outcome.failure is None
    assert found is not None
    assert {row["source"] for row in found["snapshots"]} == {task.case}
    assert task.case.startswith("memory://")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket on a server of its own."""
    pytest.importorskip("s3fs", reason="s3fs is not installed")
    server = pytest.importorskip("moto.server", reason="moto's server is not installed")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }.items():
        monkeypatch.setenv(name, value)
    files = fsspec.filesystem("s3", skip_instance_cache=True)
    files.makedirs("stackan", exist_ok=True)
    yield "s3://stackan"
    running.stop()
    fsspec.filesystem("s3").clear_instance_cache()


@pytest.mark.filterwarnings("ignore")  # of the server and its client
def test_cases_and_store_can_lie_in_an_object_store(batch, bucket, tmp_path):
    cases = small_cases(tmp_path / "cases", 12)
    (cases / "note.txt").write_text("nothing of use\n")
    fsspec.filesystem("s3").put(f"{cases}/", f"{bucket}/cases/", recursive=True)
    done = batch(f"{bucket}/cases/", "--store", f"{bucket}/results", "--format", "json")
    assert done.returncode == 1, done.stderr
    assert (summary(done)["cases"], summary(done)["known"]) == (13, 0)
    found = by_case(f"{bucket}/results")
    assert found["3.zip"]["case"] == f"{bucket}/cases/3.zip"
    batch(cases, "--store", tmp_path / "here")
    here = by_case(tmp_path / "here")
    same = ("sha256", "verdict", "headline", "threads", "stuck", "findings", "signature", "failure")
    assert {name: [row[each] for each in same] for name, row in found.items()} == {
        name: [row[each] for each in same] for name, row in here.items()
    }
    assert len(rows(f"{bucket}/results", "threads")) == len(rows(tmp_path / "here", "threads"))
    again = batch(f"{bucket}/cases/", "--store", f"{bucket}/results", "--format", "json")
    assert summary(again)["known"] == 13


def test_a_bucket_that_is_not_there_is_one_sentence(batch, bucket, tmp_path):
    done = batch(f"{bucket}-missing/cases/", "--store", tmp_path / "s")
    assert done.returncode == 2
    assert done.stderr.startswith(f"stackan: {bucket}-missing/cases/: ")
    assert done.stderr.count("\n") == 1


def test_without_fsspec_one_sentence_says_what_to_install(tmp_path):
    code = "import sys; sys.modules['fsspec'] = None; from stackan.cli import main; raise SystemExit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "batch", "s3://bucket/cases/", "--store", str(tmp_path / "s")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "stackan: s3://bucket/cases/: to read URLs needs fsspec: pip install 'stackan[batch]'\n"


def test_a_kind_of_url_that_nobody_knows_is_one_sentence(batch, tmp_path):
    done = batch("nothing://bucket/cases/", "--store", tmp_path / "s")
    assert done.returncode == 2
    assert "fsspec cannot open such a URL" in done.stderr
    assert done.stderr.count("\n") == 1
