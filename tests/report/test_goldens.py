"""Ten real cases, line by line, as a person has read them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent))

import pytest
from goldens import CASES, LANGUAGES, WIDTHS, path_of, shown, speaks

from stackan.report.layout import columns


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_a_case_reads_as_it_was_read_before(case, language, width):
    if not speaks(language):
        pytest.skip(f"the catalog of {language} has not been built")
    text = shown(case, language, width)
    assert text == path_of(case, language, width).read_text(encoding="utf-8")
    assert max(map(columns, text.splitlines())) <= width
