"""`--graph`: who waits for whom as DOT, Mermaid and GraphML."""

from __future__ import annotations

import io
import pathlib
import re
from xml.etree import ElementTree

import networkx
import pytest

import stackan
from stackan.report.drawing import write
from tests.dumping import START, Thread, app, dump, guarded_mutex, lock_guard, mutex, parked, run_by, sleep, spin, thread
from tests.dumping import analyze as made

BARRIER = pathlib.Path(__file__).parent.parent / "dumps" / "barrier"
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
    [workers] = [line for line in lines if "threads: " in line]
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
    [shown, *others] = [line for line in drawn(exhausted, "dot").splitlines() if '"waits for"' in line]
    assert not others and "dashed" not in shown
    meeting = stackan.analyze(stackan.load(BARRIER / "snap1.txt", BARRIER / "snap2.txt"))
    [concluded] = [line for line in drawn(meeting, "dot").splitlines() if "arrival" in line]
    assert concluded.endswith("style=dashed];")


def test_a_pool_at_rest_is_not_drawn(exhausted):
    assert {pool.name for process in exhausted.processes for pool in process.pools} == {"MariaDB thread pool", "InnoDB task pool"}
    for format in ("dot", "mermaid"):
        text = drawn(exhausted, format)
        assert "MariaDB thread pool" in text
        assert not any(words in text for words in ("InnoDB task pool", "wait_for_tasks", "may grow", "someone else"))
    assert "InnoDB task pool" in drawn(exhausted, "graphml")


@pytest.mark.parametrize(("work", "drawn_too"), [(spin(), True), ((app("compute"),), False)], ids=["spins", "computes"])
def test_a_pool_is_drawn_where_a_finding_is_about_its_workers(work, drawn_too):
    busy = [thread(4101 + at, f"wrk-{at}", work, app("take_ticket"), run_by()) for at in range(2)]
    idle = [thread(4111 + at, f"wrk-{at + 2}", parked()) for at in range(2)]
    analysis = analyze(*busy, *idle)
    assert [len(pool.workers) for pool in analysis.processes[0].pools] == [4]
    assert ("{{" in drawn(analysis, "mermaid")) == drawn_too


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


def analyze(*threads: Thread, full: bool = False) -> stackan.Analysis:
    return made(dump(*threads, full=full), dump(*threads, full=full))


def test_the_root_of_a_tree_of_waits_is_marked(chain):
    lines = drawn(chain, "mermaid").splitlines()
    [root] = [line for line in lines if "root of these waits" in line]
    assert "LWP 4103 c<br>in compact<br>root of these waits" in root
    assert f"  class {root.split('[')[0].strip()} root" in lines
    [box] = [line for line in drawn(chain, "dot").splitlines() if "in compact" in line]
    assert box.endswith("color=blue, penwidth=2];")


@pytest.fixture(scope="module")
def chain() -> stackan.Analysis:
    """4101 waits for what 4102 holds, which waits for what 4103 holds, which sleeps."""
    return analyze(
        thread(4100, "main", sleep(), app("main")),
        thread(4101, "a", mutex(0x5581_D178_4140), app("commit"), START),
        thread(4102, "b", guarded_mutex(0x5581_D178_4180), app("flush", locals=GUARDS), START),
        thread(4103, "c", sleep(), app("compact", locals=(lock_guard(0x5581_D178_4180),)), START),
        full=True,
    )


GUARDS = (f"first_{lock_guard(0x5581_D178_4140)}", f"second_{lock_guard(0x5581_D178_4180)}")


def test_threads_that_wait_for_each_other_have_no_root():
    first, second = 0x5581_D178_4140, 0x5581_D178_4180
    one = app("transfer", locals=(f"first_{lock_guard(first)}", f"second_{lock_guard(second)}"))
    other = app("refund", locals=(f"first_{lock_guard(second)}", f"second_{lock_guard(first)}"))
    waiting = thread(4101, "a", guarded_mutex(second), one, START), thread(4102, "b", guarded_mutex(first), other, START)
    analysis = analyze(thread(4100, "main", sleep(), app("main")), *waiting, full=True)
    assert analysis.verdict == "deadlock"
    assert "root" not in drawn(analysis, "mermaid")


@pytest.fixture(scope="module")
def barrier() -> list[str]:
    """Two threads wait at a barrier, main joins one of them, two others wait for each other."""
    return drawn(stackan.analyze(stackan.load(BARRIER / "snap1.txt", BARRIER / "snap2.txt")), "mermaid").splitlines()


def test_an_object_without_an_owner_stands_between_its_waiters_and_someone_else(barrier):
    [box] = [line.split("(")[0].strip() for line in barrier if "barrier 0x56384ef59120 #60;bar#62;" in line]
    assert sum(line.endswith(f'-->|"waits for"| {box}') for line in barrier) == 2
    assert f'  {box} -.->|"waits for the arrival of"| n0' in barrier


def test_who_waits_for_what_someone_else_has_to_bring_is_no_root(barrier):
    assert any('"waits for the end of"' in line for line in barrier)
    assert not any("root" in line for line in barrier)
