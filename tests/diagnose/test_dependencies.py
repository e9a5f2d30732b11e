"""Whose work a pool waits for, as profiles declare it: of another pool, of another process, of all others of a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

import stackan
from stackan import wording
from stackan.errors import ProfileError
from tests.diagnose.test_dolphindb import BASE, LISTENER, MAIN, START, WAIT, idle, job, judged, run, subtask
from tests.dumping import Frame, Thread, app, case, condition, dump, kinds, lwps, thread, told

# Two processes of four workers each: every worker runs a task that calls the other process and waits for its answer.
SERVICES = sorted(map(str, (Path(__file__).parent.parent / "dumps" / "services").glob("*.txt")))

POOL = """
name = "services"

[[pool]]
id = "services.workers"
name = "request workers"
dispatch = ["ThreadPool::worker_loop"]
source = "service.cc"
"""
CALLS = """
[[dependency]]
id = "services.calls"
pools = ["services.workers"]
on = ["services.workers"]
where = "others"
what = "the other service's answer"
source = "service.cc"
"""


@pytest.fixture
def profile(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(text: str) -> str:
        path = tmp_path / "services.toml"
        path.write_text(text)
        return str(path)

    return write


def recv(lwp: int) -> Thread:
    """A RemoteExecutor that waits for another node."""
    network = Frame("__libc_recv", "fd=12, buf=0x7f31, len=4, flags=0", "at ../sysdeps/unix/sysv/linux/recv.c:28")
    return thread(lwp, "dolphindb", network, Frame("Socket::read(char*, unsigned long)"), run("RemoteExecutor"), *BASE, START)


# -- within a process


def level(lwp: int, role: str) -> Thread:
    """A worker that waits for the subtasks of its subtask."""
    stack = (WAIT, Frame("CountDownLatch::wait()"), run(role), *BASE, START)
    return thread(lwp, "dolphindb", condition(0x5587_9000 + lwp * 64, 0x5588_9000), *stack)


OTHERS = [idle(4500, "BatchJobWorker"), idle(4510, "WebWorker"), idle(4511, "WebWorker")]  # they run no subtasks


def test_workers_that_wait_for_each_others_subtasks_are_exhausted_whoever_else_is_free() -> None:
    levels = [*map(job, range(4300, 4304)), subtask(4400), level(4410, "SecondWorker"), level(4420, "ThirdWorker")]
    analysis = judged(*levels, *OTHERS)
    assert analysis.verdict == "worker-exhaustion"
    [finding] = [finding for finding in analysis.findings if finding.kind == "worker-exhaustion"]
    assert sorted(lwps(finding)) == [*range(4300, 4304), 4400, 4410, 4420]  # levels 3 to 6 share their workers: the others wait for these
    assert [wait["what"] for wait in told(finding, "only-pools-can-bring")] == [
        "subtasks of level 1",
        "subtasks of level 2",
        "subtasks of level 3 or deeper",
    ]
    assert told(finding, "more-behind") == []


def test_a_worker_of_the_level_that_is_waited_for_may_run_the_subtask() -> None:
    levels = [*map(job, range(4300, 4304)), subtask(4400), level(4410, "SecondWorker"), level(4420, "ThirdWorker")]
    assert "worker-exhaustion" not in kinds(judged(*levels, idle(4421, "ThirdWorker"), *OTHERS))


def test_a_subtask_may_have_gone_to_another_node() -> None:
    levels = [*map(job, range(4300, 4304)), subtask(4400), level(4410, "SecondWorker"), level(4420, "ThirdWorker"), recv(4430)]
    assert "worker-exhaustion" not in kinds(judged(*levels, *OTHERS))


# -- from process to process


def test_two_services_whose_workers_all_wait_for_each_other_are_exhausted_together(profile) -> None:  # type: ignore[no-untyped-def]
    analysis = stackan.analyze(stackan.load(*SERVICES), [profile(POOL + CALLS + "complete = true\n")])
    assert analysis.verdict == "worker-exhaustion"
    finding = analysis.findings[0]
    assert (finding.kind, finding.severity, finding.confidence) == ("worker-exhaustion", "critical", "likely")
    assert [process.id for process in finding.processes] == ["2136", "2137"]
    assert lwps(finding) == [*range(2138, 2142), *range(2143, 2147)]
    assert wording.title(finding) == "request workers of 2136 and 2137: all 8 workers wait for each other's work"
    for one, other in (("2136", "2137"), ("2137", "2136")):
        said = f"4 workers of request workers ({one}) wait for the other service's answer, which only request workers ({other}) can bring."
        assert said in wording.explanation(finding)
    edges = analysis.graph.edges(data=True)
    assert sum(data["relation"] == "brought-by" for _, _, data in edges) == 2


def test_without_a_word_that_all_nodes_are_here_it_is_only_possible(profile) -> None:  # type: ignore[no-untyped-def]
    analysis = stackan.analyze(stackan.load(*SERVICES), [profile(POOL + CALLS)])
    assert analysis.verdict == "blocked"
    [finding] = [finding for finding in analysis.findings if finding.kind == "worker-exhaustion"]
    assert (finding.severity, finding.confidence) == ("warning", "possible")
    assert "That holds if the dumps of all nodes are here: give those of every node." in wording.explanation(finding)


def test_one_of_the_services_alone_waits_for_someone_who_is_not_there(profile) -> None:  # type: ignore[no-untyped-def]
    alone = [path for path in SERVICES if "p0" in path]
    analysis = stackan.analyze(stackan.load(*alone), [profile(POOL + CALLS + "complete = true\n")])
    assert analysis.verdict == "blocked"
    assert "worker-exhaustion" not in kinds(analysis)


def request(lwp: int) -> Thread:
    return thread(lwp, "wrk", Frame("__libc_recv", "fd=12", "at recv.c:28"), app("ask_meta"), app("run_request"), app("worker_loop"), START)


def free(lwp: int) -> Thread:
    return thread(lwp, "wrk", condition(0x5581_9000, 0x5581_9040), app("take"), app("worker_loop"), START)


def busy(lwp: int, line: int) -> Thread:
    return thread(lwp, "wrk", app("checksum", line=line, pc=0x5581_7000 + line), app("run_request"), app("worker_loop"), START)


META = """
name = "meta"

