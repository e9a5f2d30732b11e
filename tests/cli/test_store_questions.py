"""`stackan query`, `similar`, `note`, and `--store` of `analyze`, as a user calls them."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
pytest.importorskip("duckdb", reason="duckdb is not installed")


@pytest.fixture(scope="module")
def store(example, tmp_path_factory):
    """A store of one case, the real example, as `batch` writes it."""
    cases, store = tmp_path_factory.mktemp("cases"), tmp_path_factory.mktemp("out") / "results"
    shutil.copytree(example, cases / "first")
    command = [sys.executable, "-m", "stackan", "batch", str(cases), "--store", str(store), "--case-by", "folder", "--jobs", "1", "-q"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return store


def refused(done) -> str:
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "internal error" not in done.stderr
    return done.stderr


@pytest.fixture
def again(example, tmp_path):
    """The same hang in a case with other bytes."""
    folder = tmp_path / "again"
    shutil.copytree(example, folder)
    for path in folder.iterdir():
        path.write_bytes(b"[New LWP 1]\n" + path.read_bytes())
    return folder


def test_a_query_is_printed_in_every_format(run, store, tmp_path):
    sql = "select verdict, count(*) as cases from cases group by 1"
    text = run("query", sql, "--store", store)
    assert text.stdout.splitlines() == ["verdict            cases", "-----------------  -----", "worker-exhaustion      1"]
    assert json.loads(run("query", sql, "--store", store, "-f", "json").stdout) == [{"verdict": "worker-exhaustion", "cases": 1}]
    rows = list(csv.reader(io.StringIO(run("query", sql, "--store", store, "-f", "csv").stdout)))
    assert rows == [["verdict", "cases"], ["worker-exhaustion", "1"]]
    assert run("query", sql, "--store", store, "-o", tmp_path / "x.parquet").returncode == 0
    import pyarrow.parquet

    assert pyarrow.parquet.read_table(tmp_path / "x.parquet").to_pylist() == [{"verdict": "worker-exhaustion", "cases": 1}]


def test_json_of_no_rows_is_an_empty_list(run, store):
    assert json.loads(run("query", "select 1 where false", "--store", store, "-f", "json").stdout) == []


def test_json_has_objects_and_numbers_as_json_knows_them(run, store):
    sql = "select map([date '2020-01-01', date '2020-01-02'], ['nan'::double, 'inf']) as a, {'b': [1.5, -1e999]} as c, map([1.5], [2]) as d"
    [row] = json.loads(run("query", sql, "--store", store, "-f", "json").stdout, parse_constant=pytest.fail)
    assert row == {"a": {"2020-01-01": None, "2020-01-02": None}, "c": {"b": [1.5, None]}, "d": {"1.5": 2}}


@pytest.mark.parametrize("format", ["json", "parquet"])
def test_no_column_hides_another_of_its_name(run, store, tmp_path, format):
    done = run("query", "select 1 as a, 2 as a", "--store", store, "-f", format, "-o", tmp_path / "x")
    assert (done.returncode, done.stderr) == (2, "stackan: two columns are called a; give one of them another name with AS\n")


def test_what_parquet_cannot_hold_is_told(run, store, tmp_path):
    done = run("query", "select interval 1 month as a", "--store", store, "-f", "parquet", "-o", tmp_path / "x")
    assert "cast its columns" in refused(done)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("query", "select '\udcff'", "--store", "STORE"), "no text in UTF-8"),
        (("note", "first", "--text", "\udcff", "--store", "STORE"), "no text in UTF-8"),
        *(((*asked, "--store", "u\udcff"), "has to be UTF-8") for asked in (("query", "select 1"), ("similar", "X"), ("batch", "X"))),
        (("note", "first", "--text", "x", "--store", "u\udcff"), "has to be UTF-8"),
        (("analyze", "X", "--store", "u\udcff"), "has to be UTF-8"),
    ],
)
def test_bytes_that_are_no_text_are_refused_in_one_sentence(run, store, example, arguments, words):
    named = {"STORE": store, "X": example}
    assert words in refused(run(*(named.get(each, each) for each in arguments)))


def test_a_formula_stays_a_text_in_a_spreadsheet(run, store):
    assert run("query", "select '=1+1' as a", "--store", store, "-f", "csv").stdout == "a\n'=1+1\n"


def test_a_question_with_a_name_shows_its_sql(run, store):
    done = run("query", "--named", "top-stuck", "--store", store)
    assert done.returncode == 0
    assert "from signatures" in done.stderr
    assert "signature" in done.stdout


@pytest.mark.parametrize("arguments", [(), ("select 1", "--named", "verdicts"), ("copy cases to 'x'",), ("select nothing",)])
def test_a_call_that_cannot_be_answered_is_one_sentence(run, store, arguments):
    done = run("query", *arguments, "--store", store)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_hang_that_was_seen_before_comes_with_what_resolved_it(run, store, again):
    first = json.loads(run("similar", again, "--store", store, "-f", "json").stdout)
    assert first["seen"] == 1
    [match] = first["matches"]
    assert match["case"].endswith("first")
    assert (match["similarity"], match["exact"], match["notes"]) == (1.0, True, [])
    assert match["common"]
    assert run("note", "first", "--store", store, "--resolved-by", "a larger pool").returncode == 0
    text = run("similar", again, "--store", store).stdout
    assert "seen before, in 1 case" in text
    assert "resolved by a larger pool" in text


@pytest.mark.parametrize("format", ["text", "json", "markdown", "html"])
def test_a_report_says_whether_the_hang_was_seen_before(run, store, again, format, validate):
    done = run("analyze", again, "--store", store, "--format", format, "--exit-zero")
    assert done.returncode == 0
    if format == "json":
        document = json.loads(done.stdout)
        validate(document)
        assert document["recalled"]["seen"] == 1
    else:
        assert "seen before, in 1 case" in done.stdout
    assert json.loads(run("analyze", again, "--format", "json", "--exit-zero").stdout)["recalled"] is None


def test_a_case_is_not_like_itself_and_its_own_is_named(run, store, example):
    found = json.loads(run("similar", example, "--store", store, "-f", "json").stdout)
    assert (found["seen"], found["matches"]) == (0, [])
    [itself] = found["itself"]
    assert itself.endswith("first")
    said = f"This case is in the store already, as {itself}; neither its hang nor one like it was seen in another one."
    assert " ".join(run("similar", example, "--store", store).stdout.split()).startswith(said)


def test_clusters_have_a_representative_each(run, store):
    [cluster] = json.loads(run("similar", "--clusters", "--store", store, "-f", "json").stdout)["clusters"]
    assert cluster["representative"].endswith("first")
    assert cluster["cases"] == [cluster["representative"]]
    assert "1 case like" in run("similar", "--clusters", "--store", store).stdout


def test_calls_that_say_too_little_are_refused(run, store, tmp_path):
    for arguments in (("similar",), ("note", "first"), ("note", "none", "--text", "x")):
        done = run(*arguments, "--store", store)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
    assert "no result store" in run("similar", "--clusters", "--store", tmp_path).stderr


def test_without_its_extra_a_command_says_what_to_install(run, store, tmp_path):
    for module in ("duckdb", "pyarrow"):
        (tmp_path / module).mkdir()
        (tmp_path / module / "__init__.py").write_text("raise ImportError('not here')")
    done = run("query", "select 1", "--store", store, environment={"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"})
    assert done.returncode == 2
    assert "stackan[batch]" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says when a query computes")
@pytest.mark.parametrize(("number", "words"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "ended by SIGTERM")])
@pytest.mark.parametrize("format", ["text", "parquet"])
def test_a_query_that_takes_long_ends_when_it_is_asked_to(store, tmp_path, number, words, format):
    endless = "select count(*) from range(1000000) a, range(1000000) b, range(1000000) c where hash(a.range + b.range) % 7 = c.range"
    command = [sys.executable, "-m", "stackan", "query", endless, "--store", str(store), "-f", format, "-o", str(tmp_path / "x")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: cpu_seconds(process.pid) > 3 and process.poll() is None)  # it computes
        process.send_signal(number)
        told = process.communicate(timeout=60)[1]
    finally:
        process.kill()
    assert process.returncode == 128 + number
    assert told == f"stackan: {words}\n"


def cpu_seconds(pid: int) -> float:
    user = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])
    return user / os.sysconf("SC_CLK_TCK")


def wait_until(true) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


ASKING = (
    ("query", "select sum(threads) from cases"),
    ("similar", "--clusters"),
    ("note", "first", "--text", "x"),
)


@pytest.fixture
def copied(store, tmp_path):
    """A store that may be spoiled, without the index that an earlier test may have made: who has one reads the cases no more."""
    index = shutil.ignore_patterns("indexed", "postings", "vocabulary", "frames_named")
    return Path(shutil.copytree(store, tmp_path / "copied", ignore=index))


@pytest.mark.parametrize("arguments", [*ASKING, ("batch", "--dry-run")])
@pytest.mark.parametrize(
    ("about", "words"),
    [
        ('{"schema":', "store.json: damaged"),
        ("[]", "another version"),
        ('{"schema": "stackan.store/9"}', "another version (stackan.store/9)"),
        (None, "it has no store.json"),
    ],
)
def test_what_is_no_store_of_this_version_is_refused(run, copied, example, arguments, about, words):
    (copied / "store.json").unlink()
    if about is not None:
        (copied / "store.json").write_text(about)
    inputs = [example] if arguments[0] == "batch" else []
    assert words in refused(run(*arguments, *inputs, "--store", copied))


def test_an_analysis_does_not_begin_before_its_store_is_known_to_be_one(run, copied, tmp_path):
    (copied / "store.json").write_text("{}")
    assert "another version" in refused(run("analyze", tmp_path / "not there", "--store", copied))


@pytest.mark.parametrize("arguments", [*ASKING, ("batch",)])
@pytest.mark.parametrize("spoil", [lambda data: data[: len(data) // 2], lambda data: data[:4] + bytes(len(data) - 12) + data[-8:]])
def test_a_damaged_file_of_a_store_is_named_with_what_to_do(run, copied, example, arguments, spoil):
    [path] = (copied / "cases").glob("*.parquet")
    path.write_bytes(spoil(path.read_bytes()))
    inputs = [example] if arguments[0] == "batch" else []
    told = refused(run(*arguments, *inputs, "--store", copied))
    assert told.startswith(f"stackan: {path}: damaged (")
    assert "put a copy of it back" in told


@pytest.mark.parametrize("arguments", [*ASKING, ("batch",)])
def test_an_object_store_without_credentials_is_one_sentence(run, example, arguments, tmp_path):
    pytest.importorskip("s3fs", reason="s3fs is not installed")
    inputs = [example] if arguments[0] == "batch" else []
    alone = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    told = refused(run(*arguments, *inputs, "--store", "s3://nobucket/x", environment=alone))
    assert told.startswith("stackan: s3://nobucket/x: cannot be reached (")
    assert "credentials" in told
