"""MPI jobs: most ranks wait in one call, and the one that does not make it is named, with what it does."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

import stackan
from stackan import wording
from stackan.report.text import render
from tests.dumping import LIBC, START, Frame, analyze, app, dump, receive, thread, told

Frames = Sequence[Frame]

POLL = (Frame("epoll_wait", "epfd=10", LIBC), Frame("epoll_dispatch", "", "at epoll.c:407"))
COMPUTING = (app("compute_forces"), app("solver_step"), app("main"))
RANKS = 16


def waiting(call: str, caller: str) -> Frames:
    """A rank in a blocking call, as Open MPI shows it (its issue 266)."""
    engine = (app("opal_progress"), app("ompi_request_default_wait_all"), app("ompi_coll_base_sendrecv_actual"))
    return (*POLL, *engine, app(call), app(caller), app("main"))


# Where Open MPI polls: in shared memory (its issue 12979), giving the processor away (1269), asking all descriptors (266).
POLLS = (
    (app("mca_btl_sm_check_fboxes"), app("mca_btl_sm_component_progress")),
    (Frame("sched_yield", "", LIBC),),
    (Frame("poll", "", LIBC), app("poll_dispatch"), app("opal_libevent2022_event_base_loop")),
    (),
)


def polling(at: int, call: str = "PMPI_Allreduce", caller: str = "solver_step") -> Frames:
    """The same, met wherever it polls."""
    return (*POLLS[at % len(POLLS)], *waiting(call, caller)[len(POLL) :])


TOGETHER = waiting("PMPI_Allreduce", "solver_step")


def job(others: Frames, number: int = 1, helpers: bool = False, rounds: int = 2, beside: Frames = ()) -> stackan.Analysis:
    """All ranks of a job, of which the last ones do something else than the rest, and what else runs beside them."""
    texts = {}
    for round_ in range(1, rounds + 1):
        if beside:
            texts[f"snap{round_}/prted.txt"] = dump(thread(4000, "prted", beside), pid=4000)
        for rank in range(RANKS):
            pid = 4200 + 10 * rank
            main = thread(pid, "solver", others if rank >= RANKS - number else TOGETHER)
            helper = thread(pid + 1, "solver", POLL, app("opal_libevent2022_event_base_loop"), app("progress_engine"), START)
            texts[f"snap{round_}/rank{rank}.txt"] = dump(main, *[helper] * helpers, pid=pid)
    return analyze(*texts.values(), names=texts)


@pytest.mark.parametrize("helpers", [False, True], ids=["one thread", "with a helper thread"])
def test_the_rank_that_is_not_in_the_collective_is_named_with_what_it_does(helpers):
    analysis = job(COMPUTING, helpers=helpers)
    first = analysis.findings[0]
    assert analysis.verdict == "blocked"
    assert first.severity == "critical"
    assert analysis.headline == (
        "15 threads of 15 processes wait for a message of another MPI rank, in PMPI_Allreduce, called from solver_step; "
        "process 4350 is not there; LWP 4350 solver runs in compute_forces."
    )
    assert "Process 4350 is not there. LWP 4350 solver runs in compute_forces." in wording.explanation(first)
    assert any(quote.source == "snap2/rank15.txt" and "compute_forces" in quote.text for quote in first.evidence)
    assert wording.advice(first) == ("Look at process 4350 first: the others go on when it makes the same call.",)


def test_the_text_and_the_json_report_name_it():
    analysis = job(COMPUTING)
    assert "process 4350 is not there; LWP 4350 solver runs in compute_forces" in " ".join(" ".join(render(analysis)).split())
    assert "process 4350 is not there; LWP 4350 solver runs in compute_forces" in json.dumps(analysis.to_dict()["findings"])


def test_a_rank_in_another_call_is_not_there_either():
    analysis = job(waiting("PMPI_Recv", "exchange_halo"))
    assert analysis.headline.endswith(
        "process 4350 is not there; LWP 4350 solver waits in PMPI_Recv, called from exchange_halo; 1 more finding is critical."
    )


def test_several_that_call_the_same_function_from_elsewhere_are_told_together():
    analysis = job(waiting("PMPI_Allreduce", "write_step"), number=3)
    assert analysis.headline.endswith("processes 4330, 4340 and 4350 are not there; 1 more finding is critical.")
    assert told(analysis.findings[0], "not-there-does") == [{"processes": ["4330", "4340", "4350"]}]
    assert (
        "Processes 4330, 4340 and 4350 are not there, and all do the same. LWP 4330 solver waits in PMPI_Allreduce, called from write_step."
        in wording.explanation(analysis.findings[0])
    )


def test_ranks_that_poll_in_one_call_are_suspected_and_no_more():
    rounds = [[dump(thread(4200 + rank, "solver", polling(rank + at)), pid=4200 + rank) for rank in range(15)] for at in (1, 2)]
    odd = [dump(thread(4215, "solver", COMPUTING), pid=4215)]
    names = [f"snap{at}/rank{rank}.txt" for at in (1, 2) for rank in range(16)]
    analysis = analyze(*rounds[0], *odd, *rounds[1], *odd, names=names)
    assert analysis.verdict == "progressing"
    assert analysis.headline == (
        "Nothing is proved to be stuck. What is suspected: 15 processes are in PMPI_Allreduce, called from solver_step, in both snapshots; "
        "process 4215 is not there; LWP 4215 solver runs in compute_forces."
    )
    assert [(finding.kind, finding.confidence) for finding in analysis.findings] == [("stuck-wait", "possible")], "none spins"


def test_a_few_that_are_met_at_one_place_by_chance_do_not_make_it_critical():
    ranks = [dump(thread(4200 + rank, "solver", polling(rank + at * (rank > 3))), pid=4200 + rank) for at in (1, 2) for rank in range(16)]
    analysis = analyze(*ranks, names=[f"snap{at}/rank{rank}.txt" for at in (1, 2) for rank in range(16)])
    assert not analysis.critical
    assert "not there" not in analysis.headline, "who polls in the same call is there"


@pytest.mark.parametrize("call", ["PMPI_Test", "PMPI_Iprobe", "PMPI_Isend"])
def test_calls_that_do_not_wait_make_no_such_finding(call):
    texts = [dump(thread(4200 + rank, "solver", polling(rank, call)), pid=4200 + rank) for _ in (1, 2) for rank in range(8)]
    analysis = analyze(*texts, names=[f"snap{at}/rank{rank}.txt" for at in (1, 2) for rank in range(8)])
    assert not any("processes are in" in wording.title(finding) or "MPI" in wording.title(finding) for finding in analysis.findings)


def test_one_round_suggests_it():
    analysis = job(COMPUTING, rounds=1)
    assert analysis.verdict == "inconclusive"
    assert analysis.headline.endswith("process 4350 is not there; LWP 4350 solver runs in compute_forces.")
    assert not analysis.critical


def test_where_all_wait_in_one_call_nobody_is_accused():
    assert job(TOGETHER).headline.endswith("wait for a message of another MPI rank, in PMPI_Allreduce, called from solver_step.")


def test_two_halves_of_a_job_do_not_accuse_each_other():
    analysis = job(waiting("PMPI_Recv", "exchange_halo"), number=RANKS // 2)
    assert all("not there" not in wording.title(finding) for finding in analysis.findings)


def test_the_daemon_that_starts_the_ranks_is_none_of_them():
    """It waits for events below its own `main`, as prted and mpirun do."""
    daemon = (*POLL, app("prte_event_base_loop"), app("main"))
    assert job(COMPUTING, beside=daemon).headline.endswith("; process 4350 is not there; LWP 4350 solver runs in compute_forces.")


def test_a_rank_that_waits_for_a_peer_of_its_own_is_told_with_that():
    assert job((*receive(7), app("fetch_mesh"), app("main"))).headline.endswith(
        "LWP 4350 solver waits for the network (descriptor 7) in fetch_mesh; 1 more finding is critical."
    )
