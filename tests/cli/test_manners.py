"""What a person meets who mistypes a word, asks for help, or waits: a suggestion, the whole story, a note."""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stackan.cli.commands import COMMANDS, make_parser
from stackan.cli.endings import _FORMATS

# -- did you mean


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("analyse", "x"), "analyze"),
        (("Analyze", "x"), "analyze"),
        (("anlyze", "x"), "analyze"),
        (("profile", "list"), "profiles"),
        (("analyze", "x", "--formt", "json"), "--format"),
        (("analyze", "x", "--exlpain=17"), "--explain"),
        (("parse", "x", "--ouput", "y"), "--output"),
        (("analyze", "x", "--colour", "never"), "--color"),
        (("analyze", "x", "--format", "jsn"), "json"),
        (("analyze", "x", "-f", "JSON"), "json"),
        (("analyze", "x", "--graph", "mermiad"), "mermaid"),
        (("profiles", "lst"), "list"),
        (("profiles", "show", "mariabd"), "mariadb"),
        (("profiles", "show", "MariaDB"), "mariadb"),
        (("completion", "bsh"), "bash"),
        (("--vresion",), "--version"),
    ],
)
def test_a_mistyped_word_is_told_with_the_one_that_was_meant(run, arguments, meant):
    done = run(*arguments)
    assert done.returncode == 2
    assert f"did you mean {meant}?" in done.stderr.splitlines()[-1]


def test_so_is_the_name_of_a_profile_for_an_analysis(run, example):
    done = run("analyze", "--profile", "mariabd", example)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "did you mean mariadb?" in done.stderr


@pytest.mark.parametrize("arguments", [("frobnicate",), ("analyze", "x", "--zzzzzz"), ("profiles", "show", "zzzzzz"), ("x" * 5000,)])
def test_nothing_is_suggested_for_what_looks_like_nothing(run, arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "did you mean" not in done.stderr


def test_a_file_in_the_place_of_a_command_is_told_as_such(run, example):
    done = run(example / "snap1.txt", example / "snap2.txt")
    assert done.returncode == 2
    assert f"did you mean: `stackan analyze {example / 'snap1.txt'}`" in done.stderr


@pytest.mark.parametrize("arguments", [("-q", "analyze", "x"), ("--format", "json", "analyze", "x"), ("--exit-zero", "compare", "x", "y")])
def test_an_option_before_its_command_is_sent_behind_it(run, arguments):
    done = run(*arguments)
    command = next(word for word in arguments if word in COMMANDS)
    assert done.returncode == 2
    assert done.stderr.rstrip().endswith(f"options of a command stand behind it: `stackan {command} {arguments[0]}`")


def test_suggestions_are_made_in_chinese_too(run):
    for arguments in (("analyse", "x"), ("analyze", "x", "--formt"), ("profiles", "show", "mariabd")):
        done = run(*arguments, "--lang", "zh_CN")
        assert "是不是想" in done.stderr
        assert "did you mean" not in done.stderr


def test_a_profile_that_comes_with_stackan_can_be_asked_for_by_its_name(run, example):
    plain = json.loads(run("analyze", "--format", "json", example).stdout)
    for name in ("mariadb", "postgres"):
        done = run("analyze", "--format", "json", "--profile", name, example)
        assert json.loads(done.stdout)["verdict"] == plain["verdict"]
    assert json.loads(done.stdout)["processes"][0]["profile"] == "postgres", "the last one: it counts whatever is seen"


# -- help


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_has_exit_statuses_an_example_and_a_page(run, command, lang):
    done = run(*([command] if command else []), "--help", "--lang", lang)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line for line in lines if re.match(r"  0 +\S", line)] and [line for line in lines if re.match(r"  2 +\S", line)]
    examples = [line for line in lines if line.startswith("  stackan ")]
    assert examples
    page = lines[-1].split()[-1].rpartition("：")[2]
    assert os.path.isfile(page)


def test_every_example_of_the_help_can_be_parsed():
    from stackan.cli.abouts import ABOUTS, WHOLE

    assert ABOUTS.keys() == COMMANDS.keys()
    for told in (*ABOUTS.values(), WHOLE):
        for example in told.examples:
            program, *words = shlex.split(example)
            assert program == "stackan"
            if "--help" not in words:
                options, rest = make_parser("en", *COMMANDS).parse_known_args(words)
                assert (options.command, rest) == (words[0], [])


def test_help_alone_reads_the_end_of_help(run, example):
    code = "import sys; from stackan.cli import main; main(sys.argv[1:]); print('stackan.cli.abouts' in sys.modules)"
    command = [sys.executable, "-c", code, "analyze", example]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "False"


# -- short options


