"""The command answers in the language that --lang names, else in that of the locale; the library in English unless asked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import stackan
from stackan.cli.language import of_locale

CATALOG = Path(stackan.__file__).parent / "locale" / "zh_CN" / "LC_MESSAGES" / "stackan.mo"
in_chinese = pytest.mark.skipif(not CATALOG.exists(), reason="the Chinese catalog has not been built")
HAN = re.compile(r"[\u4e00-\u9fff]")
NONE = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "C", "LANGUAGE": ""}
CHINESE = {**NONE, "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"}


@pytest.mark.parametrize(
    ("language", "environment"),
    [
        ("en", {}),
        ("zh_CN", {"LANG": "zh_CN.UTF-8"}),
        ("zh_CN", {"LANG": "zh_SG.gb2312"}),
        ("zh_CN", {"LANG": "zh_Hans_HK.UTF-8"}),
        ("zh_CN", {"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}),
        ("zh_CN", {"LANG": "en_US.UTF-8", "LC_MESSAGES": "en_US", "LC_ALL": "zh_CN.UTF-8"}),
        ("en", {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}),
        ("en", {"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}),
        ("en", {"LANG": "zh_TW.UTF-8"}),
        ("en", {"LANG": "de_DE.UTF-8"}),
        ("zh_CN", {"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh_CN:en"}),
        ("en", {"LANG": "zh_CN.UTF-8", "LANGUAGE": "en_US:zh_CN"}),
        ("en", {"LANG": "C", "LANGUAGE": "zh_CN"}),
    ],
)
def test_the_locale_says_the_language_as_gettext_has_it(language, environment):
    assert of_locale(environment) == language


@in_chinese
def test_the_report_follows_the_locale_and_lang_comes_before_it(run, example):
    assert run("analyze", example, environment=CHINESE).stdout.startswith("工作线程耗尽（很可能）\n")
    assert run("analyze", example, "--lang", "en", environment=CHINESE).stdout.startswith("WORKER-EXHAUSTION (likely)\n")
    assert run("analyze", example, "--lang=zh_CN", environment=NONE).stdout.startswith("工作线程耗尽（很可能）\n")
    assert run("--lang", "zh_CN", "analyze", example, environment=NONE).stdout.startswith("工作线程耗尽（很可能）\n")
    assert run("analyze", example, "--lang", "zh", environment=NONE).stdout.startswith("工作线程耗尽（很可能）\n")


@in_chinese
@pytest.mark.parametrize(
    "words",
    [
        ("--help",), ("analyze", "--help"), ("parse", "--help"), ("profiles", "--help"), ("compare", "--help"),
        (), ("analyze",), ("nonsense",), ("analyze", "x", "--max-bytes", "3Q"), ("analyze", "x", "--color", "pink"),
        ("analyze", "x", "--nonsense"), ("analyze", "x", "-o"), ("compare", "x"), ("profiles", "show"), ("profiles", "show", "none"),
        ("analyze", "x", "--explain", "1", "--graph", "dot"), ("analyze", "--explain", "y", "x"),
    ],
)  # fmt: skip
def test_help_and_each_complaint_are_in_chinese_even_where_the_options_make_no_sense(run, words):
    done = run(*words, environment=CHINESE)
    said = done.stdout if done.returncode == 0 else done.stderr.strip().splitlines()[-1]
    assert HAN.search(said), said
    english = [line for line in re.sub(r"stackan [\w. -]+", "", said).splitlines() if re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{2,}", line)]
    assert not english
    in_english = run(*words, environment={**CHINESE, "LC_ALL": "C"})
    assert not HAN.search(in_english.stdout + in_english.stderr)


@in_chinese
def test_a_language_that_is_none_is_told_as_such_before_a_command_too(run, example):
    done = run("--lang", "fr", "analyze", example, environment=NONE)
    assert done.returncode == 2 and "invalid choice: 'fr'" in done.stderr and "stand behind" not in done.stderr


def test_an_error_is_one_sentence_in_the_language_of_the_call(run, example, tmp_path):
    target = tmp_path / "snap.txt"
    target.write_bytes((example / "snap1.txt").read_bytes())
    done = run("analyze", target, "-o", target, environment=CHINESE)
    assert done.returncode == 2
    assert done.stderr == f"stackan: {target}：它是输入之一，写入会丢失该输入；请用 -o 指定另一个文件\n"


@in_chinese
def test_the_document_says_its_language_and_only_its_sentences_follow_it(run, example):
    english, chinese = (
        json.loads(run("analyze", "--format", "json", example, "--lang", lang, environment=NONE).stdout) for lang in ("en", "zh_CN")
    )
    assert (english.pop("lang"), chinese.pop("lang")) == ("en", "zh_CN")
    assert HAN.search(chinese["headline"]) and HAN.search(chinese["findings"][0]["explanation"])
    for document in (english, chinese):
        document.pop("headline")
        for finding in document["findings"]:
            for name in ("title", "explanation", "advice"):
                finding.pop(name)
    assert english == chinese


def test_the_library_speaks_english_whatever_the_locale(example, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    document = stackan.analyze(stackan.load(example)).to_dict()
    assert document["lang"] == "en" and not HAN.search(document["headline"])


def test_the_version_is_the_same_in_every_language(run):
    assert run("--version", environment=CHINESE).stdout == run("--version", environment=NONE).stdout


def test_a_language_that_is_none_is_refused(run, example):
    done = run("analyze", example, "--lang", "de", environment=NONE)
    assert done.returncode == 2
    assert "argument --lang: invalid choice: 'de' (choose from" in done.stderr
