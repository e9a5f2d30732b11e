"""Levels of workers that wait for each other: within a node, over the nodes of a cluster, behind a lock, a disk, a full cache.

The stacks are made after DolphinDB's documents; the two archives are made up likewise, with the file names that its scripts give.
"""

from __future__ import annotations

from pathlib import Path

import stackan
from stackan import wording
from stackan.model.finding import Finding
from tests.diagnose.test_dolphindb import BASE, LISTENER, MAIN, QUEUE, START, WAIT, idle, job, run
from tests.dumping import Frame, Thread, analyze, case, condition, dump, kinds, lwps, thread, told

DUMPS = Path(__file__).parent.parent / "dumps" / "dolphindb"
SCRIPT = (
    Frame("SystemFunction::call(Heap*, std::vector<SmartPointer<Object> >&)", where="from ./libDolphinDB.so"),
    Frame("RegularFunctionCall::getReference(Heap*)", where="from ./libDolphinDB.so"),
    Frame("Function::getValue(Heap*)", where="from ./libDolphinDB.so"),
)
RECV = Frame("__libc_recv", "fd=12, buf=0x7f31, len=4, flags=0", "at ../sysdeps/unix/sysv/linux/recv.c:28")


def server(lwp: int, role: str, *inside: Frame) -> Thread:
    return thread(lwp, "dolphindb", *inside, run(role), *BASE, START)


def write_lock(lwp: int, role: str = "FirstWorker") -> Thread:
    """A worker that waits for a read-write lock whose address the stack does not show."""
    return server(lwp, role, Frame("pthread_rwlock_wrlock", where="from /lib64/libpthread.so.0"), Frame("RWLock::acquireWrite()"), *SCRIPT)


def remote(lwp: int, role: str = "FirstWorker") -> Thread:
    return server(lwp, role, RECV, Frame("Conn::take(char*, unsigned long)", where="from ./libDolphinDB.so"), *SCRIPT)


def plugin(lwp: int, role: str = "FirstWorker") -> Thread:
    odbc = Frame("odbcConnect(Heap*)", where="from /ddb/plugins/odbc/libPluginODBC.so")
    return server(lwp, role, RECV, Frame("SQLDriverConnect", where="from /usr/lib64/libodbc.so.2"), odbc, *SCRIPT)


def computing(lwp: int, turn: int) -> Thread:
    work = Frame("computeSum(Vector*)", where="from ./libDolphinDB.so", pc=0x7F31_0000_0000 + turn * 64)
    deeper = [Frame("addAll(Vector*)", where="from ./libDolphinDB.so")] if turn % 2 else []
    return server(lwp, "FirstWorker", *deeper, work, *SCRIPT)


def flush(lwp: int, role: str) -> Thread:
    return server(lwp, role, Frame("fsync", "fd=9", "at ../sysdeps/unix/sysv/linux/fsync.c:28"))


JOBS = [job(lwp) for lwp in range(4300, 4304)]
STUCK = [write_lock(lwp) for lwp in range(4400, 4403)]
REST = [idle(4410, "SecondWorker"), idle(4420, "RemoteExecutor"), idle(4430, "LogWriter")]
URGENT = idle(4500, "UrgentWorker")
HEARTBEAT = server(4440, "HeartBeatSender", Frame("nanosleep", where="from /lib64/libc.so.6"), Frame("Thread::sleep(int)"))


def judged(*threads: Thread, then: list[Thread] | None = None, pid: int | None = None) -> stackan.Analysis:
    first = dump(MAIN, LISTENER, *threads, pid=pid)
    return analyze(first, dump(MAIN, LISTENER, *then, pid=pid) if then is not None else first)


def exhaustion(analysis: stackan.Analysis) -> Finding:
    [finding] = [finding for finding in analysis.findings if finding.kind == "worker-exhaustion"]
    return finding


# -- behind a lock of which no holder is shown


def test_levels_behind_a_lock_that_only_a_waiting_thread_can_hold_are_exhausted() -> None:
    analysis = judged(*JOBS, *STUCK, *REST, URGENT, HEARTBEAT)
    assert analysis.verdict == "worker-exhaustion"
    finding = exhaustion(analysis)
    assert (finding.severity, finding.confidence) == ("critical", "likely")
    assert sorted(lwps(finding)) == [*range(4300, 4304), *range(4400, 4403)]
    assert told(finding, "holder-not-shown") == [{"count": 3, "thread": 4402, "what": {"kind": "rwlock"}}]
    assert told(finding, "only-waiters-may-hold") == [{}]
    assert told(finding, "pools-at-rest") == [{"pools": ["DolphinDB remote executors (RemoteExecutor)"], "snapshots": 2}]


