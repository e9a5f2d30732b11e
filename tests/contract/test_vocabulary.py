"""The closed vocabulary of facts: what the package tells, what has a sentence, and what the pages on reasons say are the same names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import stackan
from stackan.model import event, finding, waitgraph
from stackan.wording.advice import ADVICE
from stackan.wording.events import MEANINGS
from stackan.wording.notes import NOTES
from stackan.wording.sentences import RELATIONS, SENTENCES

ROOT = Path(__file__).parents[2]
STAGES = sorted(path for path in (ROOT / "stackan").rglob("*.py") if path.parent.name != "wording")
DIAGNOSE = [path for path in STAGES if "diagnose" in path.parts]
SPOKEN = {**SENTENCES, **ADVICE, **NOTES, **MEANINGS}
WORD = re.compile(r"[a-z]+(-[a-z]+)+")
# Words with a hyphen that are no facts: the contract's, of findings, verdicts, resources, events, and of how threads stand.
OTHERS = {
    *finding.VERDICT_OF,
    *finding.VERDICTS,
    *finding.RESOURCES,
    *finding.STATES,
    *event.EVENTS,
    *event.OF_START,
    "capture-problem",
    "log-fault",
}
# What a sentence's placeholder is made of, where that has another name.
MADE_OF = {"number": "processes", "reason": "hint", "advice": "hint"}


class Documented(NamedTuple):
    needed: frozenset[str]
    optional: frozenset[str]


def documented() -> dict[str, Documented]:
    """The tables of facts, each row `name` | meaning | `parameter` (`optional`)."""
    found = {}
    tables = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8").partition("## What a thread does")[2]
    for line in (tables + (ROOT / "docs" / "reasons-logs.md").read_text(encoding="utf-8")).splitlines():
        if line.startswith("| `"):
            names, _, parameters = (cell.strip() for cell in line.strip("|").replace(r"\|", "").split("|"))
            optional = frozenset(re.findall(r"\(`(\w+)`\)", parameters))
            for name in re.findall(r"`([\w-]+)`", names):
                assert name not in found, f"{name} is documented twice"
                found[name] = Documented(frozenset(re.findall(r"`(\w+)`", parameters)) - optional, optional)
    return found


DOCUMENTED = documented()


class Call(NamedTuple):
    """`fact(…)` in the source; what is chosen from a table, or put together, has no names of its own."""

    where: str
    names: set[str]
    values: set[str]
    whole: bool  # nothing is given by `**`


def calls() -> Iterator[Call]:
    for path in STAGES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fact" and node.args:
                keywords = {keyword.arg for keyword in node.keywords}
                named = {each for each in keywords if each is not None}
                yield Call(f"{path.relative_to(ROOT)}:{node.lineno}", set(spelled(node.args[0])), named, None not in keywords)


def spelled(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*spelled(node.body), *spelled(node.orelse))


def constants(paths: Sequence[Path]) -> set[str]:
    """All strings of these files, those of tables among them, and what f-strings of theirs may come to."""
    found: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr) and path in DIAGNOSE:
                pattern = "".join(re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z-]+" for part in node.values)
                found |= {name for name in SPOKEN if re.fullmatch(pattern, name)}
    return found


def test_every_name_that_is_told_has_a_sentence() -> None:
    assert {(call.where, name) for call in calls() for name in call.names if name not in SPOKEN} == set()
    assert {each for each in constants(DIAGNOSE) if WORD.fullmatch(each)} - OTHERS - set(SPOKEN) == set()


def test_every_sentence_is_told_somewhere() -> None:
    assert set(SPOKEN) - constants(STAGES) == set()


def test_no_name_means_two_things() -> None:
    assert len(SPOKEN) == len(SENTENCES) + len(ADVICE) + len(NOTES) + len(MEANINGS)


def test_every_name_is_documented_and_no_other() -> None:
    assert set(DOCUMENTED) == set(SPOKEN)


def test_a_name_has_the_parameters_in_the_source_that_are_documented() -> None:
    wrong = []
    for call in calls():
        allowed = {each for name in call.names for group in DOCUMENTED[name] for each in group}
        lacking = {each for name in call.names for each in DOCUMENTED[name].needed} - call.values if call.whole else set()
        if call.names and (lacking or not call.values <= allowed):
            wrong.append((call.where, call.names, call.values, lacking))
    assert wrong == []


@pytest.mark.parametrize("name", SPOKEN)
def test_sentences_use_documented_parameters_and_one_of_them_does_without_the_optional_ones(name: str) -> None:
    used = [{MADE_OF.get(each, each) for each in re.findall(r"\{(\w+)", said.text + (said.plural or ""))} for said in SPOKEN[name]]
    needed, optional = DOCUMENTED[name]
    assert set().union(*used) <= needed | optional
    conditions = {"again", "once", "both", "one process", "several processes"}
    alone = [values for values, said in zip(used, SPOKEN[name]) if not said.needs & (conditions | optional)]
    assert any(values <= needed for values in alone)


def test_the_relations_of_the_graph_are_those_that_have_words() -> None:
    codes = {value for name, value in vars(waitgraph).items() if name.isupper() and isinstance(value, str)}
    assert codes == set(RELATIONS)


NUMBERS = (
    "count of most still more idle snapshots span line lwp pid descriptor bytes level seconds port signal subnet transaction oldest newest"
)
TEXTS = (
    "words process pool function caller loop connection peer source module object work text hint rule address cpu step node ip code "
    "time begin end zone log"
)
LISTS = "threads processes pools by kinds functions calls commands nodes names"
TYPES: dict[str, Any] = {
    **dict.fromkeys(NUMBERS.split(), int),
    **dict.fromkeys(TEXTS.split(), str),
    **dict.fromkeys(LISTS.split(), list),
    **dict.fromkeys(("thread", "first", "last"), (int, type(None))),
    **dict.fromkeys(("shown", "share", "doubt"), dict),
    **dict.fromkeys(("thread_id", "place", "session", "owner"), str),
    "frames": list,
    "what": (dict, str),
    "waiter": (int, str),
    "supplier": (int, str),
    "cut": bool,
}


def parameters() -> set[str]:
    """The names of the table of parameters."""
    table = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8").partition("## Parameters")[2].partition("## What")[0]
    return {name for line in table.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line.split("|")[1])}


def test_every_parameter_is_explained() -> None:
    assert parameters() == set().union(*(needed | optional for needed, optional in DOCUMENTED.values())) == set(TYPES)


CASES = [
    "examples/mariadb-pool-exhausted",
    *(f"tests/dumps/{name}" for name in ("barrier", "java", "go", "redis", "parked", "rwlock", "prefork", "services", "postgres")),
    *(
        f"tests/dumps/peers/{name}"
        for name in ("self", "poll", "fill", "silent", "mutual", "slow", "pipes", "lost", "crew", "far", "turns")
    ),
]


@pytest.mark.parametrize("case", CASES)
def test_facts_in_documents_have_the_documented_parameters(case: str) -> None:
    document = stackan.analyze(stackan.load(ROOT / case)).to_dict()
    facts = [each for found in document["findings"] for part in ("reasons", "doubts", "steps") for each in found[part]]
    assert facts or not document["findings"]
    for each in facts:
        needed, optional = DOCUMENTED[each["name"]]
        values = each.keys() - {"name"}
        assert needed <= values <= needed | optional, each
        assert all(isinstance(each[value], TYPES[value]) for value in values), each
