"""`stackan analyze` and `compare`, as a user runs them."""

from __future__ import annotations

import gzip
import io
import json
import pathlib
import tarfile

import pytest

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 40


def test_the_example_is_told_to_be_an_exhausted_pool(run, example):
    done = run("analyze", example / "snap1.txt", example / "snap2.txt")
    assert done.returncode == 1
    first, second = done.stdout.splitlines()[:2]
    assert first == "WORKER-EXHAUSTION (likely)"
    assert second == "MariaDB thread pool: all 10 workers wait for an InnoDB row lock."
    assert "extra_port" in done.stdout
    assert done.stderr in (
        "",
        "stackan: the native scanner is not built, parsing is slower; to build it, install stackan again where a C compiler is\n",
    )


def test_a_report_in_a_pipe_fits_eighty_columns_but_for_quoted_lines_and_has_no_color(run, example):
    done = run("analyze", example, environment={"COLUMNS": ""})
    assert max(len(line) for line in done.stdout.splitlines() if not line.strip().startswith("#")) <= 80
    assert "\x1b" not in done.stdout


def test_color_can_be_forced_and_forbidden(run, example):
    assert "\x1b[" in run("analyze", example, "--color", "always").stdout
    assert "\x1b[" not in run("analyze", example, "--color", "never").stdout


def test_exit_zero_turns_a_critical_finding_into_success(run, example):
    assert run("analyze", example, "--exit-zero").returncode == 0


def test_a_folder_an_archive_and_standard_input_give_the_same_verdict(run, example, tmp_path):
    archive = tmp_path / "case.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(example, "node1")
    assert json.loads(run("analyze", "--format", "json", archive).stdout)["verdict"] == "worker-exhaustion"
    assert json.loads(run("analyze", "--format", "json", example).stdout)["verdict"] == "worker-exhaustion"
    both = (example / "snap1.txt").read_bytes() + (example / "snap2.txt").read_bytes()
    assert json.loads(run("analyze", "--format", "json", "-", stdin=both).stdout)["verdict"] == "worker-exhaustion"


def test_the_same_input_gives_the_same_bytes_in_any_order(run, example):
    forth = run("analyze", "--format", "json", example / "snap1.txt", example / "snap2.txt", environment={"PYTHONHASHSEED": "1"})
    back = run("analyze", "--format", "json", example / "snap2.txt", example / "snap1.txt", environment={"PYTHONHASHSEED": "2"})
    assert forth.stdout == back.stdout


def test_compare_takes_the_given_order_over_every_name(run, example):
    done = run("compare", "--format", "json", example / "snap2.txt", example / "snap1.txt")
    snapshots = json.loads(done.stdout)["processes"][0]["snapshots"]
    assert [pathlib.Path(snapshot["source"]).name for snapshot in snapshots] == ["snap2.txt", "snap1.txt"]


def test_one_snapshot_is_inconclusive_and_says_to_take_another(run, example):
    done = run("analyze", example / "snap1.txt")
    assert done.returncode == 0
    assert done.stdout.startswith("INCONCLUSIVE\nOne snapshot cannot tell")


