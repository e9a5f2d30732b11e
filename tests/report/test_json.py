"""The JSON document: it follows its schema, quotes lines as they stand, and is the same for the same input."""

from __future__ import annotations

import io
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stackan
from stackan.cli.parse import write_json as write_dump
from stackan.cli.parse import write_ndjson as write_threads
from stackan.report.json import write
from stackan.report.json_lines import layout
from stackan.report.rows import Rows, listed

SKIPPED = ("lldb", "jstack", "py-spy")


def cases(folder: pathlib.Path) -> list[pathlib.Path]:
    return [path.parent for path in sorted(folder.rglob("case.json")) if path.parent.name not in SKIPPED and "s8b" not in str(path)]


def test_the_examples_document_follows_the_schema(example, validate):
    validate(stackan.analyze(stackan.load(example)).to_dict())


def test_the_schema_itself_is_a_valid_schema(root):
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(json.loads((root / "stackan/report/analysis.schema.json").read_text()))


@pytest.mark.parametrize("change", ["verdict", "progress", "evidence"])
def test_the_schema_refuses_a_document_that_does_not_follow_it(example, validate, change):
    import jsonschema

    document = stackan.analyze(stackan.load(example)).to_dict()
    if change == "verdict":
        document["verdict"] = "fine"
    elif change == "progress":
        document["processes"][0]["threads"][0]["progress"] = "asleep"
    else:
        document["findings"][0]["evidence"] = []
    with pytest.raises(jsonschema.ValidationError):
        validate(document)


def objects(part: object) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from objects(value)


# Findings and pools, tables of descriptors, and counters.
WHOLE = ("examples/mariadb-pool-exhausted", "tests/dumps/peers/mutual", "tests/dumps/counters/stopped")


@pytest.mark.parametrize("inputs", WHOLE)
def test_a_field_that_nobody_documented_is_refused_wherever_it_stands(root, validate, inputs):
    import jsonschema

    document = stackan.analyze(stackan.load(root / inputs)).to_dict()
    validate(document)
    shapes = {tuple(sorted(part)): part for part in objects(document)}
    assert len(shapes) > 6
    for part in shapes.values():
        part["undocumented"] = None
        with pytest.raises(jsonschema.ValidationError):
            validate(document)
        del part["undocumented"]


@pytest.mark.parametrize(
    "name", ["barrier/snap1.txt", "go/asleep.txt", "java/jdk17-monitor-1.txt", "python/places.py-spy.json", "rwlock/printed.txt"]
)
def test_what_parse_prints_follows_its_schema(root, validate_dump, name):
    import jsonschema

    path = root / "tests" / "dumps" / name
    case = stackan.load(path)
    printed = io.StringIO()
    write_dump(case.dumps[:1], printed)
    document = json.loads(printed.getvalue())
    validate_dump(document)
    printed = io.StringIO()
    write_threads(case.dumps[:1], printed)
    lines = [json.loads(line) for line in printed.getvalue().splitlines()]
    assert lines == [{"source": str(path), **thread} for thread in document["threads"]]
    for part in {tuple(sorted(part)): part for part in objects(document)}.values():
        part["undocumented"] = None
        with pytest.raises(jsonschema.ValidationError):
            validate_dump(document)
        del part["undocumented"]


def test_evidence_stands_in_the_named_source_to_the_byte(example):
    document = stackan.analyze(stackan.load(example)).to_dict()
    quotes = [quote for finding in document["findings"] for quote in finding["evidence"]]
    assert len(quotes) >= 10
    for quote in quotes:
        lines = pathlib.Path(quote["source"]).read_text(encoding="utf-8").split("\n")
        assert lines[quote["line"] - 1] == quote["text"]


def test_documents_of_all_known_cases_follow_the_schema(shared, validate):
    """Every case folder once in one format; the score counts what the documents say, this test that they are documents."""
    for folder in cases(shared / "truth")[::5]:
        case = json.loads((folder / "case.json").read_text())
        validate(stackan.analyze(stackan.load(*(folder / name for name in case["inputs"]))).to_dict())


def test_numbers_of_threads_and_lines_account_for_the_whole_text(example):
    for name in ("snap1.txt", "snap2.txt"):
        dump = stackan.parse(example / name)
        assert sum(dump.lines.values()) == len((example / name).read_bytes().splitlines())
        assert dump.unparsed == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=30,
    ),
    st.integers(0, 6),
)
def test_what_is_laid_out_reads_back_as_it_was(value, opened):
    assert json.loads("".join(layout(value, opened))) == value


@pytest.mark.parametrize("lists", [1, 1001])
@pytest.mark.parametrize("items", [0, 2, 1001])
def test_rows_are_written_as_the_list_of_them_however_many_there_are(lists, items):
    def document(rows):
        return [{"threads": rows(lambda item: {"lwp": item}, range(items))} for _ in range(lists)]

    assert "".join(layout(document(Rows), 3)) == "".join(layout(document(listed), 3))


def test_the_library_and_the_command_give_the_same_document(example):
    analysis, stream = stackan.analyze(stackan.load(example)), io.StringIO()
    write(analysis, stream)
    assert json.loads(stream.getvalue()) == analysis.to_dict()


def test_each_thread_and_each_quote_stands_on_a_line_of_its_own(example):
    stream = io.StringIO()
    analysis = stackan.analyze(stackan.load(example))
    write(analysis, stream)
    rows = [line.strip().rstrip(",") for line in stream.getvalue().splitlines()]
    document = analysis.to_dict()
    assert [json.loads(row) for row in rows if row.startswith('{"lwp": ') and '"stack"' in row] == document["processes"][0]["threads"]
    assert [json.loads(row) for row in rows if row.startswith('{"source": ')] == [
        quote for finding in document["findings"] for quote in finding["evidence"]
    ]
