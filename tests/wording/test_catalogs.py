"""The catalogs: each sentence of the sources is there once, whole, and in words that read as if they were written in that language."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackan.classify.profiles import profile_files, read_profile
from stackan.model import waitgraph
from stackan.model.event import EVENTS, OF_START
from stackan.model.finding import RESOURCES, VERDICT_OF
from stackan.wording.advice import ADVICE
from stackan.wording.catalog import CHINESE, catalog_of
from stackan.wording.handling import HANDLING
from stackan.wording.notes import NOTES
from stackan.wording.sentences import RELATIONS, SENTENCES

pytest.importorskip("babel", reason="the catalogs are kept with Babel")

ROOT = Path(__file__).parents[2]
_SPEC = importlib.util.spec_from_file_location("catalogs", ROOT / "catalogs.py")
assert _SPEC is not None
assert _SPEC.loader is not None
catalogs = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(catalogs)

SOURCES = {message.id for message in catalogs.messages() if message.id}
(PATH,) = catalogs.catalogs()
CATALOG = catalogs.read(PATH)


def forms(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


# (English, Chinese), each plural form by itself
PAIRS = [pair for message in CATALOG if message.id for pair in zip(forms(message.id), forms(message.string), strict=True)]
ENGLISH = [each for message in sorted(SOURCES, key=str) for each in forms(message)]


def phrases() -> Iterator[tuple[str, str]]:
    """(English, Chinese) of what the profiles say."""
    for path in profile_files():
        profile = read_profile(path)
        rows = [row for rows in profile.values() if isinstance(rows, list) for row in rows if isinstance(row, dict)]
        for row in [{"title": profile["title"], "title_zh_CN": profile.get("title_zh_CN", "")}, *rows]:
            for key, words in row.items():
                if key.endswith("_zh_CN"):
                    yield from zip(forms(row[key.removesuffix("_zh_CN")]), forms(words), strict=True)


PHRASES = list(phrases())

# -- each rule, and a text that breaks it


def is_stitched(english: str) -> bool:
    """Whether it is a part of a sentence, which a translator could not move or inflect."""
    return bool(
        re.search(r"^[\s,;:)]|^\.(?!\.\. )|[\s,;(]$", english)
        or re.search(r"^(and|or|but|which|that|who)\b", english)
        or re.search(r"\b(an?|the|of|to|by|and|or|which|that|with|at|from|on|are|no)$", english)
        or re.search(r"\w\{|\}\w", english)
        or english.count("(") != english.count(")")
        or english.count("`") % 2
    )


def is_english(chinese: str) -> bool:
    """Whether a sentence was left as it is: three lower-case words in a row that are no command and no code."""
    return bool(re.search(r"\b[a-z]+( [a-z]+){2}\b", re.sub(r"`[^`]*`|'[^']*'", "`", chinese)))


WIDE = "，。；：、（）“”！？…"


def is_badly_set(chinese: str) -> bool:
    """Full-width punctuation without blanks beside Chinese; one blank between Chinese and other letters, which values get by themselves."""
    chinese = re.sub(r"`[^`]*`", "`", chinese)  # code is set as it is
    return bool(
        re.search(r"[一-鿿][,;:!?.()]|[,;:!?()][一-鿿]", chinese)
        or re.search(r"[一-鿿][\w`<]|[\w`>][一-鿿]", chinese, re.ASCII)
        or re.search(rf"[一-鿿{WIDE}}}]\s+[一-鿿{WIDE}{{]|\s[{WIDE}]|[{WIDE}]\s", chinese)
    )


@pytest.mark.parametrize(
    "part",
    [
        "; {thread} holds it",
        "waits for ",
        ", in {function}",
        "{count} thread{s} wait",
        "{kind}s wait",
        "and {count} more",
        "the lock of",
        "(line",
    ],
)
def test_a_part_of_a_sentence_is_told(part: str) -> None:
    assert is_stitched(part)


def test_a_sentence_that_was_left_in_english_is_told() -> None:
    assert is_english("它 waits for a lock，位于 main")
    assert not is_english("请用 `thread apply all bt full` 重新采集，或执行 gdb -ex 'thread apply all bt'")


@pytest.mark.parametrize(
    "text", ["等待,然后继续", "锁(行锁)", "保存core文件", "保存 core文件", "等待。 然后继续", "{thread} 等待", "等待 它", "等待 ，"]
)
def test_badly_set_chinese_is_told(text: str) -> None:
    assert is_badly_set(text)


# -- the catalog

WORDS = re.compile(r"(?<![{\w])[A-Za-z]\w*", re.ASCII)
NAMES = {  # that are what they are in every language
    *("future", "futex", "GIL", "waitress", "ThreadPoolExecutor", "Java", "jstack", "jcmd", "Rust", "AIX", "macOS", "Windows"),
    *("DolphinDB", "UrgentWorker", "Firebird", "MariaDB", "MySQL", "PostgreSQL"),
}


def test_every_message_of_the_sources_is_translated() -> None:
    assert SOURCES, "nothing was extracted"
    assert SOURCES - {message.id for message in CATALOG} == set(), "run `make catalogs`, then translate these"
    assert [english for english, chinese in PAIRS if not chinese] == []


def test_no_translation_is_unused() -> None:
    assert {message.id for message in CATALOG if message.id} - SOURCES == set(), "run `make catalogs`"
    assert list(CATALOG.obsolete) == []


def test_no_translation_is_fuzzy() -> None:
    assert [message.id for message in CATALOG if message.fuzzy and message.id] == [], "read these, and take `fuzzy` away"


def test_no_message_is_a_part_of_a_sentence() -> None:
    labels = {relation.text for relation in RELATIONS.values()}  # between the names of two nodes of a drawing: an arrow's own words
    assert [english for english in ENGLISH if is_stitched(english) and english not in labels] == []


def test_a_translation_has_the_same_places_for_values() -> None:
    def names(text: str) -> list[str]:
        return sorted(re.findall(r"\{\w*\}", text))

    assert [english for english, chinese in PAIRS if names(english) != names(chinese)] == []


def test_a_translation_ends_as_its_sentence_does() -> None:
    ends = {".": "。", ":": "："}
    assert [
        english for english, chinese in PAIRS if ends.get(english[-1:], "") != (chinese[-1:] if chinese[-1:] in ends.values() else "")
    ] == []


def test_a_singular_belongs_to_one_plural() -> None:
    singulars = [forms(message)[0] for message in SOURCES]
    assert {each for each in singulars if singulars.count(each) > 1} == set(), "gettext looks a message up by its singular"


@pytest.mark.parametrize("pairs", [PAIRS, PHRASES], ids=["catalog", "profiles"])
def test_chinese_is_chinese_and_set_as_such(pairs: list[tuple[str, str]]) -> None:
    assert [chinese for _, chinese in pairs if not re.search("[一-鿿]", chinese) and set(WORDS.findall(chinese)) - NAMES] == []
    assert [chinese for _, chinese in pairs if is_english(chinese)] == []
    assert [chinese for _, chinese in pairs if is_badly_set(chinese)] == []


def test_the_built_catalog_is_that_of_the_sources() -> None:
    built = catalog_of(CHINESE)
    for message in CATALOG:
        if isinstance(message.id, str) and message.id:
            assert built.text(message.id) == message.string, "run `make catalogs`"
        elif message.id:
            assert [built.plural(*message.id, count) for count in (1, 2)] == list(message.string), "run `make catalogs`"


def test_english_is_said_where_no_catalog_was_built() -> None:
    assert catalog_of("xx").text("a mutex") == "a mutex"
    assert catalog_of("xx").language == "en"


# -- facts and sentences


def literals(folder: str) -> set[str]:
    """The strings that stand in a folder's code and look like the name of a fact."""
    nodes = (node for path in (ROOT / "stackan" / folder).rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    said = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {each for each in said if re.fullmatch("[a-z]+(-[a-z]+)*", each)}


def relations() -> set[str]:
    return {value for name, value in vars(waitgraph).items() if name.isupper() and isinstance(value, str)}


# Of findings, resources, events of logs, roles and nodes.
OTHER_NAMES = {*VERDICT_OF, *RESOURCES, *EVENTS, *OF_START, "capture-problem", "log-fault", "event-loop", "someone-else"}


def test_every_fact_has_a_sentence() -> None:
    told = {name for name in literals("diagnose") if "-" in name}
    assert len(told) > 100
    assert told - {*SENTENCES, *ADVICE, *HANDLING, *NOTES} - OTHER_NAMES == set()
    assert relations() <= set(RELATIONS)


def test_every_sentence_is_of_a_fact() -> None:
    told = set().union(*map(literals, ("classify", "compare", "diagnose", "faultlogs", "graph", "listings", "model", "report")))
    made = {f"waits-{relation}" for relation in relations()} | {f"{name}-one-of" for name in told}
    assert {*SENTENCES, *ADVICE, *NOTES} - told - made == set()
