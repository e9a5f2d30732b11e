"""What is concluded from Java thread dumps: real ones of a program made to hang in known ways, and changes made to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

import stackan
from stackan import wording
from stackan.model.case import Case
from stackan.parsing import parse_all
from tests.dumping import told

DATA = Path(__file__).resolve().parents[1] / "dumps" / "java"


def text(name: str) -> str:
    return (DATA / name).read_text()


def analyze(*texts: str) -> stackan.Analysis:
    dumps = [dump for number, each in enumerate(texts, 1) for dump in parse_all(each.encode(), f"snap{number}.txt")]
    return stackan.analyze(Case(dumps, []))


def both(stem: str, ending: str = "txt") -> Sequence[str]:
    return [text(f"{stem}-{number}.{ending}") for number in (1, 2)]


def progress(analysis: stackan.Analysis) -> dict[str | None, str]:
    return {track.name: track.progress for process in analysis.processes for track in process.tracks}


def kinds(analysis: stackan.Analysis) -> list[tuple[str, str]]:
    return [(finding.kind, finding.confidence) for finding in analysis.findings]


def members(analysis: stackan.Analysis) -> set[str | None]:
    return {track.name for _, track in analysis.findings[0].threads}


# -- deadlocks


@pytest.mark.parametrize("snapshots", [1, 2])
def test_a_deadlock_of_monitors_is_certain_even_from_one_dump(snapshots: int) -> None:
    analysis = analyze(*both("jdk17-monitor")[:snapshots])

    assert analysis.verdict == "deadlock"
    assert kinds(analysis)[0] == ("deadlock", "certain")
    assert members(analysis) == {"transfer-1", "transfer-2"}
    assert told(analysis.findings[0], "more-behind") == [{"count": 2}]


def test_a_deadlock_of_reentrant_locks_is_proved_by_what_the_jvm_says_of_it() -> None:
    analysis = analyze(text("jdk17-reentrant-sigquit.txt"))

    assert kinds(analysis)[0] == ("deadlock", "certain")
    assert members(analysis) == {"order-1", "order-2"}


def test_without_owners_in_the_text_locks_of_java_util_concurrent_prove_nothing() -> None:
    dump = text("jdk17-reentrant-sigquit.txt")
    analysis = analyze(dump[: dump.index("Found one Java-level deadlock")])

    assert analysis.verdict == "inconclusive"


@pytest.mark.parametrize("name", ["jdk17-monitor-jhsdb.txt", "jdk17-reentrant-jhsdb.txt"])
def test_the_debuggers_view_of_a_deadlock_proves_it_too(name: str) -> None:
    assert kinds(analyze(text(name)))[0] == ("deadlock", "certain")


def test_two_classes_that_initialize_each_other_are_a_deadlock_that_the_jvm_does_not_find() -> None:
    analysis = analyze(*both("jdk17-classinit"))

    assert "Found one Java-level deadlock" not in text("jdk17-classinit-2.txt")
    assert kinds(analysis)[0] == ("deadlock", "likely")
    assert members(analysis) == {"init-left", "init-right"}
    assert "Lab$Right" in wording.explanation(analysis.findings[0])


def test_a_dump_to_file_shows_no_instant_so_one_proves_no_deadlock() -> None:
    one = analyze(text("jdk25-monitor-file.txt"))
    two = analyze(text("jdk25-monitor-file.txt"), text("jdk25-monitor-file.json"))

    assert kinds(one)[0] == ("deadlock", "possible")
    assert kinds(two)[0][0] == "deadlock"
    assert two.verdict == "deadlock"


# -- pools


def test_a_pool_whose_tasks_wait_for_its_own_tasks_is_exhausted_beside_an_idle_pool() -> None:
    analysis = analyze(*both("jdk17-pool"))

    assert analysis.verdict == "worker-exhaustion"
    assert members(analysis) == {f"worker-{number}" for number in range(1, 5)}
    pools = {pool.name: (len(pool.workers), pool.exhausted) for process in analysis.processes for pool in process.pools}
    assert pools["thread pool worker"] == (4, True)
    assert pools["thread pool housekeeper"] == (2, False)


def test_a_pool_with_one_running_worker_is_not_exhausted() -> None:
    def run(dump: str) -> str:
        """worker-2 runs instead of waiting."""
        head, mark, rest = dump.partition('"worker-2"')
        thread, blank, others = rest.partition("\n\n")
        header = thread.partition("\n")[0]
        return (
            f"{head}{mark}{header}\n   java.lang.Thread.State: RUNNABLE\n"
            + "".join(
                line + "\n"
                for line in thread.split("\n")[2:]
                if "park" not in line and "FutureTask.get" not in line and "awaitDone" not in line
            )
            + f"{blank}{others}"
        )

    analysis = analyze(*map(run, both("jdk17-pool")))

    assert progress(analysis)["worker-2"] == "progressing"
    assert "worker-exhaustion" not in {kind for kind, _ in kinds(analysis)}


def complete(dump: str) -> str:
    """The tasks wait for CompletableFutures instead."""
    waiting, get = "CompletableFuture.waitingGet(java.base@17.0.15/", "CompletableFuture.get(java.base@17.0.15/"
    return dump.replace("FutureTask.awaitDone(java.base@17.0.15/", waiting).replace("FutureTask.get(java.base@17.0.15/", get)


def test_a_client_that_listens_may_complete_futures_so_the_pool_is_blocked_not_exhausted() -> None:
    client = (
        '"HttpClient-1-SelectorManager" #99 daemon prio=5 tid=0x00007fd23c20ef20 nid=0x5849 runnable  [0x7f]\n'
        "   java.lang.Thread.State: RUNNABLE\n\tat sun.nio.ch.EPoll.wait(java.base@17.0.15/Native Method)\n"
        "\tat sun.nio.ch.EPollSelectorImpl.doSelect(java.base@17.0.15/EPollSelectorImpl.java:118)\n"
        "\tat sun.nio.ch.SelectorImpl.lockAndDoSelect(java.base@17.0.15/SelectorImpl.java:129)\n"
        "\tat sun.nio.ch.SelectorImpl.select(java.base@17.0.15/SelectorImpl.java:141)\n"
        "\tat jdk.internal.net.http.HttpClientImpl$SelectorManager.run(java.net.http@17.0.15/HttpClientImpl.java:894)\n\n"
    )
    alone = [complete(dump) for dump in both("jdk17-pool")]
    listening = [dump.replace('"VM Thread"', client + '"VM Thread"') for dump in alone]

    assert analyze(*alone).verdict == "worker-exhaustion"
    assert analyze(*listening).verdict == "blocked"


def test_idle_pools_queues_selectors_and_timers_are_idle() -> None:
    analysis = analyze(*both("jdk17-idle"))
    found = progress(analysis)

    assert analysis.verdict == "idle"
    assert {name for name, said in found.items() if said != "idle"} == {"poller"}  # its loop sleeps in a function of its own
    assert not analysis.findings


def test_a_convoy_names_the_thread_that_holds_the_lock_and_sleeps() -> None:
    analysis = analyze(*both("jdk17-convoy"))

    assert analysis.verdict == "blocked"
    assert "sleeper holds it. It sleeps in Lab.pause." in wording.explanation(analysis.findings[0])


# -- what moves between two dumps


def move(dump: str) -> str:
    """The collector has moved all objects."""
    return re.sub(r"<0x00000000ff", "<0x00000000aa", dump)


def work(dump: str) -> str:
    """The workers have used a second of CPU since."""
    return re.sub(r'^("worker-.*cpu=)[\d.]+ms', r"\g<1>1200.00ms", dump, flags=re.MULTILINE)


def forget(dump: str) -> str:
    """JDK 8 printed no times."""
    return re.sub(r" cpu=[\d.]+ms elapsed=[\d.]+s", "", dump)


def test_objects_that_the_collector_has_moved_are_the_same_to_a_thread_that_has_not_run_since() -> None:
    first, second = both("jdk17-pool")

    assert analyze(first, move(second)).verdict == "worker-exhaustion"


def test_the_proof_of_a_moved_object_begins_with_the_address_that_the_title_tells() -> None:
    first, second = both("jdk17-convoy")
    finding = analyze(first, move(second)).findings[0]

    assert "mutex 0xaad27898" in wording.title(finding)
    assert "0x00000000aad27898" in finding.evidence[0].text
    assert "What they wait for stood at 0xffd27898 in the oldest dump: the collector has moved it since." in wording.explanation(finding)
    assert "moved" not in wording.explanation(analyze(first, second).findings[0])


def test_other_objects_are_progress_where_no_cpu_time_is_printed() -> None:
    first, second = both("jdk17-pool")
    analysis = analyze(forget(first), forget(move(second)))

    assert progress(analysis)["worker-1"] == "progressing"


def test_a_thread_that_has_worked_since_has_moved_though_it_waits_for_the_same_object() -> None:
    first, second = both("jdk17-pool")

    assert progress(analyze(first, second))["worker-1"] == "stuck"
    assert progress(analyze(first, work(second)))["worker-1"] == "progressing"


def test_another_line_of_the_same_function_is_another_place() -> None:
    first, second = both("jdk17-classinit")
    moved = second.replace("at Lab.lambda$main$57(Lab.java:111)", "at Lab.lambda$main$57(Lab.java:112)")

    assert progress(analyze(first, second))["init-victim"] == "stuck"
    assert progress(analyze(first, moved))["init-victim"] == "progressing"


def test_two_dumps_in_one_log_are_two_snapshots_of_one_process() -> None:
    analysis = analyze("".join(both("jdk17-pool")))

    assert len(analysis.processes) == 1
    assert analysis.verdict == "worker-exhaustion"


# -- what a dump cannot tell


def test_a_dump_without_states_is_not_read_as_running() -> None:
    analysis = analyze(text("jdk21-monitor-file.txt"), text("jdk21-monitor-file.txt"))

    assert progress(analysis)["transfer-1"] == "unknown"
    assert "Thread.print" in wording.advice(analysis.findings[0])[0]


def test_evidence_stands_in_the_text_as_quoted() -> None:
    for stem in ("jdk17-monitor", "jdk17-pool", "jdk17-classinit", "jdk17-convoy"):
        texts = dict(zip(("snap1.txt", "snap2.txt"), both(stem)))
        for finding in analyze(*texts.values()).findings:
            assert finding.evidence
            for quote in finding.evidence:
                assert texts[quote.source].split("\n")[quote.line - 1] == quote.text


def test_the_advice_on_a_java_lock_is_to_list_owners_where_none_is_known() -> None:
    def forget(dump: str) -> str:
        return re.sub(r"\n   Locked ownable synchronizers:\n(\t- .*\n)+", "", dump)

    known, unknown = both("jdk17-convoy"), [forget(dump) for dump in both("jdk17-convoy")]
    advice = [" ".join(words for finding in analyze(*texts).findings for words in wording.advice(finding)) for texts in (known, unknown)]

    assert "jstack -l" not in advice[0]
    assert "jstack -l" in advice[1]
    assert "pthread_mutex" not in advice[1]


def test_a_main_thread_that_waits_for_its_workers_is_idle() -> None:
    main = "\tat java.lang.Thread.sleep(java.base@17.0.15/Native Method)\n"
    join = "\tat java.lang.Object.wait(java.base@17.0.15/Native Method)\n\tat java.lang.Thread.join(java.base@17.0.15/Thread.java:1313)\n"

    assert progress(analyze(*(dump.replace(main, join, 1) for dump in both("jdk17-pool"))))["main"] == "idle"


# -- the common pool (Statement.java)


def test_a_common_pool_whose_tasks_wait_for_plain_tasks_of_its_own_is_exhausted() -> None:
    analysis = analyze(*both("jdk17-common-future"))
    assert kinds(analysis)[0] == ("worker-exhaustion", "likely")
    assert {name for name in members(analysis) if name} == {f"ForkJoinPool.commonPool-worker-{number}" for number in (1, 2, 3)}
    assert told(analysis.findings[0], "tasks-wait-for-tasks") == [{"count": 1}]


def test_a_task_that_waits_by_a_completable_future_leaves_its_pool_another_worker() -> None:
    waits = "\tat java.util.concurrent.CompletableFuture.get(java.base@17.0.15/CompletableFuture.java:2072)\n"
    texts = [re.sub(r"\tat java.util.concurrent.FutureTask.*\n", waits, each) for each in both("jdk17-common-future")]
    assert analyze(*texts).verdict == "blocked"


def test_an_initializer_that_waits_for_tasks_which_use_its_class_has_what_they_wait_for() -> None:
    analysis = analyze(*both("jdk17-common-clinit"))
    finding = analysis.findings[0]
    assert (finding.kind, finding.severity, finding.confidence) == ("worker-exhaustion", "critical", "likely")
    assert "main" in members(analysis)
    assert told(finding, "holder-awaits-their-work") and told(finding, "hold-nothing-that-tasks-need")
    assert not told(finding, "tasks-wait-for-tasks")


def test_an_initializer_whose_tasks_move_is_not_stuck() -> None:
    first, second = both("jdk17-common-clinit")
    moved = re.sub(r"(\tat Statement\$Rates\$\$Lambda.*\n)(\t- waiting .*\n)?", r"\tat Statement$Rates.rate(Statement.java:48)\n\1", second)
    assert analyze(first, moved).verdict == "progressing"
