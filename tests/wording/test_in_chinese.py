"""Real dumps told in Chinese: everything that a person reads is Chinese but for names, commands and code."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan.model.rules import Phrase
from stackan.wording.catalog import CHINESE, catalog_of

pytestmark = pytest.mark.skipif(catalog_of(CHINESE).language != CHINESE, reason="the catalogs were not built: Babel is missing")

ROOT = Path(__file__).parents[2]
CASES = ["examples/mariadb-pool-exhausted"] + [
    f"tests/dumps/{name}"
    for name in ("barrier", "blocked", "go", "java", "mariadb", "parked", "peers", "postgres", "python", "redis", "rwlock")
]


def told(document: dict[str, Any]) -> list[str]:
    """All sentences of a document that follow its language."""
    found = [document["headline"]]
    for finding in document["findings"]:
        found += [finding["title"], finding["explanation"], *finding["advice"]]
    return found


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_left_in_english(case: str) -> None:
    document = stackan.analyze(stackan.load(str(ROOT / case))).to_dict(lang=CHINESE)
    assert document["lang"] == CHINESE
    for sentence in filter(None, told(document)):
        assert re.search("[一-鿿]", sentence), sentence
        plain = re.sub(r"`[^`]*`|'[^']*'|<[^>]*>", "`", sentence)  # commands, and types
        assert not re.search(r"\b[a-z]+( [a-z]+){2}\b", plain), sentence
        assert not re.search(r"[一-鿿][,;:!?]|[,;:!?][一-鿿]|。。|。；|  ", plain), sentence


@pytest.mark.parametrize("case", CASES)
def test_the_language_changes_words_only(case: str) -> None:
    analysis = stackan.analyze(stackan.load(str(ROOT / case)))
    english, chinese = analysis.to_dict(), analysis.to_dict(lang=CHINESE)
    for document in (english, chinese):
        del document["lang"], document["headline"], document["warnings"]
        for process in document["processes"]:
            del process["warnings"]
            for snapshot in process["snapshots"]:
                del snapshot["warnings"]
        for finding in document["findings"]:
            finding["advice"] = len(finding["advice"])
            del finding["title"], finding["explanation"]
    assert english == chinese


def test_a_blank_stands_between_chinese_and_other_letters_only() -> None:
    fill = catalog_of(CHINESE).fill
    assert fill("process {name}", name="4711") == "进程 4711"
    assert fill("{names} and {last}", names="LWP 1", last="LWP 2") == "LWP 1 和 LWP 2"
    assert fill("{names} and {last}", names="互斥锁", last="（无名）") == "互斥锁和（无名）"
    assert fill("{source}, line {line}", source="日志1.txt", line="7") == "日志1.txt 第 7 行", "a name stays as it is"


def test_a_profiles_phrase_is_its_english_words_to_all_but_a_speaker() -> None:
    phrase = Phrase("a row lock", {CHINESE: "行锁"})
    assert (phrase, hash(phrase), {phrase}) == ("a row lock", hash("a row lock"), {"a row lock"})
    again = pickle.loads(pickle.dumps(phrase))
    assert (again, again.translations) == (phrase, phrase.translations)
    assert catalog_of(CHINESE).of_profile(again) == "行锁"
    assert catalog_of(CHINESE).of_profile(Phrase("a shard")) == "a shard"
    assert catalog_of(CHINESE).of_profile(phrase.followed_by("worker")) == "行锁 worker"
