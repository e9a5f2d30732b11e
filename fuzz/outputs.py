"""The promises of every output of any case: none fails, none holds what a terminal would obey, and documents follow their schemas."""

from __future__ import annotations

import contextlib
import io
import json
import pathlib
from collections.abc import Iterable

import jsonschema

import stackan
from stackan.cli import main
from stackan.cli.parse import write_json, write_ndjson
from stackan.model.case import Case
from stackan.model.dump import Dump
from stackan.report import drawing, text
from stackan.report import json as document
from stackan.report.explain import explain
from stackan.report.inputs import explain_inputs

_SCHEMAS = pathlib.Path(stackan.__file__).parent / "report"
_EXPLAINED = 20  # threads of a case


def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((_SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")))


_ANALYSIS, _DUMP = _validator("analysis"), _validator("dump")


def check_analysis(case: Case) -> stackan.Analysis:
    """All that `analyze` may print of a case."""
    analysis = stackan.analyze(case)
    stream = io.StringIO()
    document.write(analysis, stream)
    _ANALYSIS.validate(json.loads(stream.getvalue()))
    stream = io.StringIO()
    text.write(analysis, stream)
    _check_shown(stream.getvalue())
    _check_shown("".join(explain_inputs(analysis)))
    for lwp in list(dict.fromkeys(track.shown for process in analysis.processes for track in process.tracks))[:_EXPLAINED]:
        if lwp is not None:
            _check_shown("".join(explain(analysis, lwp)))
    for format in ("dot", "mermaid", "graphml"):
        stream = io.StringIO()
        drawing.write(analysis, format, stream)
        _check_shown(stream.getvalue())
    assert len(analysis.graph) == len(analysis.waits.nodes)
    return analysis


def check_dumps(dumps: Iterable[Dump]) -> None:
    """The output of `parse` for them as JSON."""
    for dump in dumps:
        stream = io.StringIO()
        write_json([dump], stream)
        _DUMP.validate(json.loads(stream.getvalue()))
        stream = io.StringIO()
        write_ndjson([dump], stream)
        assert len(stream.getvalue().splitlines()) == len(dump.threads)


def check_commands(path: str) -> None:
    """The output of `parse` for people and other tools: the command line itself neutralizes that."""
    for arguments in (["--format", "folded"], ["--format", "summary"], ["--explain"]):
        printed, told = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
            status = main(["parse", path, *arguments])
        assert status in (0, 2), f"exit status {status}: {told.getvalue()}"
        _check_shown(printed.getvalue())
        _check_shown(told.getvalue())


def _check_shown(words: str) -> None:
    if not words.replace("\n", "").isprintable():
        raise AssertionError(f"a sign that a terminal would obey: {next(line for line in words.splitlines() if not line.isprintable())!r}")
