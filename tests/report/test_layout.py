"""Lines are laid out by columns, of which a Chinese character takes two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import stackan
from stackan.report.layout import columns, cut, cut_folder, safe, wrap
from stackan.report.page import Page
from stackan.report.text import render


def test_a_chinese_character_takes_two_columns_and_a_combining_mark_none():
    assert columns("线程 LWP") == 8
    assert columns("，（Ａ）") == 8
    assert columns("e\u0301") == 1


def test_chinese_is_broken_between_characters():
    assert list(wrap("全部工作线程都在等待", 8)) == ["全部工作", "线程都在", "等待"]


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one():
    text = "等待锁，持有者（线程）在「等待」；全部、都。" * 5
    for width in range(8, 40):
        lines = list(wrap(text, width))
        assert "".join(lines) == text
        assert not [line for line in lines if line[0] in "、，。；：）」" or line[-1] in "（「"], width


def test_a_path_that_begins_with_a_point_begins_a_line_of_its_own():
    assert list(wrap("没有栈信息：../case/snap1.txt", 18)) == ["没有栈信息：", "../case/snap1.txt"]


@given(st.text(alphabet="线程（「」）、，。ab /", max_size=60), st.integers(6, 40))
def test_wrapping_mixed_text_keeps_every_character_and_the_width(text, width):
    lines = list(wrap(text, width))
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(safe(text).split())


def test_what_is_cut_fits_by_columns():
    assert cut("线程池耗尽", 7) == "线程池…"
    assert columns(cut("线程池耗尽", 6)) <= 6


def test_of_a_path_the_middle_of_the_folder_is_cut_but_never_the_name_and_the_line():
    path = f"{'a' * 60}/{'b' * 60}/snapshot-of-node-1.txt:123456"
    assert cut_folder(path, 60).endswith("/snapshot-of-node-1.txt:123456")
    assert columns(cut_folder(path, 60)) == 60
    assert cut_folder(path, 60).startswith("aaa") and "…" in cut_folder(path, 60)
    assert cut_folder(path, 10).endswith("/snapshot-of-node-1.txt:123456")
    assert cut_folder("n" * 100 + ".txt:7", 60) == "n" * 100 + ".txt:7"


def test_a_proof_of_a_long_name_keeps_name_and_line_at_every_width(example, tmp_path):
    folder = tmp_path / ("folder" * 20) / ("part" * 30)
    folder.mkdir(parents=True)
    for at in (1, 2):
        (folder / f"{at}{'x' * 120}.txt").write_bytes((example / f"snap{at}.txt").read_bytes())
    analysis = stackan.analyze(stackan.load(folder))
    for width in (80, 140):
        lines = list(render(analysis, Page(width=width)))
        assert any(f"{'x' * 120}.txt:36" in line for line in lines)


def test_where_lines_may_be_longer_they_are_whole_but_text_is_wrapped_all_the_same(example):
    analysis = stackan.analyze(stackan.load(example))
    quote = next(quote for finding in analysis.findings for quote in finding.evidence).text.strip()
    narrow, whole = ("\n".join(render(analysis, Page(whole=whole))) for whole in (False, True))
    assert quote in whole and quote not in narrow
    assert max(len(line) for line in whole.splitlines() if quote not in line) <= 80