def test_a_thread_at_work_may_hold_the_lock() -> None:
    before, after = ([*JOBS, *STUCK, *REST, server(4450, "MergeRunner", *frames)] for frames in ([], [Frame("mergeAll()")]))
    analysis = judged(*before, then=after)
    assert analysis.verdict == "blocked"
    assert "worker-exhaustion" not in kinds(analysis)


def test_a_thread_that_no_rule_knows_as_parked_may_hold_the_lock() -> None:
    unknown = thread(4450, "dolphindb", condition(0x5581_9000, 0x5582_9000), Frame("takeTurn()"), Frame("turnAll()"), START)
    analysis = judged(*JOBS, *STUCK, *REST, unknown)
    [parked] = [track for track in analysis.processes[0].tracks if track.lwp == 4450]
    assert (parked.progress, parked.place.rule) == ("idle", None)
    assert "worker-exhaustion" not in kinds(analysis)


def test_with_one_snapshot_it_is_only_possible() -> None:
    analysis = analyze(dump(MAIN, LISTENER, *JOBS, *STUCK, *REST))
    assert analysis.verdict == "inconclusive"
    assert exhaustion(analysis).confidence == "possible"


def test_an_interpreters_frames_are_never_what_a_thread_waits_in() -> None:
    waiting = judged(*JOBS, *STUCK[:2], idle(4402, "FirstWorker"), *REST)
    assert [wording.title(finding) for finding in waiting.findings] == [
        "4 threads wait for a latch, in ZeroWorker::run",
        "2 threads wait for a rwlock, in FirstWorker::run",
    ]
    called = server(4400, "FirstWorker", *STUCK[0].frames[:2], Frame("Domain::drop()", where="from ./libDolphinDB.so"), *SCRIPT)
    [finding] = judged(called, idle(4401, "FirstWorker"), *REST).findings
    assert wording.title(finding) == "LWP 4400 dolphindb waits for a rwlock, in Domain::drop"


# -- the side door


def test_where_the_side_door_is_free_the_emergency_channel_is_not_needed_yet() -> None:
    first, *steps = wording.advice(exhaustion(judged(*JOBS, *STUCK, *REST, URGENT, pid=4100)))
    assert "the emergency channel is not needed yet" in first
    assert not any("-attach" in step for step in steps)


def test_where_the_side_door_is_shut_the_channel_is_told_with_the_pid() -> None:
    names = ("__lll_lock_wait", "pthread_mutex_lock")
    lock = (*(Frame(name, where="from /lib64/libpthread.so.0") for name in names), Frame("Mutex::lock()"))
    finding = exhaustion(judged(*JOBS, *STUCK, *REST, server(4500, "UrgentWorker", *lock), pid=4100))
    assert "UrgentWorker is not free, either." in wording.explanation(finding)
    assert "LWP 4500 dolphindb, the only worker of UrgentWorker, waits for a mutex, whose holder no line shows." in wording.explanation(
        finding
    )
    steps = wording.advice(finding)
    [channel] = [step for step in steps if "-attach" in step]
    assert "`stackan rescue --pid 4100`" in channel
    assert "as the same OS user as the server and from another installation's directory" in channel
    assert "`./dolphindb -attach 1 -target-pid 4100`" in channel
    assert "note their ids" in steps[0]
    assert steps.index(channel) < next(at for at, step in enumerate(steps) if "kill -15" in step) == len(steps) - 1
    [channel] = [step for step in wording.advice(finding, "zh_CN") if "-attach" in step]
    assert "`./dolphindb -attach 1 -target-pid 4100`" in channel


# -- from node to node


def cluster(*nodes: list[Thread], controller: bool = True) -> stackan.Analysis:
    """Data nodes with these workers, and a controller at rest: two snapshots of each."""
    texts: list[tuple[str, bytes]] = []
    for at, threads in enumerate(nodes, 5):
        own = [each._replace(lwp=each.lwp - 4000 + at * 1000) for each in (MAIN, LISTENER, *threads, *REST, URGENT)]
        texts += [(f"round{number}/n{at}/pstack_dnode_{own[0].lwp}.log", dump(*own, pid=own[0].lwp)) for number in (1, 2)]
    if controller:
        own = [each._replace(lwp=each.lwp + 5000) for each in (MAIN, LISTENER, idle(4300, "ZeroWorker"), idle(4400, "FirstWorker"), URGENT)]
        texts += [(f"round{number}/c/pstack_ctrl_{own[0].lwp}.log", dump(*own, pid=own[0].lwp)) for number in (1, 2)]
    return stackan.analyze(case(*(text for _, text in texts), names=[name for name, _ in texts]))


CALLING = [*JOBS, *(remote(lwp) for lwp in range(4400, 4403))]


