"""Whatever a notebook or a debugger prints of a result is one short line."""

from __future__ import annotations

import pprint
from collections.abc import Iterator, Mapping

import pytest

import stackan
from stackan.model.finding import Quote

LONGEST = 240


def everything(root: object) -> Iterator[object]:
    """Every object of stackan that can be reached from another."""
    seen: set[int] = set()
    kinds: dict[type, int] = {}
    left = [root]
    while left:
        thing = left.pop()
        if id(thing) in seen or isinstance(thing, (str, bytes, int, float, type, memoryview)) or kinds.get(type(thing), 0) > 2000:
            continue
        seen.add(id(thing))
        if type(thing).__module__.startswith("stackan"):
            kinds[type(thing)] = kinds.get(type(thing), 0) + 1
            yield thing
        if isinstance(thing, Mapping):
            left += [*thing.keys(), *thing.values()]
        elif isinstance(thing, (tuple, list, set, frozenset)):
            left += thing
        elif hasattr(thing, "__dict__"):
            left += vars(thing).values()
        else:
            left += [getattr(thing, name) for name in getattr(type(thing), "__slots__", ()) if hasattr(thing, name)]


def test_every_object_behind_a_result_prints_itself_on_one_short_line(analysis):
    told = {type(thing): repr(thing) for thing in everything(analysis)}
    assert {"Finding", "Process", "Track", "Dump", "Columns", "Rules"} <= {kind.__name__ for kind in told}
    assert {kind.__name__: text for kind, text in told.items() if len(text) > LONGEST or not text.isprintable()} == {}


def test_what_a_finding_consists_of_can_be_printed_in_a_notebook(exhausted):
    [finding] = exhausted.findings[:1]
    assert repr(finding) == "<Finding worker-exhaustion: critical, likely, 10 threads of 17802>"
    assert max(len(repr(item)) for part in finding if isinstance(part, tuple) for item in part) < 2 * LONGEST
    assert len(pprint.pformat(finding)) <= LONGEST


def test_the_parts_of_a_result_say_what_a_person_looks_for(exhausted):
    process = exhausted.processes[0]
    assert repr(exhausted) == "<Analysis worker-exhaustion: MariaDB thread pool: all 10 workers wait for an InnoDB row lock.>"
    assert repr(process) == "<Process 17802: 2 snapshots, 25 threads, 2 pools>"
    assert repr(process.tracks[0]) == "<Track LWP 17870 mariadbd: stuck in lock_wait, 2 snapshots>"
    assert repr(process.pools[0]).startswith("<Pool MariaDB thread pool: 10 workers, 0 idle, 10 blocked")
    assert repr(exhausted.findings[0].title[0]).startswith("<Fact workers-all-wait: ")
    assert "count=10" in repr(exhausted.findings[0].title[0])


def test_a_dump_its_rows_and_its_columns_are_counted_not_listed(exhausted):
    dump = exhausted.processes[0].dumps[0]
    for thing, ending in [
        (dump, "snap1.txt: gdb, 25 threads, 435 frames>"),
        (dump.threads, "snap1.txt>"),
        (dump.frames, "snap1.txt>"),
        (dump.stacks, "snap1.txt>"),
        (dump.columns, "25 threads, 435 frames, 64 sites>"),
    ]:
        assert repr(thing).endswith(ending)
    assert "lwp=17870" in repr(dump.threads[0])
    assert "function='lock_wait'" in repr(dump.frames[5])


@pytest.mark.parametrize("name", ["f" * 10_000, "\x1b[31m", "a\nb", "\ud800", "\u202e"])
def test_no_name_of_a_stranger_makes_it_long_or_obeyed(name, exhausted):
    process = exhausted.processes[0]
    place = process.tracks[0].place._replace(names=(name,), spoken=(), wait_frames=0, first_start_frame=1)
    frame = process.dumps[0].frames[5]._replace(function=name)
    for thing in (Quote(name, 1, name), place, process._replace(id=name), frame):
        assert len(repr(thing)) <= LONGEST
        assert repr(thing).isprintable()


def test_a_case_says_how_much_was_read(example):
    case = stackan.load(example)
    assert repr(case) == "<Case of 2 dumps>"
    assert repr(stackan.model.case.Case(case.dumps[:1], ["one was skipped"])) == "<Case of 1 dump, 1 warning>"
