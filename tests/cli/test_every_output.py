"""Every dump that comes with the project, through every output: no crash, and nothing that a terminal obeys."""

from __future__ import annotations

import io
import json
import pathlib
import re
from functools import partial

import pytest

import stackan
from stackan.cli import parse
from stackan.cli.printing import SafeText
from stackan.model.folding import stacks_of
from stackan.report import explain, inputs, text
from stackan.report import json as documents
from stackan.report.html import page

ROOT = pathlib.Path(__file__).parents[2]
DUMPS = sorted(
    path for folder in ("tests/dumps", "examples") for path in (ROOT / folder).rglob("*") if path.suffix in (".txt", ".xz", ".json")
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def written(write, *arguments) -> str:
    """What a report writes, on a stream that would let everything pass: the outputs themselves have to be clean."""
    stream = io.StringIO()
    write(*arguments, stream)
    return stream.getvalue()


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_dump_comes_through_every_output(path, validate):
    try:
        case = stackan.load(path)
    except stackan.StackanError as error:
        assert "\n" not in str(error)
        return
    analysis = stackan.analyze(case)
    report = written(text.write, analysis)
    assert max(map(len, report.splitlines())) <= 80
    document = written(documents.write, analysis)
    validate(json.loads(document))
    shown = [report, document, "\n".join(inputs.explain_inputs(analysis)), written(page.write, analysis)]
    for process in analysis.processes:
        for track in process.tracks[:3]:
            if track.shown is not None:
                shown.append("\n".join(explain.explain(analysis, track.shown)))
    for dump in case.dumps:
        one = written(parse.write_json, [dump])
        assert len(json.loads(one)["threads"]) == len(dump.threads)
        rows = written(parse.write_ndjson, [dump])
        assert [json.loads(row)["line"] for row in rows.splitlines()] == [thread.line for thread in dump.threads]
        folded = written(parse.write_folded, [stacks_of(dump)])
        counts = [re.fullmatch(r"[^;\n]+(?:;[^;\n]+)* (\d+)", line) for line in folded.splitlines()]
        assert sum(int(found[1]) for found in counts if found) == sum(thread.frames > 0 for thread in dump.threads)
        assert all(counts)
        shown += [one, rows, folded, written(partial(parse.explain, language="en"), dump)]
    for summary in parse.find_summaries([str(path)], stackan.reading.Limits()):
        shown.append(written(partial(parse.write_summary, language="en"), summary))
    assert not [found for each in shown if (found := CONTROL.search(each))]


def test_the_same_holds_at_the_last_door():
    stream = io.StringIO()
    SafeText(stream).writelines(["a\x1b[31m\tb\n", "\x9b\u202e\n"])
    assert stream.getvalue() == "a\\x1b[31m\tb\n\\x9b\\u202e\n"
