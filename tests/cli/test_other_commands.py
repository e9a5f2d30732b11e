"""`stackan --version`, `parse`, `profiles`, and calls that make no sense."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


def test_the_version_says_which_scanner_is_in_use(run):
    words = run("--version").stdout.split()
    assert words[0] == "stackan" and words[2] in ("(native", "(pure")


def test_the_scanner_can_be_forced_to_the_plain_one(run):
    assert "(pure scanner" in run("--version", environment={"STACKAN_BACKEND": "pure"}).stdout


def test_an_unknown_scanner_is_refused_in_one_sentence(run, example):
    done = run("analyze", example, environment={"STACKAN_BACKEND": "quantum"})
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "quantum" in done.stderr


def test_help_stands_on_every_command(run):
    for command in ("analyze", "compare", "parse", "profiles", "rescue"):
        assert "usage: stackan " + command in run(command, "--help").stdout


@pytest.mark.parametrize("arguments", [(), ("frobnicate",), ("analyze",), ("analyze", "--format", "pdf", "x")])
def test_a_call_that_makes_no_sense_exits_with_two(run, arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("analyze", "x"), ("compare", "x", "y"), ("parse", "x"), ("profiles", "list")])
def test_an_unknown_option_is_told_with_what_its_command_needs_and_where_to_read_on(run, arguments):
    done = run(*arguments, "--bogus")
    usage, more, trouble = done.stderr.splitlines()
    assert done.returncode == 2
    assert usage.startswith(f"usage: stackan {arguments[0]} ")
    assert trouble.endswith("error: unrecognized arguments: --bogus")
    assert more.startswith(f"`stackan {arguments[0]}")
    assert more.endswith(" --help` tells of all options")


def test_what_a_command_needs_stands_in_one_line(run):
    usage, *_ = run("batch", "--bogus").stderr.splitlines()
    assert usage == "usage: stackan batch --store DIR INPUT [INPUT ...] [OPTION ...]"


def test_options_may_stand_between_inputs(run, example):
    mixed = run("compare", example / "snap1.txt", "--format", "json", "-", stdin=(example / "snap2.txt").read_bytes())
    snapshots = json.loads(mixed.stdout)["processes"][0]["snapshots"]
    assert [snapshot["source"] for snapshot in snapshots] == [str(example / "snap1.txt"), "-"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full, which takes nothing")
@pytest.mark.parametrize(
    "arguments", [("analyze",), ("parse",), ("parse", "--format", "summary"), ("parse", "--format", "arrow"), ("profiles", "list")]
)
def test_a_result_that_cannot_be_written_is_told_with_its_file(run, example, arguments):
    if "arrow" in arguments:
        pytest.importorskip("pyarrow")
    inputs = [] if arguments[0] == "profiles" else [example]
    done = run(*arguments, *inputs, "-o", "/dev/full")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "stackan: /dev/full: cannot be written (No space left on device); give another file to -o"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full, which takes nothing")
def test_so_is_a_full_standard_output(example):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-m", "stackan", "analyze", example], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == b"stackan: standard output: cannot be written (No space left on device); give a file with -o"


def test_parse_gives_threads_and_frames_as_json(run, example):
    document = json.loads(run("parse", example / "snap1.txt").stdout)
    assert len(document["threads"]) == 25
    frame = document["threads"][0]["frames"][5]
    assert (frame["level"], frame["function"], frame["file_line"]) == (5, "lock_wait", 2189)


def test_parse_gives_one_line_for_each_thread_as_ndjson(run, example):
    lines = run("parse", "--format", "ndjson", example / "snap1.txt").stdout.splitlines()
    assert [json.loads(line)["lwp"] for line in lines][:2] == [17870, 17869]


def test_parse_gives_folded_stacks_outermost_first(run, example):
    lines = run("parse", "--format", "folded", example / "snap1.txt").stdout.splitlines()
    stacks = dict(line.rsplit(" ", 1) for line in lines)
    assert sum(map(int, stacks.values())) == 25
    assert all(stack.split(";")[0] in ("clone3", "_start") for stack in stacks)


def test_folded_stacks_stand_on_what_they_are_asked_to(run, example):
    counts = {}
    for root in ("process", "pool", "thread"):
        lines = run("parse", "--format", "folded", "--root", root, example).stdout.splitlines()
        counts[root] = {}
        for line in lines:
            stack, number = line.rsplit(" ", 1)
            first = stack.split(";")[0]
            counts[root][first] = counts[root].get(first, 0) + int(number)
    assert counts["process"] == {"17802": 50}
    assert counts["pool"]["MariaDB thread pool"] == 20 and sum(counts["pool"].values()) == 50
    assert counts["thread"] == {"mariadbd": 50}


def test_a_root_is_refused_where_no_stack_is_folded(run, example):
    for options in ((), ("--format", "json"), ("--format", "folded", "--explain")):
        done = run("parse", "--root", "pool", *options, example)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_parse_sums_up_what_stands_in_a_dump(run, example):
    assert "gdb, 25 threads, 435 frames" in run("parse", "--format", "summary", example / "snap1.txt").stdout


def test_profiles_are_listed_and_shown(run):
    assert "mariadb" in run("profiles", "list").stdout
    assert 'name = "mariadb"' in run("profiles", "show", "mariadb").stdout
    missing = run("profiles", "show", "nosuch")
    assert (missing.returncode, len(missing.stderr.splitlines())) == (2, 1)


def test_a_profile_of_ones_own_is_checked(run, tmp_path):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('name = "mine"\n[[idle]]\nid = "mine.idle"\nframes = ["take_job", "..."]\nsource = "our wiki"\n')
    bad.write_text('name = "mine"\n[[idel]]\n')
    assert run("profiles", "check", good).returncode == 0
    done = run("profiles", "check", bad)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "idel" in done.stderr


def test_a_profile_of_ones_own_changes_the_verdict(run, tmp_path):
    """A made-up server whose workers park in a lock below take_job: idle by its own profile only."""
    frames = ("__lll_lock_wait () from /lib/libpthread.so.0", "pthread_mutex_lock () from /lib/libpthread.so.0", "take_job ()", "worker ()")
    stack = "".join(f"#{level}  {level + 1:#04x} in {frame}\n" for level, frame in enumerate((*frames, "start_thread ()")))
    text = "".join(f'Thread {n} (Thread 0x7f{n:02} (LWP 10{n}) "w"):\n{stack}\n' for n in range(1, 5))
    for snap in ("a1.txt", "a2.txt"):
        (tmp_path / snap).write_text(text)
    profile = tmp_path / "mine.toml"
    profile.write_text('name = "mine"\nalways = true\n[[idle]]\nid = "mine.idle"\nframes = ["take_job", "..."]\nsource = "our wiki"\n')
    inputs = (tmp_path / "a1.txt", tmp_path / "a2.txt")
    assert json.loads(run("analyze", "--format", "json", *inputs).stdout)["verdict"] == "blocked"
    assert json.loads(run("analyze", "--format", "json", "--profile", profile, *inputs).stdout)["verdict"] == "idle"


def test_parse_explains_how_it_knows_a_format(run, example):
    said = run("parse", "--explain", example / "snap1.txt").stdout
    assert said == f"{example / 'snap1.txt'}: gdb: lines `Thread n (…)` head the threads, and gdb's own words stand before them\n"


def test_parse_writes_a_table_of_frames(run, example, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    done = run("parse", "--format", "parquet", "-o", tmp_path / "frames.parquet", example)
    assert (done.returncode, done.stdout) == (0, "")
    assert parquet.read_table(tmp_path / "frames.parquet").num_rows == 870
