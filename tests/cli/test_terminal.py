"""The report takes the width of the terminal, colors and links as far as that knows them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "report"))

import pytest
from goldens import ROOT, terminal

from stackan.cli import main

EXAMPLE = "examples/mariadb-pool-exhausted"
PLAIN = {"NO_COLOR": "", "FORCE_COLOR": "", "TMUX": "", "VTE_VERSION": "", "TERM_PROGRAM": "", "TERM": "xterm"}


def shown(columns: int, *options: str, **environment: str) -> str:
    with terminal(columns, **{**PLAIN, **environment}) as screen:
        main(["analyze", "--lang", "en", EXAMPLE, *options])
    return screen.text


@pytest.mark.parametrize(("columns", "width"), [(20, 80), (80, 80), (100, 100), (140, 140), (400, 140)])
def test_the_width_is_the_terminals_between_80_and_140_columns(columns, width):
    lines = shown(columns, "--color", "never").splitlines()
    assert width - 15 < max(map(len, lines)) <= width


def test_a_pipe_gets_names_and_quoted_lines_whole_and_no_color(run, example):
    done = run("analyze", "--lang", "en", example, environment={"COLUMNS": ""})
    assert "lock0lock.cc:2189\n" in done.stdout and "\x1b" not in done.stdout
    assert len([line for line in done.stdout.splitlines() if len(line) > 80]) == 1


def test_no_color_takes_colors_from_a_terminal_and_force_color_gives_them_to_a_pipe(run, example, tmp_path):
    assert "\x1b[" in shown(80)
    assert "\x1b[" not in shown(80, NO_COLOR="1")
    assert "\x1b[" not in shown(80, TERM="dumb")
    assert "\x1b[" in run("analyze", example, environment={"FORCE_COLOR": "1", "NO_COLOR": ""}).stdout
    assert "\x1b[" not in run("analyze", example, environment={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    assert "\x1b[" not in run("analyze", example, environment={"FORCE_COLOR": "0", "NO_COLOR": ""}).stdout
    run("analyze", example, "-o", tmp_path / "report.txt", environment={"FORCE_COLOR": "1", "NO_COLOR": ""})
    assert "\x1b[" not in (tmp_path / "report.txt").read_text()


def test_the_file_of_a_proof_is_a_link_where_the_terminal_knows_links():
    linked = shown(80, TERM_PROGRAM="WezTerm")
    address = f"{ROOT}/{EXAMPLE}/snap1.txt"
    assert f"{address}\x1b\\mariadb-pool-exhausted/snap1.txt:36\x1b]8;;\x1b\\" in linked
    assert "\x1b]8;;file://" in linked
    for environment in ({}, {"TERM_PROGRAM": "WezTerm", "NO_COLOR": "1"}, {"TERM_PROGRAM": "WezTerm", "TERM": "linux"}):
        assert "\x1b]8" not in shown(80, **environment)


@pytest.mark.parametrize(("name", "encoded"), [("线 1.txt", "%E7%BA%BF%201.txt"), ("a\x1b]8;;b\x07.txt", None)])
def test_a_link_holds_nothing_that_a_terminal_obeys(tmp_path, name, encoded):
    file = tmp_path / name
    file.write_bytes((ROOT / EXAMPLE / "snap1.txt").read_bytes())
    with terminal(80, **{**PLAIN, "TERM_PROGRAM": "WezTerm"}) as screen:
        main(["analyze", "--lang", "en", "--color", "never", str(file)])
    links = screen.text.count("\x1b]8;;")
    assert links == (0 if encoded is None else 2 * screen.text.count(f"/{encoded}\x1b\\"))
    assert "\x07" not in screen.text and screen.text.count("\x1b") == 2 * links


def test_what_is_in_an_archive_is_no_link(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "case.zip", "w") as archive:
        for name in ("snap1.txt", "snap2.txt"):
            archive.write(ROOT / EXAMPLE / name, name)
    with terminal(80, **{**PLAIN, "TERM_PROGRAM": "WezTerm"}) as screen:
        main(["analyze", "--lang", "en", str(tmp_path / "case.zip")])
    assert "snap1.txt:36" in screen.text and "\x1b]8" not in screen.text
