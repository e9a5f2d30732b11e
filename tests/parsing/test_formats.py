"""Each row of the table of formats is whole: a detector, a reader or the scanner's grammar, a page, openers that say what they promise."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from stackan.model.formats import FORMATS, Format

PAGES = Path(__file__).parents[2] / "docs" / "formats"
ROWS = pytest.mark.parametrize("row", FORMATS.values(), ids=FORMATS)


@ROWS
def test_a_format_is_recognized_by_the_detector_of_its_family(row: Format) -> None:
    detector = import_module(f"stackan.parsing.{row.family}.detect")
    assert callable(detector.recognize)
    assert f'"{row.name}"' in inspect.getsource(detector)


@ROWS
def test_a_format_is_read_by_one_reader_or_by_the_scanner(row: Format) -> None:
    assert (row.reader != "") == (row.grammar is None)
    if row.reader:
        assert callable(import_module(f"stackan.parsing.{row.family}.{row.reader}").read)


@ROWS
def test_the_list_of_formats_leads_to_the_page_of_each(row: Format) -> None:
    index = (PAGES / "README.md").read_text("utf-8").splitlines()
    assert any(f"`{row.name}`" in line and f"({row.page})" in line for line in index)
    assert (PAGES / row.page).is_file()


@ROWS
def test_the_line_of_an_opener_holds_the_words_that_are_searched_for(row: Format) -> None:
    for opener in row.openers:
        assert opener.mark.strip()
        re.compile(opener.margin + opener.line)
        assert re.compile(opener.margin).groups == 1, "the margin is the first group"


def test_the_debuggers_that_people_use_most_are_asked_first() -> None:
    assert next(iter(FORMATS.values())).family == "gdb"
