"""The chain of the cause, drawn in characters above the findings of the text report."""

from __future__ import annotations

import stackan
from stackan.report.page import Page
from stackan.report.text import render
from tests.dumping import START, Thread, analyze, app, dump, lock_guard, mutex, parked, thread

MAIN = thread(4100, "srv", parked("Quiet::loop"))
A, B = 0x5581_3000, 0x5581_4000


def holder(lwp: int, has: int, wants: int, function: str) -> Thread:
    return thread(lwp, "wrk", mutex(wants), app(function, locals=(f"guard = {lock_guard(has)}",)), START)


def drawn(analysis: stackan.Analysis, **options: bool) -> list[str]:
    """The lines between the verdict and the first finding."""
    lines = list(render(analysis, Page(**options)))
    stop = next(at for at, line in enumerate(lines) if line.startswith("1. "))
    start = next(at for at, line in enumerate(lines) if not line)
    return [line[3:] for line in lines[start + 1 : stop - 1]]


def deadlock() -> stackan.Analysis:
    text = dump(MAIN, holder(4301, A, B, "credit"), holder(4302, B, A, "debit"), full=True)
    return analyze(text, text)


def test_a_circle_is_drawn_until_it_closes() -> None:
    assert drawn(deadlock()) == [
        "LWP 4302 wrk, in debit",
        f"└─ waits for mutex {A:#x}",
        "   └─ is held by LWP 4301 wrk, in credit",
        f"      └─ waits for mutex {B:#x}",
        "         └─ is held by LWP 4302 wrk: the circle closes",
    ]


def test_where_the_encoding_has_no_lines_letters_draw_them() -> None:
    assert drawn(deadlock(), plain=True)[1:3] == [f"`- waits for mutex {A:#x}", "   `- is held by LWP 4301 wrk, in credit"]


def test_the_root_of_a_chain_is_told() -> None:
    sleeper = thread(4302, "slow", app("read_disk", locals=(f"guard = {lock_guard(A)}",)), START)
    text = dump(MAIN, thread(4301, "wrk", mutex(A), app("credit"), START), sleeper, full=True)
    assert drawn(analyze(text, text))[-1] == "   └─ is held by LWP 4302 slow, in read_disk: the root of these waits"


def test_a_finding_of_one_link_is_not_drawn() -> None:
    text = dump(MAIN, thread(4301, "wrk", app("spin_here"), START))
    assert not any("└─" in line for line in render(analyze(text, text), Page()))


def test_long_names_are_wrapped_beside_the_tree_and_never_cut() -> None:
    name = "Ledger::" + "_".join(["credit"] * 20)
    text = dump(MAIN, holder(4301, A, B, name), holder(4302, B, A, name), full=True)
    lines = drawn(analyze(text, text))
    assert max(map(len, lines)) <= 77
    assert "".join(line.strip(" │└─") for line in lines).count(name) == 2
