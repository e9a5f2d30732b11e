"""One lock in shared memory, as the dumps of several processes show it: a real server that forks (dumps/prefork/prefork.c).

Its children wait for their turn to accept.  Did the first of them serve a client under the lock, they would hang.
"""

from __future__ import annotations

from pathlib import Path

import stackan
from stackan import wording

PREFORK = Path(__file__).parent.parent / "dumps" / "prefork"
LOCK = 0x7F76_C428_6000


def changed(folder: Path, before: bytes = b"", after: bytes = b"", only: str = "") -> stackan.Analysis:
    """The dumps, were the children to hang, with other words."""
    for path in PREFORK.glob("t?/*.txt"):
        text = path.read_bytes().replace(b"__libc_accept (fd=3, ", b"__libc_recv (fd=4, ")
        copy = folder / path.relative_to(PREFORK)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(text.replace(before, after) if before and only in path.name else text)
    return stackan.analyze(stackan.load(folder / "t1", folder / "t2"))


def titles(analysis: stackan.Analysis) -> list[str]:
    return [wording.title(finding) for finding in analysis.findings if "mutex" in wording.title(finding)]


def locks(analysis: stackan.Analysis) -> list[str]:
    return [node.label for node in analysis.waits.nodes if node.address == LOCK]


def test_forked_processes_wait_for_one_lock(tmp_path: Path) -> None:
    analysis = changed(tmp_path)
    assert titles(analysis) == [f"2 threads of 2 processes wait for mutex {LOCK:#x}, in child_main"]
    assert locks(analysis) == [f"mutex {LOCK:#x}, shared by processes"]


def test_that_it_is_one_lock_is_said_to_be_inferred(tmp_path: Path) -> None:
    analysis = changed(tmp_path)
    assert "That it is one lock is inferred" in wording.explanation(
        next(finding for finding in analysis.findings if "mutex" in wording.title(finding))
    )
    edges = [edge for out in analysis.waits.out for edge in out if analysis.waits.nodes[edge.supplier].address == LOCK]
    assert {edge.evidence for edge in edges} == {"inferred"}


def test_a_lock_that_is_private_to_each_is_each_ones_own(tmp_path: Path) -> None:
    analysis = changed(tmp_path, b"private=128", b"private=0")
    assert len(locks(analysis)) == 2


def test_processes_that_were_not_forked_from_one_share_no_lock_by_its_address_alone(tmp_path: Path) -> None:
    analysis = changed(tmp_path, b"0x7f76c4099740", b"0x7f11c4099740", only="28038")
    assert len(locks(analysis)) == 2
    assert len(titles(analysis)) == 2


def test_a_lock_at_another_address_is_another_one(tmp_path: Path) -> None:
    analysis = changed(tmp_path, b"0x7f76c4286000", b"0x7f76c4286040", only="28038")
    assert len(titles(analysis)) == 2


def test_an_owner_that_is_printed_counts_for_the_process_whose_dump_prints_it(tmp_path: Path) -> None:
    """What the word says is recorded: nothing is inferred there."""
    words = b"+p *(pthread_mutex_t *) 0x7f76c4286000\n$1 = {__data = {__lock = 2, __count = 0, __owner = 28036, __nusers = 1}}\n[Inferior"
    analysis = changed(tmp_path, b"[Inferior", words, only="28038")
    nodes = {node.label: number for number, node in enumerate(analysis.waits.nodes)}
    (edge,) = analysis.waits.out[nodes[f"mutex {LOCK:#x}"]]
    assert (edge.evidence, analysis.waits.nodes[edge.supplier].label) == ("recorded", "LWP 28036 prefork")
