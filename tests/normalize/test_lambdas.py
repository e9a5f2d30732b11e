"""Lambdas, which gdb calls `operator()`: where a thread stands is told by the function that holds its lambda, or that calls it."""

from __future__ import annotations

import pytest

from stackan import wording
from tests.dumping import START, Frame, analyze, app, dump, mutex, thread

LAMBDA = Frame("operator()", "__closure=0x1416ec0", "at server.cc:93")


def called_by(function: str) -> tuple[Frame, ...]:
    return LAMBDA, Frame(function, "__f=...", "at /usr/include/c++/11/bits/invoke.h:61")


def title(*frames: Frame) -> str:
    text = dump(thread(4200, "main", app("compute"), app("main")), thread(4242, "net", mutex(0x5581_0000_4140), frames, START))
    return next(wording.title(finding) for finding in analyze(text, text).findings if finding.kind == "stuck-wait")


@pytest.mark.parametrize(
    ("caller", "where"),
    [
        ("std::__invoke_impl<void, Server::start()::<lambda()> >", "Server::start::<lambda>"),
        ("std::__invoke_impl<int, proc(int)::<lambda(char, int)>&>", "proc::<lambda>"),
        (
            "std::_Function_handler<void(), Pool::submit<f(int)::<lambda()> >(f(int)::<lambda()>)::<lambda()> >::_M_invoke",
            "Pool::submit::<lambda>",
        ),
        ("std::__invoke<(anonymous namespace)::go()::{lambda()#2}>", "(anonymous namespace)::go::{lambda()#2}"),
        ("writeConflictRetry<store(Op*, Names const&)::<lambda()> >", "store::<lambda>"),
    ],
)
def test_a_lambda_is_told_by_the_function_that_holds_it(caller, where):
    assert title(*called_by(caller)) == f"LWP 4242 net waits for mutex 0x558100004140, in {where}"


def test_a_lambda_of_which_nothing_tells_more_is_told_by_who_calls_it():
    assert title(LAMBDA, Frame("std::function<void()>::operator()", "this=0x1"), app("flush_all")).endswith("in flush_all")
    assert title(LAMBDA, app("insert_batch")).endswith("in insert_batch")
    assert title(*called_by("std::__invoke<std::less<int>&>"), app("rank")).endswith("in rank")


def test_what_a_lambda_is_told_by_is_no_part_of_its_stack():
    text = dump(thread(4242, "net", mutex(0x5581_0000_4140), called_by("std::__invoke<Server::start()::<lambda()> >"), START))
    (track,) = analyze(text, text).to_dict()["processes"][0]["threads"]
    assert track["stack"][-4:] == ["operator()", "std::__invoke", "start_thread", "clone3"]
