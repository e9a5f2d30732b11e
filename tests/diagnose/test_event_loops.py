"""Event loops that do not come back from what they called: in dumps/redis/ Redis 7.0 runs an endless Lua script."""

from __future__ import annotations

from pathlib import Path

import stackan
from stackan import wording
from stackan.model.finding import Finding
from tests.dumping import START, Frame, analyze, app, dump, progress, thread, told

DUMPS = Path(__file__).parent.parent / "dumps" / "redis"
LOOP = (Frame("event_base_loop", pc=0x7F31_0C3C_1F4F), app("serve"), *START)


def busy(*calls: Frame) -> bytes:
    """An event loop that runs these calls, the innermost first, and another one that is parked."""
    return dump(thread(7100, "loop-0", calls, LOOP), thread(7101, "loop-1", Frame("epoll_wait", "epfd=4"), LOOP))


def findings(*snapshots: bytes) -> list[Finding]:
    return [finding for finding in analyze(*snapshots).findings if finding.kind == "spin"]


def test_an_endless_script_of_redis_is_told_with_what_ends_it() -> None:
    analysis = stackan.analyze(stackan.load(DUMPS / "snap1.txt", DUMPS / "snap2.txt"))
    (finding,) = analysis.findings
    assert (finding.kind, finding.severity, finding.confidence) == ("spin", "warning", "possible")
    assert wording.title(finding) == "LWP 10370, an event loop, is in lua_pcall ← luaCallFunction ← evalGenericCommand in both snapshots"
    assert wording.explanation(finding) == (
        "It runs in the loop of aeMain, in a script. Until that ends, everybody else whom this loop serves has to wait. "
        "That may be a long or an endless one, or by chance a similar one in each snapshot."
    )
    assert "SCRIPT KILL" in wording.advice(finding)[0]
    assert analysis.headline == f"Nothing is proved to be stuck. What is suspected: {wording.title(finding)}."


def test_the_io_threads_of_redis_that_spin_by_design_have_no_work() -> None:
    states = progress(stackan.analyze(stackan.load(DUMPS / "snap1.txt", DUMPS / "snap2.txt")))
    assert {states[lwp] for lwp in (10374, 10375, 10376)} == {"idle"}


def test_a_loop_that_moved_in_its_innermost_function_only_is_in_one_call() -> None:
    before, after = (busy(Frame("parse_line", pc=pc), app("read_request")) for pc in (0x5581_1000, 0x5581_1044))
    (finding,) = findings(before, after)
    assert wording.title(finding) == "LWP 7100 loop-0, an event loop, is in parse_line ← read_request in both snapshots"
    assert "It runs in the loop of event_base_loop, in one request." in wording.explanation(finding)
    assert told(finding, "maybe-each-time-another-request")


def test_a_loop_that_came_by_another_call_has_moved() -> None:
    before, after = (busy(app("parse_line"), app("read_request", pc=pc)) for pc in (0x5581_1000, 0x5581_1044))
    assert findings(before, after) == []


def test_a_loop_that_was_parked_in_between_has_moved() -> None:
    handler = busy(app("parse_line"), app("read_request"))
    idle = dump(*(thread(lwp, f"loop-{lwp - 7100}", Frame("epoll_wait", "epfd=4"), LOOP) for lwp in (7100, 7101)))
    assert findings(handler, idle, handler) == []


def test_a_script_stays_a_script_whatever_it_calls() -> None:
    redis = (app("luaCallFunction"), app("evalGenericCommand"), app("call"), app("processCommand"), app("aeMain"), app("main"))
    before, after = (dump(thread(7100, "redis-server", app(inner), redis)) for inner in ("luaV_execute", "luaH_get"))
    assert [wording.title(finding) for finding in findings(before, after)] == [
        "LWP 7100 redis-server, an event loop, is in luaCallFunction ← evalGenericCommand ← call in both snapshots"
    ]


def test_who_runs_below_no_event_loop_is_not_reported() -> None:
    text = dump(thread(7100, "worker", app("compute"), app("run"), START))
    assert findings(text, text) == []
