"""`stackan batch` on one machine: what is stored, what a second call does, which files are one case."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys

import pytest

from .conftest import by_case, pack, rows, summary


def test_each_archive_has_a_row_with_the_document_that_analyze_prints(batch, cases, tmp_path):
    done = batch(cases, "--store", tmp_path / "s")
    assert done.returncode == 1
    found = by_case(tmp_path / "s")
    assert found.keys() == {*(f"{number}.zip" for number in range(6)), "note.txt"}
    printed = subprocess.run(
        [sys.executable, "-m", "stackan", "analyze", "--format", "json", str(cases / "3.zip")], capture_output=True, text=True, check=False
    ).stdout
    assert found["3.zip"]["document"] == printed
    document = json.loads(printed)
    assert found["3.zip"]["verdict"] == document["verdict"] == "worker-exhaustion"
    assert found["3.zip"]["headline"] == document["headline"]
    assert found["3.zip"]["threads"] == len(document["processes"][0]["threads"])


def test_a_case_that_cannot_be_analyzed_has_a_row_that_says_why(batch, cases, tmp_path):
    done = batch(cases, "--store", tmp_path / "s", "--format", "json")
    row = by_case(tmp_path / "s")["note.txt"]
    assert (row["verdict"], row["document"], row["failure"]) == (None, None, "unreadable")
    assert row["error"].startswith(f"{cases}/note.txt: no thread dump")
    assert summary(done)["failures"] == [{name: row[name] for name in ("case", "failure", "error")}]
    assert summary(done)["verdicts"] == {"worker-exhaustion": 6}


def test_the_status_is_0_where_every_case_was_analyzed(batch, cases, tmp_path):
    (cases / "note.txt").unlink()
    assert batch(cases, "--store", tmp_path / "s").returncode == 0


def test_the_status_is_1_where_no_case_could_be_analyzed(batch, cases, tmp_path):
    assert batch(cases / "note.txt", "--store", tmp_path / "s").returncode == 1
    assert list(by_case(tmp_path / "s")) == ["note.txt"]


def test_a_second_call_does_only_what_is_new(batch, cases, tmp_path):
    batch(cases, "--store", tmp_path / "s")
    before = {name: row["analyzed_at"] for name, row in by_case(tmp_path / "s").items()}
    (cases / "new.zip").write_bytes((cases / "1.zip").read_bytes())
    done = batch(cases, "--store", tmp_path / "s", "--format", "json")
    assert summary(done)["cases"] == 8
    assert summary(done)["known"] == 7
    after = {name: row["analyzed_at"] for name, row in by_case(tmp_path / "s").items()}
    assert after.keys() - before.keys() == {"new.zip"}
    assert {name: after[name] for name in before} == before


def test_a_case_with_other_bytes_gets_a_row_of_its_own(batch, cases, tmp_path):
    batch(cases, "--store", tmp_path / "s")
    (cases / "1.zip").write_bytes((cases / "2.zip").read_bytes())
    done = batch(cases, "--store", tmp_path / "s", "--format", "json")
    assert summary(done)["known"] == 6
    assert len({row["sha256"] for row in rows(tmp_path / "s") if row["case"].endswith("1.zip")}) == 2


def test_the_number_of_workers_changes_nothing(batch, cases, tmp_path):
    documents = []
    for jobs in ("1", "3"):
        batch(cases, "--store", tmp_path / jobs, "--jobs", jobs)
        documents.append({name: row["document"] for name, row in by_case(tmp_path / jobs).items()})
    assert documents[0] == documents[1]


def test_each_folder_can_be_a_case(batch, tmp_path, example):
    for name in ("one", "two"):
        (tmp_path / "in" / name).mkdir(parents=True)
        for at in (1, 2):
            (tmp_path / "in" / name / f"snap{at}.txt").write_bytes((example / f"snap{at}.txt").read_bytes())
    (tmp_path / "in" / "single.txt").write_bytes((example / "snap1.txt").read_bytes())
    assert batch(tmp_path / "in", "--store", tmp_path / "s", "--case-by", "folder").returncode == 0
    found = by_case(tmp_path / "s")
    assert {name: row["snapshots"] for name, row in found.items()} == {"one": 2, "two": 2, "single.txt": 1}
    assert found["one"]["verdict"] == "worker-exhaustion"


def test_files_whose_names_have_a_text_in_common_can_be_a_case(batch, tmp_path, example):
    folder = tmp_path / "in"
    folder.mkdir()
    for case in ("T100", "T200"):
        for at in (1, 2):
            (folder / f"{case}_snap{at}.txt").write_bytes((example / f"snap{at}.txt").read_bytes())
    batch(folder, "--store", tmp_path / "s", "--case-by", r"(T\d+)_")
    assert {name: row["snapshots"] for name, row in by_case(tmp_path / "s").items()} == {"T100": 2, "T200": 2}


def test_the_store_is_no_case_of_its_own(batch, cases):
    store = cases / "results"
    batch(cases, "--store", store)
    assert summary(batch(cases, "--store", store, "--format", "json"))["cases"] == 7


def test_a_dry_run_names_the_cases_and_does_nothing(batch, cases, tmp_path):
    done = batch(cases, "--store", tmp_path / "s", "--dry-run")
    assert done.returncode == 0
    assert f"{cases}/3.zip\n" in done.stdout
    assert "7 cases" in done.stdout
    assert not (tmp_path / "s").exists()


def test_a_case_that_is_tried_again_after_its_first_row_was_merged_keeps_its_row(batch, tmp_path, example):
    from stackan.store.merging import merge
    from stackan.store.parts import case_id, write_part
    from stackan.store.place import place_of
    from stackan.store.rows import name_case

    case, store = tmp_path / "X.txt", tmp_path / "s"
    case.write_bytes((example / "snap1.txt").read_bytes())
    assert batch(case, "--store", store, "--max-bytes", "1000").returncode == 1
    place = place_of(str(store))
    for number in range(17):
        found = {"cases": [{"sha256": "x", "version": "1", "failure": "crash"}]}
        name_case(found, case_id(str(number), "x", "1"), str(number))
        write_part(place, [found])
    assert merge(place)
    assert batch(case, "--store", store, "--retry-failed").returncode == 0
    assert [row["failure"] for row in rows(store) if row["case"] == str(case)] == [None]
    assert len(by_case(store)) == 18, "the rows of other failures stay"


def test_a_text_in_common_that_begins_with_a_slash_stays_below_its_input(batch, tmp_path, example):
    for folder in ("a", "b"):
        (tmp_path / folder / "T-1").mkdir(parents=True)
        (tmp_path / folder / "T-1" / "x.txt").write_bytes(b"x")
    done = batch(tmp_path / "a", tmp_path / "b", "--store", tmp_path / "s", "--case-by", "(/?T-[0-9]+)(?=/)", "--dry-run")
    assert done.stdout.splitlines()[:2] == [f"{tmp_path}/a/T-1", f"{tmp_path}/b/T-1"]
    done = batch(tmp_path, "--store", tmp_path / "s", "--case-by", "(/T-[0-9]+)", "--dry-run")
    assert done.stdout.splitlines()[0] == f"{tmp_path}/T-1"


def test_a_dry_run_refuses_what_is_no_store(batch, cases):
    done = batch(cases, "--store", cases / "note.txt", "--dry-run")
    assert done.returncode == 2
    assert done.stderr == f"stackan: {cases}/note.txt: a file, not a store; give a folder to --store\n"
    assert done.stdout == ""


def test_documents_can_be_left_out(batch, cases, tmp_path):
    batch(cases, "--store", tmp_path / "s", "--no-documents")
    assert {row["document"] for row in rows(tmp_path / "s")} == {None}


def test_failed_cases_can_be_tried_again(batch, cases, tmp_path, example):
    batch(cases, "--store", tmp_path / "s", "--max-bytes", "1K")
    assert all("--max-bytes" in row["error"] for row in rows(tmp_path / "s") if row["case"].endswith(".zip"))
    batch(cases, "--store", tmp_path / "s")
    assert {row["verdict"] for row in rows(tmp_path / "s")} == {None}, "a failure is a result, too"
    done = batch(cases, "--store", tmp_path / "s", "--retry-failed", "--format", "json")
    assert summary(done)["verdicts"] == {"worker-exhaustion": 6}
    assert len(by_case(tmp_path / "s")) == 7


def test_a_row_that_tells_a_failure_stays_until_there_is_another(tmp_path):
    """When the run is interrupted, above all; and one by whose time nobody could read the case is the same case's."""
    from stackan._version import __version__
    from stackan.batch.run import run
    from stackan.batch.task import Outcome, Settings, Task
    from stackan.store.about import introduce
    from stackan.store.parts import case_id, write_part
    from stackan.store.place import place_of
    from stackan.store.rows import name_case

    def write(case: str, sha256: str, failure: str | None) -> str:
        found, key = {"cases": [{"sha256": sha256, "version": __version__, "failure": failure}]}, case_id(case, sha256, __version__)
        name_case(found, key, case)
        write_part(place_of(str(tmp_path)), [found])
        return key

    @contextlib.contextmanager
    def engine(tasks, known, settings, keep):
        yield outcomes(known)

    def outcomes(known):
        assert known == {}
        yield Outcome("a", write("a", "sum", None), None, None, False)
        if interrupted:
            raise KeyboardInterrupt

    tasks, settings = [Task("a", (), 0), Task("b", (), 0)], Settings(str(tmp_path))
    introduce(place_of(settings.store), {})
    for case in "ab":
        write(case, "", "time-limit")
    interrupted = True
    with pytest.raises(KeyboardInterrupt):
        run(tasks, settings, engine, print, again=True)
    assert {row["case"] for row in rows(tmp_path) if row["failure"]} == {"a", "b"}
    interrupted = False
    done = Outcome("a", write("a", "sum", None), None, None, True)
    run(tasks[:1], settings, lambda *_: contextlib.nullcontext(iter([done])), print, again=True)
    assert sorted((row["case"], row["failure"]) for row in rows(tmp_path)) == [("a", None), ("b", "time-limit")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing/"], "missing/: no such file or folder"),
        (["cases", "--case-by", "("], "--case-by takes file, folder or a regular expression"),
        (["cases", "--case-by", "folders"], "--case-by 'folders' matches the path of no file"),
        (["cases", "--engine", "ray://x"], "is no engine"),
        (["cases", "--jobs", "0"], "is no number of workers"),
        (["empty"], "empty: no case in it"),
        (["cases", "--memory", "64M"], "is too little for a worker: give 512M or more"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_a_call_that_cannot_be_carried_out_ends_in_one_sentence(batch, cases, tmp_path, arguments, words):
    (tmp_path / "empty").mkdir()
    done = batch(*arguments, "--store", "s", cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_is_none_is_left_alone(batch, cases, tmp_path):
    (tmp_path / "s" / "events").mkdir(parents=True)
    (tmp_path / "s" / "events" / "mine.parquet").write_bytes(b"mine")
    done = batch(cases, "--store", tmp_path / "s")
    assert done.returncode == 2
    assert "holds files of others" in done.stderr
    assert (tmp_path / "s" / "events" / "mine.parquet").read_bytes() == b"mine"


def test_other_profiles_do_not_mix_in_one_store(batch, cases, tmp_path):
    batch(cases, "--store", tmp_path / "s")
    done = batch(cases, "--store", tmp_path / "s", "--profile", "mariadb")
    assert done.returncode == 2
    assert "analyzed with other profiles" in done.stderr


def test_progress_is_a_line_of_json_on_request(batch, cases, tmp_path):
    done = batch(cases, "--store", tmp_path / "s", "--progress", "json")
    last = json.loads(done.stderr.splitlines()[-1])
    assert (last["cases"], last["done"], last["known"], last["failed"]) == (7, 7, 0, 1)
    assert last["left"] == 0


def test_progress_counts_failures_of_an_earlier_run_as_such(batch, cases, tmp_path):
    batch(cases, "--store", tmp_path / "s")
    done = batch(cases, "--store", tmp_path / "s", "--progress", "json")
    last = json.loads(done.stderr.splitlines()[-1])
    assert (last["cases"], last["done"], last["known"], last["failed"]) == (7, 7, 7, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_names_that_are_no_text_and_lines_in_names_are_told_apart_and_known_again(batch, tmp_path, example):
    folder = tmp_path / "cases"
    folder.mkdir()
    for name in (b"a\xff.txt", b"a\xfe.txt", b"a\nb.txt"):
        (folder / os.fsdecode(name)).write_bytes((example / "snap1.txt").read_bytes())
    plan = batch(folder, "--store", tmp_path / "s", "--dry-run")
    assert [line.rpartition("/")[2] for line in plan.stdout.splitlines()[:-1]] == ["a\\nb.txt", "a\\xfe.txt", "a\\xff.txt"]
    assert batch(folder, "--store", tmp_path / "s").returncode == 0
    assert sorted(by_case(tmp_path / "s")) == ["a\nb.txt", "a\\xfe.txt", "a\\xff.txt"]
    again = batch(folder, "--store", tmp_path / "s", "--format", "json")
    assert (summary(again)["cases"], summary(again)["known"]) == (3, 3)


def test_a_folder_that_others_use_is_no_place_for_a_store(batch, cases, tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "note.txt").write_text("mine")
    for more in ([], ["--dry-run"]):
        done = batch(cases, "--store", tmp_path / "s", *more)
        assert (done.returncode, "holds files of others" in done.stderr) == (2, True)
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["note.txt"]


def test_without_pyarrow_one_sentence_says_what_to_install(tmp_path, cases):
    code = "import sys; sys.modules['pyarrow'] = None; from stackan.cli import main; raise SystemExit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "batch", str(cases), "--store", str(tmp_path / "s")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "stackan: a result store needs pyarrow: pip install 'stackan[batch]'\n"


def test_what_hangs_alike_is_told_together(batch, cases, tmp_path, example):
    pack(cases / "other.zip", {"snap1.txt": (example / "snap1.txt").read_bytes()})
    done = batch(cases, "--store", tmp_path / "s", "--format", "json")
    (hang,) = summary(done)["hangs"]
    assert (hang["cases"], hang["like"]) == (6, str(cases / "0.zip"))
    assert "MariaDB thread pool" in hang["headline"]
