"""Kin is found across formats and builds, and in variants, of cases whose truth is known."""

from __future__ import annotations

import json
import random
import re
from typing import Any, NamedTuple

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

import stackan
from stackan.likeness.looks import Look, look_of
from stackan.likeness.searching import find_similar
from stackan.store.about import introduce
from stackan.store.parts import case_id, write_part
from stackan.store.place import Place, place_of
from stackan.store.rows import name_case
from stackan.store.signatures import case_signature, signature_rows


class Kind(NamedTuple):
    program: str
    kind: str
    build: str
    format: str


class Asked(NamedTuple):
    kind: Kind
    rows: list[dict[str, Any]]

    @property
    def look(self) -> Look:
        return look_of(self.rows)


_PROGRAMS = {"s1": "mariadb", "s2": "mariadb", "s8": "mariadb", "s3": "postgres", "s4": "java", "s5": "python"}


def kind_of(name: str) -> Kind:
    folder, case, *rest = name.split("/")
    if folder == "lab":
        return Kind("lab", case, *rest)
    kind = re.sub(r"-(sym|deb)$", "", case)
    return Kind(_PROGRAMS.get(case[:2], case.split("-")[1]), kind, case.removeprefix(kind), rest[0])


@pytest.fixture(scope="module")
def cases(shared) -> dict[str, Asked]:
    """The cases in which some thread does not idle."""
    found = {}
    for path in sorted([*(shared / "truth" / "lab").rglob("case.json"), *(shared / "truth" / "servers").rglob("case.json")]):
        name = path.parent.relative_to(shared / "truth").as_posix()
        analysis = stackan.analyze(stackan.load(*(path.parent / each for each in json.loads(path.read_text())["inputs"])))
        rows = signature_rows(analysis)
        if rows:
            found[name] = Asked(kind_of(name), rows)
    return found


@pytest.fixture(scope="module")
def place(cases, tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = place_of(str(tmp_path_factory.mktemp("results")))
    parts = []
    for name, asked in cases.items():
        row = {"sha256": name, "version": "1", "signature": case_signature(asked.rows)}
        rows = {"signatures": [dict(each) for each in asked.rows], "cases": [row]}
        name_case(rows, case_id(name, name, "1"), name)
        parts.append(rows)
    introduce(place, {})
    write_part(place, parts)
    return place


def first_of(place: Place, rows: list[dict[str, Any]], allowed: Any) -> str | None:
    """The best match among the cases that are taken to be in the store."""
    matches = find_similar(place, look_of(rows), case_signature(rows), most=100).found
    return next((match.known.case for match in matches if allowed(kind_of(match.known.case))), None)


def recall(cases: dict[str, Asked], found: dict[str, str | None]) -> float:
    right = [name for name, first in found.items() if first is not None and kind_of(first).kind == cases[name].kind.kind]
    return len(right) / len(found)


def test_kin_in_another_format_or_build_comes_first(cases, place):
    found = {}
    for name, asked in cases.items():
        if any(each.kind.kind == asked.kind.kind and each.kind != asked.kind for each in cases.values()):
            found[name] = first_of(place, asked.rows, lambda other, own=asked.kind: other != own)
    assert len(found) > 300
    assert recall(cases, found) >= 0.93


def test_kin_in_variants_comes_first(cases, place):
    """Other thread counts, and one frame in seven inlined; line numbers are in no name, so no look has them."""
    chance, found = random.Random(7), {}
    for name, asked in cases.items():
        rows = [
            {**row, "names": varied(row["names"], chance), "count": chance.randrange(1, 50)} for row in asked.rows if chance.random() < 0.9
        ]
        if rows and any(row["names"] for row in rows):
            found[name] = first_of(place, [{**row, "signature": "x" + row["signature"]} for row in rows], lambda other: True)
    assert len(found) > 300
    assert recall(cases, found) >= 0.93


def varied(names: list[str], chance: random.Random) -> list[str]:
    return [name for name in names if chance.random() > 1 / 7] or names


def test_a_case_of_a_program_that_the_store_has_not_is_like_none(cases, place):
    strangers = {
        name: first_of(place, asked.rows, lambda other, own=asked.kind: other.program != own.program) for name, asked in cases.items()
    }
    assert {name: first for name, first in strangers.items() if first is not None} == {}
