"""Every dump that ships, and those with known truth beside the project, through every graph output: what is written can be read back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import networkx
import pytest

import stackan
from stackan.report.drawing import write

ROOT = Path(__file__).parents[2]
SHIPPED = [ROOT / "tests" / "dumps", ROOT / "examples"]
SHARED = [ROOT.parent / "shared" / name for name in ("truth", "wild", "idioms", "field")]

_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_VALUE = rf"(?:{_TEXT}|\w+)"
_ATTRIBUTES = rf" \[\w+={_VALUE}(?:, \w+={_VALUE})*\]"
DOT_BOX = re.compile(rf"  (n\d+){_ATTRIBUTES};")
DOT_ARROW = re.compile(rf"  (n\d+) -> (n\d+){_ATTRIBUTES};")
# Nothing within the quotes that Mermaid would read: neither quotes nor tags nor Markdown, and no entity but a number.
_LABEL = r'"(?:[^"&<>#;`\n]|#\d+;|<br>)*"'
MERMAID_BOX = re.compile(rf"  (n\d+)(?:\[{_LABEL}\]|\{{\{{{_LABEL}\}}\}}|\({_LABEL}\)|\(\[{_LABEL}\]\))")
MERMAID_ARROW = re.compile(rf"  (n\d+) -(?:-|\.-)>\|{_LABEL}\| (n\d+)")
MERMAID_CLASS = re.compile(r"  class(?:Def)? [\w,]+ [\w:#,-]+")


def drawn(analysis: stackan.Analysis, format: str) -> str:
    stream = io.StringIO()
    write(analysis, format, stream)
    return stream.getvalue()


def folders(roots: list[Path]) -> Iterator[Path]:
    """Each folder with files, once: its files are a case."""
    for root in roots:
        yield from sorted({path.parent for path in root.rglob("*") if path.is_file()}) if root.is_dir() else ()


def check(analysis: stackan.Analysis) -> None:
    """All outputs of a case can be read, show the same graph, and hold no sign that a terminal would obey."""
    texts = {format: drawn(analysis, format) for format in ("dot", "mermaid", "graphml")}
    assert all(text.replace("\n", "").isprintable() for text in texts.values())
    dot = _graph(texts["dot"], DOT_BOX, DOT_ARROW, other=re.compile(r"digraph waits \{|  rankdir=.*;|\}"))
    mermaid = _graph(texts["mermaid"], MERMAID_BOX, MERMAID_ARROW, other=re.compile(rf"flowchart LR|{MERMAID_CLASS.pattern}"))
    assert dot == mermaid
    boxes, arrows = dot
    assert {end for arrow in arrows for end in arrow} == boxes
    ElementTree.fromstring(texts["graphml"])
    whole = networkx.parse_graphml(texts["graphml"], force_multigraph=True)
    assert (len(whole), whole.number_of_edges()) == (len(analysis.graph), analysis.graph.number_of_edges())


def _graph(text: str, box: re.Pattern[str], arrow: re.Pattern[str], other: re.Pattern[str]) -> tuple[set[str], list[tuple[str, str]]]:
    """The boxes and the arrows; a line has to be one of them, or one of those that stand around them."""
    boxes: set[str] = set()
    arrows: list[tuple[str, str]] = []
    for line in text.splitlines():
        if found := box.fullmatch(line):
            boxes.add(found[1])
        elif found := arrow.fullmatch(line):
            arrows.append((found[1], found[2]))
        else:
            assert other.fullmatch(line), line
    return boxes, arrows


@pytest.mark.parametrize("folder", list(folders(SHIPPED)), ids=lambda folder: str(folder.relative_to(ROOT)))
def test_each_shipped_dump_can_be_drawn(folder: Path) -> None:
    """Alone, and as a case with those beside it."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    analyzed = 0
    for paths in [*([path] for path in files), files]:
        try:
            case = stackan.load(*paths)
        except stackan.StackanError:
            continue
        check(stackan.analyze(case))
        analyzed += 1
    assert analyzed != 1, "one dump makes two cases: alone, and with what lies beside it"


def test_dumps_with_known_truth_can_be_drawn(shared: Path) -> None:
    """Each seventh folder, alike on every machine."""
    drawings = 0
    for folder in list(folders(SHARED))[::7]:
        try:
            case = stackan.load(folder)
        except stackan.StackanError:
            continue
        check(stackan.analyze(case))
        drawings += 1
    assert drawings > 50
