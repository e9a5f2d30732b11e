"""Profiles that would take too long, or too much memory: refused in a sentence, or switched off with a note."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan.classify.expressions import CHANCES, Expression, Expressions
from stackan.classify.profiles import LARGEST, read_profile
from stackan.cli import main
from stackan.errors import ProfileError

HANGS = "(?b)(?:abc){e<=1000}"
RULE = 'name = "mine"\n[[running]]\nid = "mine.slow"\nframes = [\'/{}/\', "..."]\nsource = "here"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#" * (LARGEST + 1), "larger than 1 MiB"),
        ("x = " + "[" * 100_000, "nested too deeply"),
        ("x = " + "{a=" * 5000, "nested too deeply"),
        ("a." * 100_000 + "a = 1", "nested too deeply"),
        ("[[" + "a ." * 100_000 + "b]]", "nested too deeply"),
        ('"a".' * 100_000 + "a = 1", "nested too deeply"),
        ("x = " + "9" * 5000, "no valid TOML"),
        (RULE.format("a" * 1001), "1001 characters"),
        (RULE.format("(" * 400 + "a" + ")" * 400), "nested too deeply"),
        (RULE.format("(a{1000}){1000}"), "repeats more than"),
        (RULE.format("(?:(?:a?){30000}){2,}"), "repeats more than"),
        (RULE.format("((((a{100,}){100}){100}){100})*"), "repeats more than"),
        (RULE.format("(a"), "no regular expression"),
        ('name = "mine"\n[[' + "n" * 5000 + "]]\n", "no section is called"),
    ],
    ids=range(14),
)
def test_a_profile_that_asks_for_too_much_is_refused_in_a_short_sentence(
    tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ProfileError, match=said):
        read_profile(str(path))
    assert main(["profiles", "check", str(path)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error) < 600 + len(str(path))
    assert error.count("\n") == 1


def test_ordinary_expressions_and_texts_are_taken(tmp_path: Path) -> None:
    for text in (r"[0-9a-f]{16}::wait_\d{1,3}", "x" * 1000, r"\w{0,200}::(?:\w{0,200})"):
        assert read_profile(str(written(tmp_path, RULE.format(text))))["name"] == "mine"


def test_an_expression_that_takes_too_long_is_switched_off_after_three_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackan.classify.expressions.SECONDS", 0.02)
    expressions = Expressions()
    slow, quick = expressions.of("mine.slow", HANGS), expressions.of("mine.quick", "do_.*")
    names = ["a" * (5000 + at) for at in range(CHANCES)]
    for at, name in enumerate(names):
        assert not slow.is_off
        assert not slow(name)
        assert not slow(name), "a name is asked about once"
        assert len(expressions.notes()) == (at + 1 == CHANCES)
    assert slow.is_off
    assert not slow("abc")
    assert quick("do_work")
    (note,) = expressions.notes()
    assert "rule mine.slow" in note
    assert HANGS in note


def test_what_is_in_time_is_never_switched_off() -> None:
    expression = Expression("f.*")
    assert [expression(f"f{at}" * 1000) for at in range(100)] == [True] * 100
    assert not expression.is_off


def test_the_analysis_tells_which_rule_was_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackan.classify.expressions.SECONDS", 0.02)
    threads = "".join(f"Thread {at} (LWP {at}):\n#0  0x0000000000000001 in {'a' * (5000 + at)} ()\n\n" for at in range(1, 5))
    (tmp_path / "snap.txt").write_text(threads)
    profile = written(tmp_path, RULE.format(HANGS))
    warnings = stackan.analyze(stackan.load(tmp_path / "snap.txt"), [str(profile)]).warnings
    assert [warning for warning in warnings if "rule mine.slow" in warning and "was switched off" in warning]
