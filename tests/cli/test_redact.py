"""`stackan redact`, and `--redact` of other commands."""

from __future__ import annotations

import json

import pytest

DUMP = """Thread 1 (Thread 0x7f9b10f3b6c0 (LWP 4243) "app"):
#0  0x00007f9b120ed545 in poll () from /lib64/libc.so.6
#1  0x0000555b38d6fe19 in run (q=0x7f12a0010c40 "hunter2horse") at run.cc:12
"""


def test_redact_says_where_the_list_lies(run, tmp_path):
    (tmp_path / "a.txt").write_text(DUMP)
    done = run("redact", tmp_path / "a.txt", tmp_path / "b.txt")
    assert done.returncode == 0
    assert f"{tmp_path / 'b.txt.replaced.json'}" in done.stdout
    assert "hunter2horse" not in (tmp_path / "b.txt").read_text()


def test_redact_refuses_standard_input_and_what_is_missing_with_a_sentence(run, tmp_path):
    for source in ("-", str(tmp_path / "none.txt")):
        done = run("redact", source, tmp_path / "b.txt")
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert done.stderr.startswith(f"stackan: {source}: ")


@pytest.mark.parametrize("command", ["analyze", "parse"])
def test_an_option_redacts_before_anything_is_concluded(run, tmp_path, command):
    (tmp_path / "a.txt").write_text(DUMP)
    plain = run(command, tmp_path / "a.txt", "--format", "json")
    hidden = run(command, tmp_path / "a.txt", "--format", "json", "--redact")
    assert plain.returncode == hidden.returncode == 0
    assert "0x7f9b10f3b6c0" in plain.stdout
    assert "0x7f9b10f3b6c0" not in hidden.stdout
    assert "hunter2horse" not in hidden.stdout
    if command == "analyze":
        assert json.loads(plain.stdout)["verdict"] == json.loads(hidden.stdout)["verdict"]


@pytest.mark.parametrize("format", ["json", "ndjson", "folded", "summary", "speedscope"])
def test_every_format_of_parse_is_redacted(run, tmp_path, format):
    (tmp_path / "a.txt").write_text(DUMP + "hunter2horse is no line of a dump: password=hunter2horse\n")
    done = run("parse", tmp_path / "a.txt", "--format", format, "--redact")
    assert done.returncode == 0
    assert "password=hunter2horse" not in done.stdout
    assert '"hunter2horse"' not in done.stdout
    assert "run" in done.stdout or "1 thread" in done.stdout


def test_the_option_refuses_standard_input(run):
    done = run("analyze", "-", "--redact", stdin=DUMP.encode())
    assert done.returncode == 2
    assert "give files" in done.stderr
