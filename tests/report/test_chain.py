"""The chain of the cause as data, of which all drawings of it are made."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan.report.chain import Chain, behind_words, cause, chain_of
from stackan.report.page import Page
from tests.dumping import analyze, dump, parked, thread

ROOT = Path(__file__).resolve().parents[2]


def chain(*paths: str) -> Chain:
    analysis = stackan.analyze(stackan.load(*(str(ROOT / path) for path in paths)))
    finding = cause(analysis)
    assert finding is not None
    found = chain_of(analysis, finding, Page())
    assert found is not None
    return found


def steps(found: Chain) -> list[str]:
    return [f"{found.links[each.waiter].title} {each.words} {found.links[each.supplier].title}" for each in found.arrows]


def test_a_deadlock_closes_its_circle():
    found = chain("tests/dumps/java/jdk17-monitor-1.txt", "tests/dumps/java/jdk17-monitor-2.txt")
    assert steps(found) == [
        "LWP 0x4e17 transfer-1 waits for monitor 0xffd462c0 <java.lang.Object>",
        "monitor 0xffd462c0 <java.lang.Object> is held by LWP 0x4e18 transfer-2",
        "LWP 0x4e18 transfer-2 waits for monitor 0xffd462b0 <java.lang.Object>",
        "monitor 0xffd462b0 <java.lang.Object> is held by LWP 0x4e17 transfer-1",
    ]
    assert [arrow.back for arrow in found.arrows] == [False, False, False, True]
    assert [len(row) for row in found.rows] == [1, 1, 1, 1]
    assert behind_words(found) == ["2 more threads wait behind these"]


def test_the_workers_of_a_pool_are_one_link():
    found = chain("examples/mariadb-pool-exhausted")
    assert steps(found)[0] == "10 threads of MariaDB thread pool waits for 10 × an InnoDB row lock"
    assert len(found.links[0].threads) == 10
    assert found.links[0].concerned
    assert found.hidden == 0


def test_threads_that_do_the_same_in_several_processes_are_one_link(tmp_path):
    for pid in range(40):
        for snapshot in (1, 2):
            folder = tmp_path / f"round{snapshot}"
            folder.mkdir(exist_ok=True)
            text = (ROOT / "tests" / "dumps" / "postgres" / f"waiting.{snapshot}.gdb.txt").read_text()
            (folder / f"pstack_{7000 + pid}.txt").write_text(text.replace("LWP ", f"LWP {pid + 10}"))
    found = chain(str(tmp_path))
    assert len(found.links) <= 14
    assert any("processes" in link.title for link in found.links)


def test_a_calm_case_has_no_chain():
    analysis = analyze(dump(thread(1, "main", parked("idle_loop"))), dump(thread(1, "main", parked("idle_loop"))))
    assert cause(analysis) is None


@pytest.mark.parametrize("path", ["examples/mariadb-pool-exhausted", "tests/dumps/peers/crew", "tests/dumps/services"])
def test_every_arrow_leads_from_a_link_to_a_link_and_back_only_up(path):
    found = chain(path)
    row_of = {link: at for at, row in enumerate(found.rows) for link in row}
    assert sorted(row_of) == list(range(len(found.links)))
    for arrow in found.arrows:
        assert arrow.back == (row_of[arrow.supplier] <= row_of[arrow.waiter])