[[pool]]
id = "meta.workers"
name = "workers"
dispatch = ["worker_loop"]
source = "meta.cc"

[[dependency]]
id = "meta.asks"
pools = ["meta.workers"]
on = ["meta.workers"]
where = "controller"
waits = ["socket"]
what = "the controller's answer"
source = "meta.cc"
"""


def cluster(*controllers: list[Thread], second: list[Thread] | None = None) -> stackan.model.case.Case:
    """Two data nodes, whose workers ask a controller, and controllers: two snapshots of each."""
    texts: list[tuple[str, bytes]] = []
    for node in (1, 2):
        mine = [
            thread(node * 1000, "srv", condition(0x5581_1000, 0x5581_1040), app("main")),
            *map(request, range(node * 1000 + 1, node * 1000 + 4)),
        ]
        texts += [(f"round{number}/pstack_dnode_{node}000.log", dump(*mine, pid=node * 1000)) for number in (1, 2)]
    for at, threads in enumerate(controllers, 7):
        main = thread(at * 1000, "srv", condition(0x5581_1000, 0x5581_1040), app("main"))
        rounds = [threads, second if second is not None else threads]
        texts += [(f"round{number}/pstack_ctrl_{at}000.log", dump(main, *each, pid=at * 1000)) for number, each in enumerate(rounds, 1)]
    return case(*(text for _, text in texts), names=[name for name, _ in texts])


def test_a_controller_whose_workers_all_wait_holds_up_the_data_nodes(profile) -> None:  # type: ignore[no-untyped-def]
    rules = profile(META)
    stuck = [request(lwp) for lwp in range(7001, 7004)]  # they ask the controller themselves
    analysis = stackan.analyze(cluster(stuck), [rules])
    assert analysis.verdict == "worker-exhaustion"
    [finding] = [finding for finding in analysis.findings if finding.kind == "worker-exhaustion"]
    assert [process.id for process in finding.processes] == ["7000"]
    assert finding.confidence == "likely"
    assert told(finding, "more-behind") == [{"count": 6}]


def test_a_controller_with_a_free_worker_holds_up_nobody(profile) -> None:  # type: ignore[no-untyped-def]
    stuck = [request(7001), request(7002), free(7003)]
    assert "worker-exhaustion" not in kinds(stackan.analyze(cluster(stuck), [profile(META)]))


def test_a_controller_that_works_holds_up_nobody(profile) -> None:  # type: ignore[no-untyped-def]
    analysis = stackan.analyze(
        cluster([request(7001), request(7002), busy(7003, 1)], second=[request(7001), request(7002), busy(7003, 2)]), [profile(META)]
    )
    assert "worker-exhaustion" not in kinds(analysis)


def test_any_of_several_controllers_may_answer(profile) -> None:  # type: ignore[no-untyped-def]
    stuck = [request(lwp) for lwp in range(7001, 7004)]
    other = [free(8001)]
    assert "worker-exhaustion" not in kinds(stackan.analyze(cluster(stuck, other), [profile(META)]))


def test_what_a_dump_that_breaks_off_does_not_show_may_answer(profile) -> None:  # type: ignore[no-untyped-def]
    stuck = [request(lwp) for lwp in range(7001, 7005)]
    whole = cluster(stuck)
    cut = [
        found
        for each in whole.dumps
        for found in stackan.parsing.parse_all(
            each.data if "ctrl" not in each.source else each.data[: each.data.rindex(b"\nThread ")], each.source
        )
    ]
    assert "worker-exhaustion" not in kinds(stackan.analyze(stackan.model.case.Case(cut), [profile(META)]))


def test_nodes_of_a_cluster_that_wait_for_each_others_subtasks_may_be_exhausted_together() -> None:
    def node(first: int) -> bytes:
        latch = Frame("CountDownLatch::wait()")
        subtasks = [
            thread(first + at, "dolphindb", condition(0x5585_9000 + at * 64, 0x5586_9000), WAIT, latch, run("FirstWorker"), *BASE, START)
            for at in (20, 21)
        ]
        main, listener = MAIN._replace(lwp=first), LISTENER._replace(lwp=first + 1)
        return dump(
            main, listener, *map(job, (first + 10, first + 11)), *subtasks, recv(first + 30), idle(first + 40, "UrgentWorker"), pid=first
        )

    one, two = node(5000), node(6000)
    analysis = stackan.analyze(case(one, one, two, two, names=["n1/snap1.txt", "n1/snap2.txt", "n2/snap1.txt", "n2/snap2.txt"]))
    [finding] = [finding for finding in analysis.findings if finding.kind == "worker-exhaustion"]
    assert finding.confidence == "likely"
    assert "That holds if the dumps of all nodes are here" in wording.explanation(finding)
    assert [process.id for process in finding.processes] == ["n1/5000", "n2/6000"]
    assert (
        "waits for work on another node, which only DolphinDB level 0 (ZeroWorker) (n2/6000) or "
        "DolphinDB level 1 (FirstWorker) (n2/6000) can bring" in wording.explanation(finding)
    )
    assert analysis.verdict == "worker-exhaustion"


def test_a_wait_that_a_rule_explains_is_meant_by_that_rule_not_by_its_state(profile) -> None:  # type: ignore[no-untyped-def]
    plugin = """