def test_nodes_whose_workers_wait_for_each_other_are_one_finding_node_by_node_and_level_by_level() -> None:
    for number in (2, 3):
        analysis = cluster(*[CALLING] * number)
        assert analysis.verdict == "worker-exhaustion"
        finding = exhaustion(analysis)
        assert finding.confidence == "likely"
        assert [process.pid for process in finding.processes] == [at * 1000 + 100 for at in range(5, 5 + number)]
        assert len(finding.threads) == number * 7
        waits = told(finding, "only-pools-can-bring")
        assert [wait["pools"] for wait in waits] == [
            [f"DolphinDB level {level} ({role}) ({at}100)"]
            for at in range(5, 5 + number)
            for level, role in ((0, "ZeroWorker"), (1, "FirstWorker"))
        ]
        assert len(told(finding, "side-door-is-idle")) == number


def test_a_node_with_a_free_worker_may_answer() -> None:
    free = [*CALLING[:-1], idle(4402, "FirstWorker")]
    assert cluster(CALLING, free).verdict == "blocked"


def test_a_node_at_rest_has_nothing_to_answer_so_someone_else_may() -> None:
    resting = [idle(4300, "ZeroWorker"), idle(4400, "FirstWorker")]
    analysis = cluster(CALLING, resting)
    assert analysis.verdict == "blocked"
    assert "worker-exhaustion" not in kinds(analysis)


def test_where_no_node_of_the_case_is_at_work_on_it_the_callers_are_the_root() -> None:
    root, behind = [finding for finding in cluster(CALLING).findings if finding.kind in ("stalled-io", "convoy")]
    assert wording.title(root) == "3 threads wait for another node's answer; 4 more behind"
    assert told(behind, "wait-behind") == [{"count": 4, "thread": 5402, "more": 2}]


def test_without_a_controllers_dump_a_node_may_be_missing() -> None:
    finding = exhaustion(cluster(CALLING, CALLING, controller=False))
    assert finding.confidence == "likely"  # none of the nodes could do new work, whoever should answer
    assert "That holds if the dumps of all nodes are here" in wording.explanation(finding)
    assert "if the dumps of all nodes are here" not in wording.explanation(exhaustion(cluster(CALLING, CALLING)))


def test_a_plugins_call_is_no_wait_for_another_node() -> None:
    hostages = [*JOBS, *(plugin(lwp) for lwp in range(4400, 4403))]
    analysis = cluster(hostages, hostages)
    assert analysis.verdict == "blocked"
    assert "worker-exhaustion" not in kinds(analysis)
    [finding, _] = [finding for finding in analysis.findings if finding.kind == "stalled-io"]
    assert wording.title(finding) == "3 threads wait for an external system's answer, in a plugin's call; 4 more behind"
    assert any("cancelConsoleJob() does not stop such a job" in step for step in wording.advice(finding))


def test_the_loop_of_two_nodes_that_the_vendors_guide_tells_of() -> None:
    analysis = stackan.analyze(stackan.load(str(DUMPS / "loop.tar.gz")))
    assert analysis.verdict == "worker-exhaustion"
    [finding] = analysis.findings
    assert finding.confidence == "likely"
    assert wording.title(finding) == (
        "DolphinDB level 0 (ZeroWorker) and DolphinDB level 1 (FirstWorker) of 10.20.3.11/23984 and 10.20.3.12/37132: "
        "all 30 workers wait for each other's work"
    )
    assert {quote.source.rpartition("/")[2] for quote in finding.evidence} == {"pstack_dnode_23984.log", "pstack_dnode_37132.log"}
    assert not any("SystemFunction::call" in quote.text for quote in finding.evidence)


# -- behind a thread that stands in input or output


def test_what_waits_behind_a_disk_is_told_pool_by_pool() -> None:
    analysis = judged(*JOBS, *STUCK, *REST, flush(4450, "MergeRunner"))
    assert analysis.verdict == "blocked"
    root, *behind = analysis.findings
    assert wording.title(root) == "LWP 4450 dolphindb waits for the disk; 7 more behind"
    assert root.severity == "critical"
    assert told(root, "workers-wait-behind") == [
        {"count": 4, "of": 4, "pool": "DolphinDB level 0 (ZeroWorker)"},
        {"count": 3, "of": 3, "pool": "DolphinDB level 1 (FirstWorker)"},
    ]
    assert [told(finding, "wait-behind")[0]["thread"] for finding in behind] == [4450, 4450]
    assert all(wording.advice(finding)[0].startswith("Look at LWP 4450 dolphindb first") for finding in behind)


def test_nothing_waits_behind_a_disk_if_another_thread_may_hold_the_lock() -> None:
    analysis = judged(*JOBS, *STUCK, *REST, flush(4450, "MergeRunner"), flush(4451, "LogWriter"))
    assert all(finding.behind == 0 for finding in analysis.findings)


