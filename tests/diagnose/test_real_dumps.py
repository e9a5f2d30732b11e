"""Dumps of real programs in known states, where they lie beside the project's folder."""

from __future__ import annotations

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan import wording
from tests.dumping import lwps

TRUTH = Path(__file__).resolve().parents[2].parent / "shared" / "truth"
FORMATS = {"gdb_full", "gdb_bt", "gdb_bt_nodbg", "eustack", "core_full", "gdb", "gdb-nodebug", "eu-stack", "lldb"}
CASES = sorted(path for part in ("lab", "servers") for path in (TRUTH / part).rglob("case.json") if path.parent.name in FORMATS)

pytestmark = pytest.mark.skipif(
    not CASES, reason=f"no dumps with known truth in {TRUTH.parent.name}/{TRUTH.name} beside the project's folder"
)


@pytest.fixture(scope="module", params=CASES, ids=lambda path: "/".join(path.relative_to(TRUTH).parts[1:-1]))
def real(request: pytest.FixtureRequest) -> tuple[dict[str, Any], stackan.Analysis]:
    """What is known of a case, and what is concluded about it."""
    path: Path = request.param
    truth = json.loads(path.read_text())
    return truth, stackan.analyze(stackan.load(*(path.parent / name for name in truth["inputs"])))


@cache
def lines(source: str) -> list[bytes]:
    data = Path(source).read_bytes()
    return (lzma.decompress(data) if source.endswith(".xz") else data).split(b"\n")


def test_real_findings_quote_lines_that_stand_in_their_sources(real: tuple[dict[str, Any], stackan.Analysis]) -> None:
    _, analysis = real

    for finding in analysis.findings:
        assert finding.evidence, wording.title(finding)
        for quote in finding.evidence:
            assert lines(quote.source)[quote.line - 1].decode() == quote.text


def test_nothing_is_certain_that_the_text_does_not_prove(real: tuple[dict[str, Any], stackan.Analysis]) -> None:
    truth, analysis = real

    certain = [wording.title(finding) for finding in analysis.findings if finding.confidence == "certain"]
    assert not certain or truth.get("certain")


def test_no_finding_is_a_false_alarm(real: tuple[dict[str, Any], stackan.Analysis]) -> None:
    truth, analysis = real

    assert not {finding.kind for finding in analysis.findings} & set(truth.get("must_not", ()))
    assert not (truth.get("healthy") and analysis.critical)


def test_proved_deadlocks_are_found_with_exactly_their_members(real: tuple[dict[str, Any], stackan.Analysis]) -> None:
    truth, analysis = real

    for wanted in truth.get("must", ()):
        if "exactly" in wanted:
            found = [
                lwps(finding)
                for finding in analysis.findings
                if finding.kind in wanted["kind"] and finding.confidence in wanted["confidence"]
            ]
            assert sorted(wanted["exactly"]) in found


def test_real_pools_are_exhausted_exactly_where_they_are_known_to_be(real: tuple[dict[str, Any], stackan.Analysis]) -> None:
    truth, analysis = real

    for wanted in truth.get("pools", ()):
        pools = [pool for process in analysis.processes for pool in process.pools]
        known = [pool.exhausted for pool in pools if set(wanted["members"]) <= {track.lwp for track in pool.members}]
        assert known == [wanted["exhausted"]]


@pytest.mark.parametrize("format", ["gdb", "gdb-nodebug", "eu-stack"])
def test_the_running_statement_behind_a_metadata_lock_is_named_by_elimination(format: str) -> None:
    folder = TRUTH / "servers" / "s2a-maria-mdl-convoy-running-root-sym" / format
    analysis = stackan.analyze(stackan.load(*sorted(folder.glob("snap*"))))
    assert "By elimination LWP 28170" in wording.explanation(analysis.findings[0])
    assert "may hold it: no other thread is at work" in wording.explanation(analysis.findings[0])


def test_no_holder_is_named_where_hundreds_of_threads_may_be_it() -> None:
    folder = TRUTH / "servers" / "s8b-maria-5000" / "gdb"
    analysis = stackan.analyze(stackan.load(*sorted(folder.glob("snap*"))))
    assert [len(finding.threads) for finding in analysis.findings[:2]] == [3200, 300]
    assert not any("elimination" in wording.explanation(finding) or "idle" in wording.explanation(finding) for finding in analysis.findings)