[[blocked]]
id = "meta.plugin"
kind = "socket"
what = "a plugin's answer"
frames = ["ask_meta", "..."]
source = "meta.cc"
"""
    stuck = [request(lwp) for lwp in range(7001, 7004)]
    by_state = profile(META.replace('["socket"]', '["network"]') + plugin)
    assert "worker-exhaustion" not in kinds(stackan.analyze(cluster(stuck), [by_state]))
    by_rule = profile(META.replace('["socket"]', '["meta.plugin"]') + plugin)
    assert "worker-exhaustion" in kinds(stackan.analyze(cluster(stuck), [by_rule]))


# -- what is wrong in a profile


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            'pools = ["services.workers"]\non = ["services.wrokers"]',
            "rule r speaks of a pool 'services.wrokers', which no profile declares",
        ),
        (
            'pools = ["services.workers"]\non = ["services.workers"]\nwhere = "controler"',
            "rule r has where 'controler'; known are process, others",
        ),
        ('pools = ["services.workers"]\non = ["services.workers"]\nwaits = ["socke"]', "rule r waits for 'socke'; known are task,"),
        ('pools = ["services.workers"]', "rule r states no `on`"),
    ],
)
def test_a_dependency_that_names_what_is_not_there_is_refused_in_one_sentence(profile, row: str, words: str) -> None:  # type: ignore[no-untyped-def]
    path = profile(f'{POOL}\n[[dependency]]\nid = "r"\nsource = "x"\n{row}\n')
    with pytest.raises(ProfileError) as error:
        stackan.analyze(stackan.load(*SERVICES), [path])
    assert words in str(error.value)
    assert str(error.value).startswith(f"{path}: ")
