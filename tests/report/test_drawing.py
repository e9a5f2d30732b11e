"""`--graph`: who waits for whom as DOT, Mermaid and GraphML."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import networkx
import pytest

import stackan
from stackan.report.drawing import write

ESCAPE = b"""Thread 2 (Thread 0x7f01 (LWP 12) "a"b<i>\x07"):
#0  __lll_lock_wait (futex=futex@entry=0x55b9b76211e0 <catalog<int>>, private=0) at lowlevellock.c:49
#1  ___pthread_mutex_lock (mutex=0x55b9b76211e0 <catalog<int>>) at pthread_mutex_lock.c:93
#2  0x00005583 in w (x=0x1) at w.c:1
#3  start_thread (arg=0x0) at pthread_create.c:442

Thread 1 (Thread 0x7f02 (LWP 11) "main"):
#0  0x00005584 in compute (x=0x1) at w.c:9
#1  main () at w.c:20
"""


def drawn(analysis: stackan.Analysis, format: str) -> str:
    stream = io.StringIO()
    write(analysis, format, stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def exhausted(example) -> stackan.Analysis:
    return stackan.analyze(stackan.load(example))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> stackan.Analysis:
    folder = tmp_path_factory.mktemp("hostile")
    for name in ("1.txt", "2.txt"):
        (folder / name).write_bytes(ESCAPE)
    return stackan.analyze(stackan.load(folder))


def test_alike_waiters_share_a_box_and_an_arrow(exhausted):
    lines = drawn(exhausted, "dot").splitlines()
    assert sum("threads: " in line for line in lines) == 2  # ten workers, and the idle tasks of InnoDB
    [workers] = [line for line in lines if "in lock_wait" in line]
    assert workers.endswith('label="10 threads: 17870 17869 17868 and 7 more\\nin lock_wait", color=red, penwidth=2];')
    assert sum('label="can be released only by work of"' in line for line in lines) == 1


def test_every_arrow_of_a_drawing_joins_two_boxes(exhausted):
    for format, box, arrow in (
        ("dot", r"^  (n\d+) \[", r"^  (n\d+) -> (n\d+) "),
        ("mermaid", r"^  (n\d+)[\[({]", r"^  (n\d+) -[.-]*>.*\| (n\d+)$"),
    ):
        text = drawn(exhausted, format)
        boxes = set(re.findall(box, text, re.MULTILINE))
        arrows = re.findall(arrow, text, re.MULTILINE)
        assert arrows and {end for ends in arrows for end in ends} == boxes


def test_what_is_only_concluded_is_dashed(exhausted):
    [grows] = [line for line in drawn(exhausted, "dot").splitlines() if "may grow" in line]
    assert grows.endswith("style=dashed];")


def test_graphml_is_the_whole_graph(exhausted, tmp_path):
    path = tmp_path / "waits.graphml"
    path.write_text(drawn(exhausted, "graphml"), encoding="utf-8")
    read = networkx.read_graphml(path, force_multigraph=True)
    assert (len(read), read.number_of_edges()) == (len(exhausted.graph), exhausted.graph.number_of_edges())
    assert {data["label"] for _, data in read.nodes(data=True)} == {data["label"] for _, data in exhausted.graph.nodes(data=True)}


@pytest.mark.parametrize("format", ["dot", "mermaid", "graphml"])
def test_names_of_a_stranger_cannot_break_out(hostile, format):
    text = drawn(hostile, format)
    assert "\x07" not in text
    assert re.search(r"\\x07|#92;x07", text)
    if format == "graphml":
        ElementTree.fromstring(text)
        assert "<i>" not in text
    elif format == "mermaid":
        assert "<i>" not in text and '"b' not in text.replace("#34;", "")
    else:
        labels = re.findall(r'label="((?:\\.|[^"\\])*)"[\],]|label="((?:\\.|[^"\\])*)", color', text)
        assert len(labels) == text.count("label=")