def test_a_full_cache_is_told_with_the_threads_that_write_it_to_disk() -> None:
    push = (WAIT, Frame("BoundedBlockingQueue<SmartPointer<Task> >::push(SmartPointer<Task> const&)"), Frame("BlockedCacheTable::append()"))
    writers = [server(lwp, "ZeroWorker", *condition(0x5581_9000, 0x5582_9000), *push, *SCRIPT) for lwp in range(4300, 4303)]
    analysis = judged(*writers, idle(4303, "ZeroWorker"), *REST, flush(4450, "ChunkCacheDumpRunner"))
    assert analysis.verdict == "blocked"
    root, behind = analysis.findings
    assert wording.title(root) == "LWP 4450 dolphindb waits for the disk; 3 more behind"
    assert wording.title(behind) == "3 threads wait for room in the full cache of the storage engine (back-pressure)"


def test_a_controller_whose_metadata_log_stands_is_the_root_of_what_its_data_nodes_wait_for() -> None:
    analysis = stackan.analyze(stackan.load(str(DUMPS / "metadata-stall.tar.gz")))
    assert analysis.verdict == "blocked"
    root = analysis.findings[0]
    assert wording.title(root) == "LWP 31213 waits for the disk, with the log of the metadata; 21 more behind"
    assert [process.inputs.role for process in root.processes] == ["controller"]
    assert [(behind["pool"], behind["count"]) for behind in told(root, "workers-wait-behind")] == [
        ("DolphinDB level 1 (FirstWorker)", 5),
        ("DolphinDB level 0 (ZeroWorker) (4560)", 6),
        ("DolphinDB remote executors (RemoteExecutor) (4560)", 2),
        ("DolphinDB level 0 (ZeroWorker) (19359)", 6),
        ("DolphinDB remote executors (RemoteExecutor) (19359)", 2),
    ]
    assert {finding.severity for finding in analysis.findings[1:]} == {"warning"}


# -- what moves


def test_workers_whose_subtasks_are_worked_on_are_no_finding_that_counts() -> None:
    moving = [[computing(lwp, turn) for lwp in range(4400, 4403)] for turn in (1, 2)]
    analysis = judged(*JOBS, *moving[0], *REST, then=[*JOBS, *moving[1], *REST])
    assert analysis.verdict == "progressing"
    [finding] = analysis.findings
    assert (finding.severity, finding.confidence) == ("info", "possible")
    assert told(finding, "may-bring") == [{"count": 3, "thread": 4402, "pool": "DolphinDB level 1 (FirstWorker)"}]


def test_a_replay_of_the_redo_log_that_moves_needs_time_only_and_one_that_stands_is_a_disk() -> None:
    replay = Frame("TSDBRedoLogManager::applyTidRedoLog(long long, bool)", where="from ./libDolphinDB.so")
    main = Frame("main")

    def starting(*inside: Frame) -> bytes:
        return dump(thread(4100, "dolphindb", *inside, replay, main), LISTENER, *REST)

    moving = analyze(starting(Frame("decode(char*)")), starting(Frame("merge(char*)")))
    assert moving.verdict == "progressing"
    said = "is still starting: LWP 4100 dolphindb moves on in the replay of the redo log, which needs time only"
    assert said in moving.headline
    standing = analyze(*[starting(Frame("pread64", "fd=9", "at ../sysdeps/unix/sysv/linux/pread64.c:25"))] * 2)
    assert standing.verdict == "blocked"
    [finding] = standing.findings
    assert (finding.kind, wording.title(finding)) == ("stalled-io", "LWP 4100 dolphindb waits for a file, while the redo log is replayed")


def test_every_thread_parked_in_its_own_loop_is_idle_by_a_rule() -> None:
    queue = (*condition(0x5581_9000, 0x5582_9000), WAIT, QUEUE)
    poll = Frame("poll", where="from /lib64/libc.so.6")
    nap = (Frame("nanosleep", where="from /lib64/libc.so.6"), Frame("Thread::sleep(int)"))
    roles = {
        "EditLogBatchWriter": queue, "RaftTimer": nap, "HeartBeatReceiver": (poll,), "AsynchronousSubscriberImp": (poll,),
        "StreamExecutor": queue, "DynamicWorkerManager": nap, "ChunkCacheDumpRunner": queue, "SnapshotSender": (poll,),
    }  # fmt: skip
    analysis = judged(*(server(4300 + at, role, *frames) for at, (role, frames) in enumerate(roles.items())))
    assert analysis.verdict == "idle"
    assert all(track.place.rule is not None for track in analysis.processes[0].tracks)
    assert analysis.processes[0].inputs.role == "controller"
