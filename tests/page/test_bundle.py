"""The program that is committed is what its sources give, small, and speaks the words of the catalog."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from stackan.report.html.words import words_of
from stackan.wording.catalog import CHINESE, ENGLISH, catalog_of

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "stackan" / "report" / "html" / "app.js"
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "web" / "src").glob("*.ts*")))


def test_the_program_is_within_its_limits():
    program = PROGRAM.read_bytes()
    assert len(program) <= 120 * 1024
    assert len(gzip.compress(program, 9)) <= 40 * 1024
    assert program.isascii()
    assert not re.search(rb"</script|<!--", program, re.IGNORECASE)


def test_the_program_is_what_its_sources_give():
    if shutil.which("node") is None or not (ROOT / "web" / "node_modules" / "esbuild").is_dir():
        pytest.skip("no node with the libraries of web/: run `npm ci` there")
    done = subprocess.run(["node", "build.mjs", "--check"], cwd=ROOT / "web", capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_every_word_that_the_program_asks_for_is_there_and_none_is_unused():
    asked = set(re.findall(r"""\bt\((?:\w+ \? )?"(\w+)\"""", SOURCES)) | set(re.findall(r""" : "(folded\w+)"\)""", SOURCES))
    asked |= set(re.findall(r"""<Choice name="(\w+)\"""", SOURCES))
    assert asked == set(words_of(catalog_of(ENGLISH)))


def test_the_program_speaks_chinese():
    english, chinese = words_of(catalog_of(ENGLISH)), words_of(catalog_of(CHINESE))
    assert english.keys() == chinese.keys()
    assert [name for name in english if english[name] == chinese[name]] == []
