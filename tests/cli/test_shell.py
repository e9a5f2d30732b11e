"""What shells complete, and the manual page: both made from the parser, so that nothing is missing."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess

import pytest

from stackan.cli.commands import COMMANDS, make_parser
from stackan.cli.grammar import profile_names, read_grammar

SHELLS = ("bash", "zsh", "fish")


def actions() -> dict[str, list[argparse.Action]]:
    """{command: its actions}, of the real parser; that of the program itself is ""."""
    parser = make_parser("en", *COMMANDS)
    return {"": parser._actions, **{name: each._actions for name, each in parser.commands.items()}}


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_the_grammar_has_all_commands_and_options_in_one_language(lang):
    grammar = read_grammar(lang)
    assert [command.name for command in grammar] == ["", *COMMANDS]
    for command in grammar:
        known = {name for action in actions()[command.name] for name in action.option_strings}
        assert {name for option in command.options for name in option.names} == known
        assert all(option.about for option in (*command.options, *command.words))


def test_what_stands_in_chinese_is_chinese():
    abouts = [option.about for command in read_grammar("zh_CN") for option in command.options]
    assert [about for about in abouts if not re.search("[\u4e00-\u9fff]", about)] == []


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("shell", SHELLS)
def test_every_option_is_completed_by_every_shell(run, shell, lang):
    done = run("completion", shell, "--lang", lang)
    assert (done.returncode, done.stderr) == (0, "")
    for name in {name for each in actions().values() for action in each for name in action.option_strings}:
        short, long = f" -s {name[1:]} ", f" -l {name[2:]} "
        assert (short if not name.startswith("--") else long) in f"{done.stdout} " if shell == "fish" else name in done.stdout


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"no {program}")
    return found


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_takes_the_script(run, tmp_path, shell, lang):
    program = needs(shell)
    run("completion", shell, "--lang", lang, "-o", tmp_path / "script")
    done = subprocess.run([program, "-n", tmp_path / "script"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_stackan
printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = "source $argv[1]; complete -C $argv[2]"
CASES = [
    (["an"], {"analyze"}),
    ([""], set(COMMANDS)),
    (["analyze", "--fo"], {"--format", "--follow-links"}),
    (["analyze", "-f", ""], {"text", "json", "html", "markdown"}),
    (["--lang", "zh_CN", "analyze", "--gra"], {"--graph"}),
    (["profiles", ""], {"list", "show", "check"}),
    (["profiles", "show", "mar"], {"mariadb"}),
    (["analyze", "--profile", "post"], {"postgres"}),
    (["completion", ""], set(SHELLS)),
    (["--vers"], {"--version"}),
]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [*CASES, (["analyze", "--format", "=", "j"], {"json"}), (["analyze", "--format", "="], {"text", "json", "html", "markdown"})],
)
def test_bash_completes_what_may_stand_there(run, tmp_path, words, wanted):
    program = needs("bash")
    run("completion", "bash", "-o", tmp_path / "script")
    done = subprocess.run(
        [program, "-c", BASH, "bash", tmp_path / "script", "stackan", *words], capture_output=True, text=True, timeout=60, check=True
    )
    assert set(done.stdout.split()) == wanted


@pytest.mark.parametrize(("words", "wanted"), CASES)
def test_fish_completes_what_may_stand_there(run, tmp_path, words, wanted):
    program = needs("fish")
    run("completion", "fish", "-o", tmp_path / "script")
    line = " ".join(["stackan", *words])
    done = subprocess.run([program, "-c", FISH, tmp_path / "script", line], capture_output=True, text=True, timeout=60, check=True)
    assert {row.partition("\t")[0] for row in done.stdout.splitlines()} >= wanted


def test_bash_leaves_files_to_itself(run, tmp_path):
    program = needs("bash")
    run("completion", "bash", "-o", tmp_path / "script")
    for words in (["analyze", "sn"], ["analyze", "-o", "x"], ["rescue", "--install-dir", "/op"]):
        done = subprocess.run(
            [program, "-c", BASH, "bash", tmp_path / "script", "stackan", *words], capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout.strip() == ""
    assert "complete -o default" in (tmp_path / "script").read_text()


def test_profiles_are_completed_by_the_names_that_they_have(run):
    assert {"mariadb", "postgres", "dolphindb"} <= set(profile_names())
    listed = {line.split()[0] for line in run("profiles", "list").stdout.splitlines()}
    assert set(profile_names()) == listed


# -- the manual page


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_the_manual_page_names_every_command_option_and_exit_status(run, lang):
    done = run("man", "--lang", lang)
    assert (done.returncode, done.stderr) == (0, "")
    page = done.stdout.replace("\\-", "-")
    for command, each in actions().items():
        assert f".SH STACKAN {command.upper()}\n" in page or not command
        for action in each:
            assert all(f"\\fB{name}\\fR" in page for name in action.option_strings)
    assert page.startswith('.TH STACKAN 1 "" "stackan ')
    assert "\\fB130\\fR" in page
    assert all(line.isprintable() for line in page.splitlines())


def test_groff_lays_it_out_without_a_warning(run, tmp_path):
    groff = needs("groff")
    run("man", "-o", tmp_path / "stackan.1")
    done = subprocess.run([groff, "-man", "-Tutf8", "-ww", tmp_path / "stackan.1"], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    words = re.sub(r".\x08|\x1b\[[0-9;]*m", "", done.stdout)
    for expected in ("STACKAN ANALYZE", "--explain", "exit status:", "stackan analyze 'case.zip!node1/snap1.txt' --explain 'LWP 4250'"):
        assert expected in words