def test_short_options_mean_the_long_ones(run, example, tmp_path):
    assert run("-V").stdout == run("--version").stdout
    assert run("analyze", "-f", "json", example).stdout == run("analyze", "--format", "json", example).stdout
    run("analyze", "-qf", "json", example, "-o", tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_text())["verdict"] == "worker-exhaustion"


def test_quiet_is_short_too(run, example, tmp_path):
    assert run("analyze", example, "-o", tmp_path / "x.pdf").stderr != ""
    assert run("analyze", "-q", example, "-o", tmp_path / "x.pdf").stderr == ""


@pytest.mark.parametrize("command", ["analyze", "compare", "logs"])
def test_a_format_of_dumps_is_told_with_the_command_that_has_it(run, command):
    of_parse = re.findall(r"'(\w+)'", run("parse", "x", "-f", "?").stderr.splitlines()[-1].partition("choose from")[2])
    own = re.findall(r"'(\w+)'", run(command, "x", "-f", "?").stderr.splitlines()[-1].partition("choose from")[2])
    missing = [name for name in of_parse if name not in own]
    assert "speedscope" in missing and "folded" in missing
    for name in missing:
        assert run(command, "x", "-f", name).stderr.rstrip().endswith(f"'{name}'; dumps are written so by `stackan parse --format {name}`")


# -- the ending of the result's name


@pytest.mark.parametrize(
    ("command", "name", "begin"),
    [
        ("analyze", "x.json", b"{\n"),
        ("analyze", "x.JSON", b"{\n"),
        ("analyze", "x.txt", b"WORKER-EXHAUSTION"),
        ("analyze", "x", b"WORKER-EXHAUSTION"),
        ("analyze", "x.2024-06-07", b"WORKER-EXHAUSTION"),
        ("analyze", "x.dot", b"digraph"),
        ("analyze", "x.mmd", b"flowchart"),
        ("analyze", "x.graphml", b"<?xml"),
        ("compare", "x.json", b"{\n"),
        ("parse", "x.json", b"{\n"),
        ("parse", "x.ndjson", b'{"source"'),
        ("parse", "x.jsonl", b'{"source"'),
        ("parse", "x.folded", b"clone3;"),
        ("parse", "x.speedscope.json", b'{"$schema":"https://www.speedscope.app'),
        ("parse", "x.parquet", b"PAR1"),
        ("parse", "x.feather", b"ARROW1"),
    ],
)
def test_the_ending_of_a_results_name_asks_for_its_format(run, example, tmp_path, command, name, begin):
    if name.endswith((".parquet", ".feather")):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    done = run(command, example / "snap1.txt", example / "snap2.txt", "-o", tmp_path / name)
    assert done.stderr == ""
    assert (tmp_path / name).read_bytes().startswith(begin)


def test_a_format_that_is_asked_for_counts_more_than_the_ending(run, example, tmp_path):
    done = run("analyze", "-f", "text", example, "-o", tmp_path / "x.json")
    assert done.stderr == ""
    assert (tmp_path / "x.json").read_text().startswith("WORKER-EXHAUSTION")


@pytest.mark.parametrize(
    ("arguments", "name", "written"),
    [
        (("analyze",), "x.pdf", "text"),
        (("analyze",), "x.csv", "text"),
        (("analyze",), "x.json.gz", "text"),
        (("analyze",), "x.parquet", "text"),
        (("analyze",), "x.speedscope.json", "text"),
        (("analyze", "--explain", "17870"), "x.json", "text"),
        (("analyze", "--explain", "inputs"), "x.json", "text"),
        (("analyze", "--graph", "dot"), "x.json", "dot"),
        (("analyze", "--graph", "dot"), "x.svg", "dot"),
        (("parse",), "x.txt", "json"),
    ],
)
def test_an_ending_that_promises_something_else_is_told(run, example, tmp_path, arguments, name, written):
    done = run(*arguments, example, "-o", tmp_path / name)
    [line] = done.stderr.splitlines()
    assert line.startswith(f"stackan: {tmp_path / name}: is written as {written}, whatever its ending says")
    assert (tmp_path / name).is_file()


@pytest.mark.parametrize("arguments", [("analyze", "--explain", "17870"), ("analyze", "--graph", "dot")])
def test_an_ending_that_fits_what_is_written_is_passed_over(run, example, tmp_path, arguments):
    name = "x.txt" if "--explain" in arguments else "x.gv"
    assert run(*arguments, example, "-o", tmp_path / name).stderr == ""


@pytest.mark.parametrize("command", [("profiles", "list"), ("completion", "bash")])
def test_commands_of_one_format_say_so_too(run, tmp_path, command):
    assert "is written as text" in run(*command, "-o", tmp_path / "x.json").stderr
    assert run(*command, "-o", tmp_path / "x.txt").stderr == ""


