"""Whatever the page leaves out, it says: each limit with a case that is beyond it.  No browser is needed."""

from __future__ import annotations

import importlib
import re
import zipfile
from pathlib import Path

import pytest

import stackan
from stackan.model.analysis import Analysis
from stackan.report.html import findings, inputs, page, quotes, report, stacked, timeline, verdict, waits
from stackan.report.html.report import Report, parted
from stackan.wording.catalog import ENGLISH
from tests.page import measure
from tests.page.cases import ROOT, hostile, pair

DUMPS = ROOT / "tests" / "dumps"


@pytest.fixture(scope="module")
def example() -> Analysis:
    return stackan.analyze(stackan.load(ROOT / "examples" / "mariadb-pool-exhausted"))


@pytest.fixture(scope="module")
def crew() -> Analysis:
    return stackan.analyze(stackan.load(DUMPS / "peers" / "crew"))


@pytest.fixture(scope="module")
def cluster() -> Analysis:
    return stackan.analyze(stackan.load(DUMPS / "dameng"))


def text_of(analysis: Analysis) -> str:
    """The page but for its program and its data."""
    whole = "".join(piece for piece in page.pieces(analysis, ENGLISH) if not piece.startswith(("<style", "<script")))
    return re.sub(r"<[^>]+>", "", whole)


def test_those_that_are_left_out_are_counted():
    assert parted([1, 2, 3], 2) == ([1, 2], 1)
    assert parted([1, 2], 2) == ([1, 2], 0)
    assert parted([], 2) == ([], 0)


def test_arrows_of_the_graph(example, monkeypatch):
    whole = waits.Waits(Report(example, ENGLISH)).document()
    assert (whole["arrowsLeft"], len(whole["arrows"]) > 1) == (0, True)
    monkeypatch.setattr(waits, "_ARROWS", 1)
    cut = waits.Waits(Report(example, ENGLISH)).document()
    assert (cut["arrowLimit"], len(cut["arrows"]), cut["arrowsLeft"]) == (1, 1, len(whole["arrows"]) - 1)


def test_lines_of_a_thread(example, monkeypatch):
    monkeypatch.setattr(quotes, "_LINES", 3)
    quoted = quotes.quotes(Report(example, ENGLISH))["quoted"]
    shown, whole = next(iter(quoted.values()))[0], None
    monkeypatch.undo()
    whole = next(iter(quotes.quotes(Report(example, ENGLISH))["quoted"].values()))[0]
    assert shown[2].count("\n") == 2
    assert shown[3] == whole[2].count("\n") + 1 - 3
    assert whole[3] == 0


def test_frames_of_a_thread_that_is_explained(example, monkeypatch):
    whole = quotes.quotes(Report(example, ENGLISH))["explained"]
    monkeypatch.setattr(quotes, "_ENDS", 2)
    for at, lines in quotes.quotes(Report(example, ENGLISH))["explained"].items():
        gaps = [line.strip() for line in lines if "..." in line]
        hidden = [int(gap.split()[1]) for gap in gaps if gap.endswith(" more")]
        assert hidden
        assert len(lines) - len(hidden) + sum(hidden) == len(whole[at])
        assert sum("#0 " in line for line in lines) == sum("#0 " in line for line in whole[at])


def test_reasons_of_threads(example, monkeypatch):
    whole = quotes.quotes(Report(example, ENGLISH))["explained"]
    monkeypatch.setattr(quotes, "_BYTES", 3000)
    some = quotes.quotes(Report(example, ENGLISH))
    assert 0 < len(some["explained"]) < len(whole)
    assert 0 < len(some["quoted"]) <= len(some["explained"])


def test_processes_of_a_finding(crew, monkeypatch):
    monkeypatch.setattr(findings, "_PROCESSES", 1)
    assert re.search(r"process \S+ \d+ more process", text_of(crew))


def test_episodes(cluster, monkeypatch):
    assert len(cluster.story.episodes) == 1
    monkeypatch.setattr(timeline, "SHOWN", 0)
    assert "... and 1 more (--format json)" in text_of(cluster)


def test_moments_of_the_drawing(cluster, monkeypatch):
    assert "the drawing has the first" not in text_of(cluster)
    monkeypatch.setattr(timeline, "_TICKS", 3)
    assert re.search(r"Of so many moments the drawing has the first; not drawn: \d+\.", text_of(cluster))


def test_snapshots_without_a_time_on_the_time_line(tmp_path: Path):
    with zipfile.ZipFile(DUMPS / "dameng" / "handling.zip") as packed:
        packed.extractall(tmp_path)
    texts = [path.rename(tmp_path / f"{at}.txt") for at, path in enumerate(sorted(tmp_path.rglob("pstack*.log")))]
    assert len(texts) == 2
    assert "2 snapshots are not drawn: nothing tells when they were taken by the clock of the logs." in text_of(
        stackan.analyze(stackan.load(tmp_path))
    )