def test_a_result_can_be_written_to_a_file(run, example, tmp_path):
    target = tmp_path / "verdict.json"
    done = run("analyze", "--format", "json", "-o", target, example)
    assert done.stdout == ""
    assert json.loads(target.read_text())["verdict"] == "worker-exhaustion"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "no thread dump"),
        ("photo.txt", JPEG, "this is a picture"),
        ("refused.txt", b"ptrace: Operation not permitted.\n", "could not look at the process"),
        ("notes.txt", b"it hangs since Tuesday\n", "no thread dump"),
        ("java.txt", b'2026-01-01 10:00:00\nFull thread dump OpenJDK 64-Bit Server VM (17.0.1+12 mixed mode):\n\n"main" #1\n', "no thread"),
    ],
)
def test_an_input_that_is_no_dump_gives_one_sentence_and_exit_status_two(run, tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    done = run("analyze", path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("stackan: ") and name in done.stderr and words in done.stderr


def test_a_missing_file_gives_one_sentence_and_exit_status_two(run, tmp_path):
    done = run("analyze", tmp_path / "nowhere.txt")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "nowhere.txt" in done.stderr and "Traceback" not in done.stderr


def test_all_missing_files_are_named_at_once_and_nothing_is_analyzed(run, example, tmp_path):
    done = run("analyze", example / "snap1.txt", tmp_path / "snap2.txt", tmp_path / "snap3.txt")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path}/snap2.txt, {tmp_path}/snap3.txt: no such file" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_cannot_be_read_inside_a_folder_is_noted_and_passed_over(run, example, tmp_path):
    for name in ("snap1.txt", "snap2.txt"):
        (tmp_path / name).write_bytes((example / name).read_bytes())
    (tmp_path / "snap3.txt").symlink_to(tmp_path / "nowhere.txt")
    document = json.loads(run("analyze", "--format", "json", tmp_path).stdout)
    assert document["verdict"] == "worker-exhaustion"
    assert document["warnings"] == [f"{tmp_path}/snap3.txt: a link to something that is not there"]


def test_a_damaged_file_beside_good_ones_is_noted_and_passed_over(run, example, tmp_path):
    damaged = tmp_path / "snap3.txt.gz"
    damaged.write_bytes(gzip.compress(b"Thread 1 (LWP 1):\n")[:10])
    document = json.loads(run("analyze", "--format", "json", example / "snap1.txt", example / "snap2.txt", damaged).stdout)
    assert document["verdict"] == "worker-exhaustion"
    assert any("snap3.txt.gz: truncated" in warning for warning in document["warnings"])


def test_a_folder_without_dumps_gives_one_sentence_and_exit_status_two(run, tmp_path):
    (tmp_path / "readme.md").write_text("# nothing here\n")
    done = run("analyze", tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert str(tmp_path) in done.stderr


def test_a_dump_that_is_cut_short_is_analyzed_as_far_as_it_goes(run, example, tmp_path):
    whole = (example / "snap1.txt").read_bytes()
    (tmp_path / "snap1.txt").write_bytes(whole[: len(whole) * 2 // 3])
    (tmp_path / "snap2.txt").write_bytes((example / "snap2.txt").read_bytes())
    done = run("analyze", "--format", "json", tmp_path)
    threads = [snapshot["threads"] for snapshot in json.loads(done.stdout)["processes"][0]["snapshots"]]
    assert done.returncode in (0, 1)
    assert 0 < threads[0] < threads[1] == 25


def test_a_bad_file_beside_good_ones_is_noted_and_passed_over(run, example, tmp_path):
    bad = tmp_path / "photo.jpg"
    bad.write_bytes(JPEG)
    done = run("analyze", "--format", "json", bad, example / "snap1.txt", example / "snap2.txt")
    document = json.loads(done.stdout)
    assert document["verdict"] == "worker-exhaustion"
    assert len(document["warnings"]) == 1 and "photo.jpg" in document["warnings"][0]


def test_names_from_an_archive_cannot_write_to_the_terminal(run, example, tmp_path):
    archive = tmp_path / "case.tar"
    with tarfile.open(archive, "w") as tar:
        for snap in ("snap1", "snap2"):
            tar.add(example / f"{snap}.txt", f"\x1b[31m{snap}.txt")
    assert "\x1b" not in run("analyze", archive).stdout


def test_thread_names_cannot_write_to_the_terminal(run, example, tmp_path):
    for snap in ("snap1.txt", "snap2.txt"):
        text = (example / snap).read_bytes().replace(b'"mariadbd"', b'"\x1b]0;owned\x07"')
        (tmp_path / snap).write_bytes(text)
    assert "\x1b" not in run("analyze", tmp_path).stdout


def test_a_reader_that_stops_early_is_no_error(example):
    import subprocess
    import sys

    command = f"{sys.executable} -m stackan parse {example / 'snap1.txt'} | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr


def test_one_thread_can_be_explained_with_the_rule_that_spoke(run, example):
    done = run("analyze", "--explain", "17870", example)
    lines = done.stdout.splitlines()
    assert lines[0] == "LWP 17870 mariadbd of process 17802: stuck (likely)"
    assert any("blocked: lock (by the rule mariadb.row-lock)" in line for line in lines)
    assert any("1. worker-exhaustion (critical, likely)" in line for line in lines)
    where = next(at for at, line in enumerate(lines) if line.endswith("waits for a database-lock, which the dump does not print (frames,"))
    assert lines[where + 1].strip() == "line 36)"
    assert max(map(len, lines)) <= 80


def test_what_is_idle_is_explained_once_with_the_rule(run, example):
    document = json.loads(run("analyze", "--format", "json", example).stdout)
    idle = {row["rule"]: row["lwp"] for row in document["processes"][0]["threads"] if row["progress"] == row["state"] == "idle"}
    for rule, lwp in idle.items():
        lines = [line.strip() for line in run("analyze", "--explain", str(lwp), example).stdout.splitlines()]
        assert f"idle (by the rule {rule})" in lines


def test_explaining_a_thread_that_is_not_there_is_refused(run, example):
    done = run("analyze", "--explain", "1", example)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "no thread of the case has that LWP" in done.stderr


def test_times_in_an_archive_order_the_snapshots_over_their_names(run, example, tmp_path):
    """A log that was rotated: the older one has the longer name."""
    archive = tmp_path / "case.tar"
    with tarfile.open(archive, "w") as tar:
        for name, snap, time in (("pstack.log", "snap2.txt", 1_760_000_300), ("pstack.log.1", "snap1.txt", 1_760_000_000)):
            member = tarfile.TarInfo(name)
            data = (example / snap).read_bytes()
            member.size, member.mtime = len(data), time
            tar.addfile(member, io.BytesIO(data))
    snapshots = json.loads(run("analyze", "--format", "json", archive).stdout)["processes"][0]["snapshots"]
    assert [snapshot["source"].rpartition("!")[2] for snapshot in snapshots] == ["pstack.log.1", "pstack.log"]
    assert [snapshot["taken_at"] for snapshot in snapshots] == ["2025-10-09T08:53:20Z", "2025-10-09T08:58:20Z"]


def test_a_dump_that_gdb_did_not_finish_is_told_and_gives_no_all_clear(run, example, tmp_path):
    """Eight of ten exhausted workers are missing from it."""
    lines = (example / "snap2.txt").read_bytes().split(b"\n")
    (tmp_path / "cut.txt").write_bytes(b"\n".join(lines[:90]) + b"\n")
    document = json.loads(run("compare", "--format", "json", example / "snap1.txt", tmp_path / "cut.txt").stdout)
    assert document["verdict"] == "blocked", "two workers are seen stuck, and nothing is said of the others"
    assert any(finding["kind"] == "capture-problem" and "breaks off after" in finding["title"] for finding in document["findings"])
    threads = document["processes"][0]["threads"]
    assert "vanished" not in {thread["progress"] for thread in threads}
    assert not any(pool["exhausted"] for pool in document["processes"][0]["pools"])


def test_a_file_that_is_named_twice_is_no_second_snapshot(run, example):
    document = json.loads(run("analyze", "--format", "json", example / "snap1.txt", example / "snap1.txt").stdout)
    assert len(document["processes"][0]["snapshots"]) == 1


def test_a_bomb_beside_good_dumps_is_noted_and_passed_over(run, example, tmp_path):
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(bytes(100_000_000)))
    document = json.loads(run("analyze", "--format", "json", bomb, example / "snap1.txt", example / "snap2.txt").stdout)
    assert document["verdict"] == "worker-exhaustion"
    assert any("bomb" in warning for warning in document["warnings"])


def test_an_input_is_never_overwritten(run, example, tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_bytes((example / "snap1.txt").read_bytes())
    done = run("analyze", "-o", mine, mine)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert mine.read_bytes() == (example / "snap1.txt").read_bytes()


def test_names_without_a_number_come_before_those_with_one(run, example, tmp_path):
    (tmp_path / "dump.txt").write_bytes((example / "snap1.txt").read_bytes())
    (tmp_path / "dump2.txt").write_bytes((example / "snap2.txt").read_bytes())
    snapshots = json.loads(run("analyze", "--format", "json", tmp_path).stdout)["processes"][0]["snapshots"]
    assert [pathlib.Path(snapshot["source"]).name for snapshot in snapshots] == ["dump.txt", "dump2.txt"]


def test_compare_takes_two_inputs_at_least(run, example):
    done = run("compare", example / "snap1.txt")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_a_graph_is_drawn_instead_of_the_report_and_keeps_the_exit_status(run, example):
    done = run("analyze", "--graph", "mermaid", example)
    assert done.returncode == 1
    assert done.stdout.startswith("flowchart LR\n")


def test_a_dump_that_breaks_off_takes_nothing_away_from_what_two_whole_ones_prove(run, example, tmp_path):
    """Whoever is missing from it is judged by the other dumps, wherever it stands among them."""
    lines = (example / "snap2.txt").read_bytes().split(b"\n")
    (tmp_path / "cut.txt").write_bytes(b"\n".join(lines[:90]) + b"\n")
    whole = [example / "snap1.txt", example / "snap2.txt"]
    for at in range(3):
        inputs = [*whole[:at], tmp_path / "cut.txt", *whole[at:]]
        document = json.loads(run("compare", "--format", "json", *inputs).stdout)
        assert document["verdict"] == "worker-exhaustion"
        explanations = [finding["explanation"] for finding in document["findings"] if finding["kind"] == "capture-problem"]
        assert [each.endswith("are judged by the other dumps.") for each in explanations] == [True]
        threads = document["processes"][0]["threads"]
        assert {thread["progress"] for thread in threads} <= {"stuck", "idle"}
        absent = [thread for thread in threads if thread["present"] == [index for index in range(3) if index != at]]
        assert absent and all("a dump that breaks off" in thread["note"] for thread in absent if at != 1)