def test_each_ending_stands_in_the_docs():
    table = (Path(__file__).parents[2] / "docs" / "shell.md").read_text(encoding="utf-8")
    assert [ending for ending in _FORMATS if f"`{ending}`" not in table] == []


def test_logs_and_rescue_take_the_ending_too(run, tmp_path):
    from tests.faultlogs.clusters import Cluster

    cluster = Cluster()
    cluster.chat("CSS0", "09:00:00.000", "11:00:00.000")
    run("logs", cluster.write(tmp_path / "logs"), "-o", tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_text())["logs"]
    run("rescue", "--pid", os.getpid(), "-o", tmp_path / "y.json")
    assert json.loads((tmp_path / "y.json").read_text())["schema"] == "stackan.rescue/1"


# -- --explain


@pytest.mark.parametrize(
    "subject", ["17870", "LWP 17870", "lwp 17870", "LWP=17870", "0x45ce", "0x45CE", "nid=0x45ce", "Thread 25", "0x772bb852b6c0", " 17870 "]
)
def test_a_thread_is_explained_by_what_people_copy(run, example, subject):
    done = run("analyze", "--exit-zero", "--explain", subject, example)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("LWP 17870 mariadbd of process 17802: stuck")
    assert done.stdout.count("of process 17802:") == 1


def test_a_name_explains_all_threads_that_have_it(run, example):
    for name in ("mariadbd", "MARIADBD", "maria*"):
        done = run("analyze", "--exit-zero", "--explain", name, example)
        assert done.stdout.count(" of process 17802: ") == 20
        assert "... and 5 more threads of that name: 17806" in done.stdout


def test_a_thread_whose_name_is_a_number_or_has_words_of_numbers_is_found(run, tmp_path):
    threads = "".join(
        f'Thread {number} (Thread 0x7f{number:02} (LWP {lwp}) "{name}"):\n#0  0x01 in poll ()\n#1  0x02 in work ()\n\n'
        for number, lwp, name in ((1, 100, "7"), (2, 200, "LWP 100"), (3, 300, "a[b]*"), (4, 7, "last"))
    )
    (tmp_path / "snap.txt").write_text(threads)

    def explained(subject: str) -> list[str]:
        return re.findall(r"^LWP (\d+)", run("analyze", "--explain", subject, tmp_path).stdout, re.MULTILINE)

    assert explained("7") == ["7"]
    assert explained("LWP 100") == ["200"]
    assert explained("lwp:100") == ["100"]
    assert explained("a[b]*") == ["300"]
    assert explained("thread 3") == ["300"]


def test_several_subjects_are_explained_one_after_the_other(run, example):
    done = run("analyze", "--exit-zero", "--explain", "17870", "--explain", "inputs", "--explain", "17869", "--explain", "17870", example)
    heads = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert [re.match(r"LWP \d+|process", head)[0] for head in heads] == ["LWP 17870", "process", "LWP 17869"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("subject", "words"), [("4711", "no thread of the case has that LWP"), ("mariadb", "did you mean mariadbd?"), ("zzz", "name or number")]
)
def test_a_subject_that_is_not_there_is_told_in_one_sentence(run, example, subject, words):
    done = run("analyze", "--explain", subject, example)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert words in done.stderr


# -- a terminal as standard input

pty = pytest.importorskip("pty", reason="no pseudo-terminals")


def at_terminal(*arguments: str, typed: bytes) -> tuple[int, str, str]:
    """(exit status, standard output, standard error) of a call whose standard input is a terminal, typed at after it has said something."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "stackan", *arguments], stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    os.close(follower)
    assert process.stderr is not None
    select.select([process.stderr], [], [], 1.5)
    os.write(leader, typed)
    time.sleep(0.2)
    os.write(leader, b"\x04")
    out, error = process.communicate(timeout=30)
    os.close(leader)
    return process.returncode, out, error


DUMP = b'Thread 1 (Thread 0x7f01 (LWP 7) "w"):\n#0  0x01 in poll ()\n#1  0x02 in work ()\n\n'


@pytest.mark.parametrize("command", ["analyze", "parse"])
def test_a_terminal_that_is_read_is_told(command):
    status, out, error = at_terminal(command, "-", typed=DUMP)
    assert status == 0
    assert error == "stackan: reading standard input, which is this terminal: paste the text, and end it with Ctrl-D on a line of its own\n"
    assert "7" in out


def test_with_quiet_nothing_is_said():
    assert at_terminal("analyze", "-q", "-", typed=DUMP)[2] == ""


def test_a_pipe_is_read_without_a_word(run, example):
    assert run("analyze", "-", stdin=(example / "snap1.txt").read_bytes()).stderr == ""