def test_inputs_beside_the_dumps(cluster, monkeypatch):
    beside = len(cluster.logs) + len(cluster.descriptors) + len(cluster.listings)
    monkeypatch.setattr(inputs, "_ITEMS", 2)
    assert f"... and {beside - 2} more (--format json)" in text_of(cluster)


def test_snapshots_that_could_not_be_read_whole(tmp_path: Path, monkeypatch):
    analysis = stackan.analyze(stackan.load(*pair(tmp_path / "dumps", hostile)))
    monkeypatch.setattr(inputs, "_SNAPSHOTS", 1)
    monkeypatch.setattr(inputs, "_LONGEST", 20)
    text = text_of(analysis)
    assert "... and 1 more (--format json)" in text
    assert "…" in text[text.index("could not be read") :]


def test_notes_of_the_verdict(example, monkeypatch):
    monkeypatch.setattr(verdict, "_NOTES", 0)
    monkeypatch.setattr(example, "warnings", ("one", "two"))
    assert "note: 2 more notes" in text_of(example)


def test_a_link_leads_only_to_what_stands_on_the_page(example, monkeypatch):
    monkeypatch.setattr(stacked, "NAMED", 1)
    monkeypatch.setattr("stackan.report.html.stacks.NAMED", 1)
    whole = "".join(piece for piece in page.pieces(example, ENGLISH) if not piece.startswith(("<style", "<script")))
    led = set(re.findall(r'href="#([^"]+)"', whole)) - {"waits", "matrix", "calls"}
    assert led <= set(re.findall(r' id="([^"]+)"', whole))
    assert "data-thread=" in whole


# {row of the table in docs/html.md: what its numbers are, one after the other}
LIMITS: dict[str, list[object]] = {
    "verdict": ["verdict._PROCESSES", "verdict._NOTES"],
    "findings": ["findings.SHOWN", "findings._PROOFS", "findings._PROCESSES"],
    "threads in a row": ["report._LINKED"],
    "processes": ["pools._GROUPS", "pools._MEMBERS", "pools._POOLS"],
    "stacks as text": ["stacked.GROUPS", "stacked.NAMED", "stacks._FRAMES"],
    "time line": ["timeline.SHOWN", "timeline.SHOWN", "timeline._TICKS", "timeline._TICKS"],
    "inputs": ["inputs._SNAPSHOTS", "inputs._ITEMS", "inputs._LINES", "inputs._LONGEST"],
    "wait-for graph": ["waits.LIMIT", "waits._ARROWS", "graph.tsx LISTED", "graph.tsx LISTED"],
    "call tree": ["merge.ts LARGEST", "merge.ts DEEPEST", "calls.tsx DEEPEST", "calls.tsx LISTED"],
    "a thread's panel": ["thread.tsx ENDS", "thread.tsx STEP", "thread.tsx LISTED"],
    "reasons and source lines of a thread": ["quotes.EXPLAINED", 6, "quotes._ENDS", 6, "quotes._LINES", "quotes._LONGEST"],
    "names of functions": ["rows._LONGEST"],
}


def limit(name: object) -> int:
    """`waits.LIMIT` is of Python, `merge.ts DEEPEST` of the program."""
    if isinstance(name, int):
        return name
    file, _, constant = str(name).partition(" ")
    if constant:
        source = (ROOT / "web" / "src" / file).read_text(encoding="utf-8")
        return int(re.search(rf"\b{constant} = ([\d_]+)", source)[1])
    module, _, constant = file.partition(".")
    value: int = getattr(importlib.import_module(f"stackan.report.html.{module}"), constant)
    return value


def test_the_table_of_the_docs_has_every_limit():
    docs = (ROOT / "docs" / "html.md").read_text(encoding="utf-8")
    table = docs[docs.index("| part | at most |") : docs.index("Measured in")]
    rows = {row.split("|")[1].strip(): row.split("|")[2] for row in table.splitlines()[2:] if row}
    said = {part: [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d|\d", words)] for part, words in rows.items()}
    assert said == {part: [limit(name) for name in names] for part, names in LIMITS.items()}
    assert quotes._BYTES == 6 << 20


def test_the_measured_table_of_the_docs_is_that_of_the_script():
    docs = (ROOT / "docs" / "html.md").read_text(encoding="utf-8")
    measured = docs[docs.index("Measured in") : docs.index("## How it is kept safe")].split("\n\n")[1].splitlines()
    assert "\n".join(measured[:2]) == measure.HEAD
    assert [row.split("|")[1].strip() for row in measured[2:]] == list(measure.ROWS)


def test_whatever_is_left_out_by_a_limit_has_it_in_that_table():
    told = {name for names in LIMITS.values() for name in names}
    for path in sorted(Path(report.__file__).parent.glob("*.py")):
        for constant in re.findall(r"\b(?:parted|few|shorten)\(.*, (_?[A-Z]+)\)", path.read_text(encoding="utf-8")):
            names = {f"{path.stem}.{constant}", f"stacked.{constant}", f"findings.{constant}"}
            assert names & told or constant in ("_NOTE", "_LABEL"), f"{path.name}: {constant}"
