"""The page from the command line: where it goes, in which bytes, and that `--open` opens it."""

from __future__ import annotations

import os
import re

import pytest


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_the_page_is_utf_8_whatever_the_terminal_is(run, example, locale):
    done = run("analyze", "--format", "html", "--lang", "zh_CN", example, environment={**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0"})
    assert done.returncode == 1
    assert done.stdout.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')
    assert "结论" in done.stdout
    assert done.stderr == ""


def test_the_exit_status_is_that_of_the_report(run, example, tmp_path):
    page = tmp_path / "report.html"
    assert run("compare", "--format", "html", "-o", page, example / "snap1.txt", example / "snap2.txt").returncode == 1
    assert run("analyze", "--format", "html", "--exit-zero", "-o", page, example).returncode == 0
    assert page.read_text(encoding="utf-8").endswith("</html>\n")


def test_an_input_is_not_overwritten(run, example, tmp_path):
    dump = tmp_path / "snap1.txt"
    dump.write_bytes((example / "snap1.txt").read_bytes())
    done = run("analyze", "--format", "html", "-o", dump, dump)
    assert done.returncode == 2
    assert "would be lost" in done.stderr
    assert dump.read_bytes() == (example / "snap1.txt").read_bytes()


def opened(run, *call, browser="true", **more):
    return run(*call, environment={**os.environ, "BROWSER": f"/bin/{browser}", "LC_ALL": "C.UTF-8", **more})


def test_open_writes_a_new_file_of_the_user_s_own_and_says_where(run, example, tmp_path):
    done = opened(run, "analyze", "--open", "--exit-zero", example, TMPDIR=str(tmp_path))
    path = re.fullmatch(r"stackan: (.*\.html): written, and opened in the browser\n", done.stderr)
    assert path is not None
    assert path[1].startswith(str(tmp_path))
    assert os.stat(path[1]).st_mode & 0o077 == 0
    assert done.stdout == ""


def test_open_opens_the_file_that_was_asked_for(run, example, tmp_path):
    page = tmp_path / "ein Bericht.html"
    done = opened(run, "analyze", "--open", "--quiet", "-o", page, example)
    assert (done.returncode, done.stderr) == (1, "")
    assert page.is_file()


def test_where_no_browser_can_be_started_the_file_stays(run, example, tmp_path):
    page = tmp_path / "report.html"
    done = opened(run, "analyze", "--open", "-o", page, example, browser="false")
    assert done.returncode == 1
    assert "no browser could be started" in done.stderr
    assert page.is_file()


@pytest.mark.parametrize("other", [("--format", "json"), ("--explain", "17870"), ("--graph", "dot")])
def test_open_does_not_go_with_what_is_no_page(run, example, other):
    done = opened(run, "analyze", "--open", *other, example)
    assert done.returncode == 2
    assert "--open opens the page" in done.stderr
