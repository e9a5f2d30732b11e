"""Which dumps show the same process, and in which order they were taken."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import stackan
from stackan.model.case import Case
from stackan.model.natural import natural_key
from stackan.parsing import parse_all
from stackan.placing.group import group
from tests.dumping import (
    START,
    Thread,
    analyze,
    app,
    case,
    dump,
    eu_stack,
    frame_lines,
    future,
    guarded_mutex,
    lock_guard,
    mutex,
    poll_events,
    run_by,
    sleep,
    thread,
)

LEFT, RIGHT = 0x5581_1000, 0x5581_2000


def teller(step: str = "", first: int = 4100) -> bytes:
    """A process with a deadlock, and with a thread that stands in another function in each snapshot."""
    return dump(
        thread(first, "tellerd", sleep(), app("stay"), app("main")),
        thread(first + 1, "left", guarded_mutex(RIGHT), app("move", locals=(lock_guard(LEFT),)), START),
        thread(first + 2, "right", guarded_mutex(LEFT), app("move", locals=(lock_guard(RIGHT),)), START),
        thread(first + 3, "busy", app(f"step_{step}"), app("work"), START),
        full=True,
    )


def workers(first: int, *more: Thread) -> bytes:
    pool = [thread(first + 1 + number, f"wrk-{number}", future(), app("handle"), run_by()) for number in range(3)]
    return dump(thread(first, "poold", poll_events(), app("serve"), app("main")), *pool, *more)


def single(step: str = "wait_for_client") -> bytes:
    """A thread without any header, as gdb prints a process with one thread."""
    frames = [*mutex(LEFT), app(step), app("main")]
    return ("\n".join(frame_lines(frames)) + "\n").encode()


def sources(texts: dict[str, bytes], given_order: bool = False) -> list[list[str]]:
    """The processes, each as the names of its snapshots."""
    found = case(*texts.values(), names=texts, given_order=given_order)
    return [[each.source for each in process] for process in group(found.dumps, given_order)]


# -- by content


def test_dumps_with_the_same_threads_are_one_process_whatever_their_names() -> None:
    (process,) = sources({"monday.log": teller("a"), "stack": teller("b"), "x/17:05.gdb": teller("c")})

    assert sorted(process) == ["monday.log", "stack", "x/17:05.gdb"]


def test_dumps_without_a_common_thread_are_two_processes() -> None:
    assert sources({"a1": teller(), "a2": workers(7000), "a3": teller(), "a4": workers(7000)}) == [["a1", "a3"], ["a2", "a4"]]


def test_equal_lwps_with_other_pthread_ids_are_another_process() -> None:
    """Two containers count from 1 each."""
    here = dump(thread(1, "one", poll_events(), app("main")), thread(7, "wait", mutex(LEFT), app("add"), START))
    there = dump(
        thread(1, "one", poll_events(), app("main"), pthread=0x7FA0_0000_1740),
        thread(7, "wait", mutex(LEFT), app("add"), START, pthread=0x7FA0_0000_26C0),
    )

    assert sources({"1.here": here, "1.there": there, "2.here": here, "2.there": there}) == [["1.here", "2.here"], ["1.there", "2.there"]]


def test_equal_threads_under_other_process_ids_are_another_process() -> None:
    threads = thread(1, "one", poll_events(), app("main"))

    assert len(sources({"a": dump(threads, pid=11), "b": dump(threads, pid=12)})) == 2
    assert len(sources({"a": dump(threads, pid=11), "b": dump(threads, pid=11)})) == 1


def test_a_process_that_replaced_most_of_its_threads_is_the_same_process() -> None:
    main = thread(4100, "main", poll_events(), app("main"))
    first = dump(main, *[thread(4200 + number, "conn", mutex(LEFT), app("add"), START) for number in range(5)])
    second = dump(main, *[thread(4300 + number, "conn", mutex(LEFT), app("add"), START) for number in range(5)])

    assert sources({"a": first, "b": second}) == [["a", "b"]]


def test_two_snapshots_in_one_file_are_two_snapshots_of_one_process() -> None:
    assert sources({"both.txt": teller("a") + b"\n" + teller("b")}) == [["both.txt", "both.txt"]]


def test_a_snapshot_of_another_tool_is_the_same_process_but_is_not_compared() -> None:
    """Its stacks lack what is inlined, so they would differ although nothing moved."""
    threads = (
        thread(4100, "tellerd", sleep(), app("stay"), app("main")),
        thread(4101, "waiter", mutex(LEFT), app("add"), app("serve"), START),
    )

    analysis = analyze(dump(*threads), eu_stack(*threads), dump(*threads))

    (process,) = analysis.processes
    assert [each.source for each in process.dumps] == ["snap1.txt", "snap3.txt"]
    assert next(warning for warning in analysis.warnings if warning.startswith("not compared")).endswith("snap2.txt")
    assert {track.lwp: track.progress for track in process.tracks}[4101] == "stuck"


# -- by name, where no thread ids are printed


def test_single_threads_without_a_header_are_grouped_by_the_number_in_their_names() -> None:
    assert sources({"pstack.2.txt": single(), "pstack.10.txt": single(), "pstack.1.txt": single()}) == [
        ["pstack.1.txt", "pstack.2.txt", "pstack.10.txt"]
    ]


def test_single_threads_of_several_processes_are_grouped_by_the_first_number_that_fits() -> None:
    names = ["gstack.1.p0.txt", "gstack.1.p1.txt", "gstack.2.p0.txt", "gstack.2.p1.txt"]

    assert sources(dict.fromkeys(names, single())) == [["gstack.1.p0.txt", "gstack.2.p0.txt"], ["gstack.1.p1.txt", "gstack.2.p1.txt"]]


def test_three_snapshots_of_two_single_threaded_processes_are_two_processes() -> None:
    names = [f"gstack.{snapshot}.p{process}.txt" for snapshot in (1, 2, 3) for process in (0, 1)]

    assert sources(dict.fromkeys(names, single())) == [
        [f"gstack.{snapshot}.p{process}.txt" for snapshot in (1, 2, 3)] for process in (0, 1)
    ]


def test_single_threads_whose_names_end_in_other_words_are_other_processes() -> None:
    names = ["snap1.nginx", "snap1.redis", "snap2.nginx", "snap2.redis"]

    assert sources(dict.fromkeys(names, single())) == [["snap1.nginx", "snap2.nginx"], ["snap1.redis", "snap2.redis"]]


def test_single_threads_whose_names_have_nothing_in_common_stay_apart() -> None:
    assert sources({"left.txt": single(), "right.txt": single()}) == [["left.txt"], ["right.txt"]]


def test_of_two_numbers_that_fit_the_first_counts_the_snapshots() -> None:
    names = ["x.1.1", "x.1.2", "x.2.1", "x.2.2"]

    assert sources(dict.fromkeys(names, single())) == [["x.1.1", "x.2.1"], ["x.1.2", "x.2.2"]]


def test_a_name_with_a_number_and_one_without_are_two_processes() -> None:
    assert sources({"7": single(), "x": single()}) == [["7"], ["x"]]


def test_a_single_thread_without_a_header_is_compared_through_time() -> None:
    analysis = analyze(single(), single(), names=["pstack.1.txt", "pstack.2.txt"])

    assert [[track.progress for track in process.tracks] for process in analysis.processes] == [["stuck"]]


# -- order


def test_names_are_sorted_as_numbers() -> None:
    assert sources({"snap10.txt": teller(), "snap2.txt": teller(), "snap1.txt": teller()}) == [["snap1.txt", "snap2.txt", "snap10.txt"]]


def test_names_without_numbers_are_sorted_as_words() -> None:
    assert sources({"x2": teller(), "b": teller(), "a1": teller()}) == [["a1", "b", "x2"]]


def test_the_newest_snapshot_is_the_one_with_the_highest_number() -> None:
    analysis = analyze(teller("ten"), teller("two"), names=["snap10.txt", "snap2.txt"])

    assert next(track for track in analysis.processes[0].tracks if track.name == "busy").place.names[0] == "step_ten"


def test_a_given_order_is_kept_against_the_names() -> None:
    texts = {"snap2.txt": teller("two"), "snap1.txt": teller("one")}

    assert sources(texts, given_order=True) == [["snap2.txt", "snap1.txt"]]
    analysis = stackan.analyze(case(*texts.values(), names=texts, given_order=True))
    assert next(track for track in analysis.processes[0].tracks if track.name == "busy").place.names[0] == "step_one"


@given(st.lists(st.text(st.sampled_from("a0129.²٣ é"), max_size=8)))
def test_sorting_names_is_total_and_tells_all_names_apart(names: list[str]) -> None:
    keys = [natural_key(name) for name in names]

    sorted(keys)
    assert len({tuple(key) for key in keys}) == len(set(names))


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_in_names_are_compared_by_value(one: int, other: int) -> None:
    assert (natural_key(f"snap{one}.txt") < natural_key(f"snap{other}.txt")) == (one < other)


def test_a_name_of_very_many_digits_is_a_name() -> None:
    natural_key("9" * 5000)


# -- the same dumps give the same document

FILES = {
    "node1/snap1.txt": teller("a"),
    "node1/snap2.txt": teller("b"),
    "node1/snap10.txt": teller("c"),
    "node2/snap1.txt": workers(7000),
    "node2/snap2.txt": workers(7000, thread(7100, "late", poll_events(), app("event_loop"), START)),
    "single.1": single(),
    "single.2": single("answer_client"),
}


def document(names: list[str]) -> dict[str, Any]:
    dumps = [found for name in names for found in parse_all(FILES[name], name)]
    return stackan.analyze(Case(dumps)).to_dict()


@given(st.permutations(list(FILES)))
@settings(max_examples=40, deadline=None)
def test_the_same_dumps_in_any_order_give_the_same_document(names: list[str]) -> None:
    assert document(names) == document(list(FILES))


def test_the_document_of_the_permuted_files_tells_their_processes_apart() -> None:
    """Else the test above would hold for nothing."""
    found = document(list(FILES))

    assert [(len(process["snapshots"]), process["verdict"]) for process in found["processes"]] == [
        (3, "deadlock"),
        (2, "worker-exhaustion"),
        (2, "progressing"),
    ]
