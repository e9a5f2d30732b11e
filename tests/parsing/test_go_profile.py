"""Goroutine profiles, which count: ?debug=1 (tests/dumps/go/profile-debug1.txt is real, of Go 1.27), and `pprof -traces`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.parsing import parse_all
from tests.parsing import hostile

REAL = (Path(__file__).parents[1] / "dumps" / "go" / "profile-debug1.txt").read_text(encoding="utf-8")
LOCK = (
    "#\t0x46b5e4\tsync.runtime_SemacquireMutex+0x24\t/usr/local/go/src/runtime/sema.go:77\n"
    "#\t0x47c0a4\tsync.(*Mutex).lockSlow+0x164\t\t/usr/local/go/src/sync/mutex.go:171\n"
    "#\t0x6f1233\tmain.(*store).get+0x33\t\t\t/srv/app/store.go:31\n"
)
HELD = (
    f"goroutine profile: total 904\n900 @ 0x43e1d6 0x44f2de 0x6f1234 0x46fa01\n{LOCK}\n"
    "4 @ 0x43e1d6 0x6f2234\n#\t0x6f2233\tmain.refill+0x53\t/srv/x.go:60\n"
)
RULER = "-----------+-------------------------------------------------------\n"
TRACES = (
    f"File: store\nType: goroutine\nTime: Mar 2, 2026 at 11:00am (UTC)\n{RULER}"
    "       900   runtime.gopark\n             runtime.goparkunlock (inline)\n             runtime.semacquire1\n"
    "             sync.runtime_SemacquireMutex\n             sync.(*Mutex).lockSlow\n             sync.(*Mutex).Lock (inline)\n"
    f"             main.(*store).get\n{RULER}"
    "      user:  ann\n         3   runtime.gopark\n             runtime.chanrecv\n             runtime.chanrecv1\n"
    "             main.refill\n"
    f"{RULER}         1   runtime/pprof.runtime_goroutineProfileWithLabels\n             main.main\n{RULER}"
)


def only(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "profile.txt")
    return dump


def analyzed(*texts: str) -> stackan.Analysis:
    return stackan.analyze(stackan.Case([dump for n, text in enumerate(texts, 1) for dump in parse_all(text.encode(), f"snap{n}.txt")], []))


def test_a_real_profile_is_read_to_its_last_line() -> None:
    dump = only(REAL)
    assert (dump.format, len(dump.threads), dump.unparsed) == ("go-profile", 6, [])
    assert [thread.frames for thread in dump.threads] == [5, 1, 1, 5, 6, 2]
    frame = next(iter(dump.frames_of(0)))
    assert (frame.function, frame.file, frame.file_line, frame.pc) == (
        "runtime/pprof.writeRuntimeProfile",
        "runtime/pprof/pprof.go",
        848,
        0x4CE010,
    )
    assert dump.facts.states[0].words == "go: takes the dump"


@pytest.mark.parametrize("text", [HELD, TRACES])
def test_a_stack_counts_as_often_as_the_profile_says(text: str) -> None:
    dump = only(text)
    assert len(dump.threads) == 904
    assert len({thread.node for thread in dump.threads}) == len(dump.stacks)
    assert {dump.function(dump.site(thread.first + thread.frames - 1)) for thread in dump.threads[:900]} == {"main.(*store).get"}
    assert all(dump.facts.states[thread.row].words == "go: semacquire" for thread in dump.threads[:900])


def test_a_trace_may_be_inlined_and_its_labels_are_no_frames() -> None:
    dump = only(TRACES)
    assert dump.stacks[0][-1] in ("main.(*store).get", "main.refill", "main.main")
    assert "sync.(*Mutex).Lock" in {frame.function for frame in dump.frames_of(0)}
    assert not dump.unparsed


@pytest.mark.parametrize("text", [HELD, TRACES])
def test_most_goroutines_wait_for_one_mutex(text: str) -> None:
    analysis = analyzed(text)
    assert analysis.verdict == "inconclusive"
    first = analysis.findings[0]
    assert (first.kind, first.confidence, len(first.threads)) == ("convoy", "possible", 900)


def test_two_profiles_prove_no_movement_as_nothing_tells_their_goroutines_apart() -> None:
    (process,) = analyzed(HELD, HELD).processes
    assert len(process.dumps) == 1
    assert analyzed(HELD, HELD).verdict == "inconclusive"


def test_several_profiles_in_one_text_are_several_snapshots() -> None:
    assert [len(dump.threads) for dump in parse_all((HELD + "\n" + REAL).encode(), "both.txt")] == [904, 6]


def test_of_millions_of_goroutines_some_stand_for_all_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "profile.txt").write_text(HELD.replace("900 @", "99999999 @"), encoding="utf-8")
    case = stackan.load(tmp_path)
    assert 19_000 < len(case.dumps[0].threads) <= 20_001
    assert any("counts 100000003 threads" in words for words in case.warnings)


def test_a_table_of_functions_is_named_with_what_to_take_instead() -> None:
    rows = "      flat  flat%   sum%        cum   cum%\n       904   100%   100%        904   100%  runtime.gopark\n"
    top = f"File: store\nType: goroutine\nShowing nodes accounting for 904\n{rows}"
    with pytest.raises(InputError, match=r"take `pprof -traces`, or \?debug=1"):
        parse_all(top.encode(), "top.txt")


def test_a_place_whose_tab_was_lost_still_belongs_to_its_frame() -> None:
    text = (
        "goroutine 12 [semacquire, 5 minutes]:\nsync.runtime_Syncsemacquire(0xc208064050)\n/usr/local/go/src/runtime/sema.go:241 +0x201\n"
        "sync.(*Cond).Wait(0xc208064040)\n/usr/local/go/src/sync/cond.go:63 +0x9b\n"
        "app.(*Mutex).Lock(...)\nC:/srv/app/lock.go:9\napp.work(0xc208064000)\n/srv/my app/work.go:12 +0x72\n"
        "created by app.start\n/srv/app/work.go:30 +0x72\n\ngoroutine 13 [running]:\nmain.f()\n/srv/x.go:1 +0x1\nsome words of a log: 3\n"
    )
    dump = only(text)
    assert [(thread.number, thread.frames) for thread in dump.threads] == [(12, 4), (13, 1)]
    assert [(frame.file, frame.file_line) for frame in dump.frames][:3] == [
        ("/usr/local/go/src/runtime/sema.go", 241),
        ("/usr/local/go/src/sync/cond.go", 63),
        ("C:/srv/app/lock.go", 9),
    ]
    assert [words for _, words in dump.unparsed] == ["some words of a log: 3"]


@pytest.mark.parametrize("text", [REAL, TRACES, HELD.replace("900", "9")])
def test_broken_profiles_are_read_as_far_as_they_go(text: str) -> None:
    for broken in hostile.mutations(text.encode(), 300):
        hostile.check(broken)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("goroutine profile: total 1\n", "1 @ 0x1 0x2\n#\t0x1\tmain.f+0x1\t/x.go:1\n"),
        ("goroutine profile: total 1\n", "999999999 @ 0x1\n"),
        ("goroutine profile: total 1\n999999999 @ 0x1\n", "#\t0x1\tmain.f+0x1\t/x.go:1\n"),
        ("goroutine profile: total 1\n1 @ 0x1\n", "#\t0x1\t" + "+0x" * 50 + "\n"),
        ("Type: goroutine\n" + RULER, "         1   f\n" + RULER),
        ("Type: goroutine\n" + RULER, "    user:  ann\n"),
        ("", RULER),
    ],
)
def test_the_worst_lines_take_time_in_proportion(in_proportion: Callable[..., None], head: str, line: str) -> None:
    in_proportion(lambda size: (head + line * (size // len(line))).encode(), parse_all)
