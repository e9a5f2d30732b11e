"""Java's virtual threads: carriers that are not free, and waits through the Poller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.parsing.texts import analyzed

CARRIER = """\
"ForkJoinPool-1-worker-{at}" #5{at} [3285{at}] daemon prio=5 os_prio=0 cpu=12.39ms elapsed={age}.99s tid=0x00007f381001314{at}  [0x00007f37abafe000]
   Carrying virtual thread #{number}
\tat jdk.internal.vm.Continuation.run(java.base@25/Continuation.java:251)
\tat java.lang.VirtualThread.runContinuation(java.base@25/VirtualThread.java:293)
\tat java.util.concurrent.ForkJoinPool.runWorker(java.base@25/ForkJoinPool.java:2019)
\tat java.util.concurrent.ForkJoinWorkerThread.run(java.base@25/ForkJoinWorkerThread.java:187)
   Mounted virtual thread #{number}
{stack}
\tat app.Ledger.post(Ledger.java:40)
\tat java.lang.VirtualThread.run(java.base@25/VirtualThread.java:456)

"""  # noqa: E501
PINNED = """\
\tat jdk.internal.misc.Unsafe.park(java.base@25/Native Method)
\t- parking to wait for  <0x00000007fd50b168> (a java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject)
\tat java.lang.VirtualThread.parkOnCarrierThread(java.base@25/VirtualThread.java:799)
\tat java.lang.VirtualThread.park(java.base@25/VirtualThread.java:737)
\tat java.util.concurrent.locks.LockSupport.park(java.base@25/LockSupport.java:369)"""
MONITOR = """\
\tat app.Ledger.lock(Ledger.java:12)
\t- waiting to lock <0x00000007fd50b168> (a java.lang.Object)"""
RUNNING = "\tat app.Ledger.sum(Ledger.java:77)"


def dump(stack: str, age: int, first: int = 7281) -> str:
    carriers = (CARRIER.format(at=at, age=age, number=first + at, stack=stack) for at in (1, 2, 3))
    return "Full thread dump OpenJDK 64-Bit Server VM (25+36-LTS mixed mode, sharing):\n\n" + "".join(carriers)


def carriers(document: dict[str, Any]) -> set[str]:
    """The progress of the three carriers."""
    return {thread["progress"] for thread in document["processes"][0]["threads"] if thread["lwp"] in (32851, 32852, 32853)}


@pytest.mark.parametrize("stack", [PINNED, MONITOR])
def test_carriers_on_which_virtual_threads_wait_are_an_exhausted_pool(tmp_path: Path, stack: str) -> None:
    document = analyzed(tmp_path, dump(stack, 100), dump(stack, 700))
    assert document["verdict"] == "blocked"
    assert carriers(document) == {"stuck"}
    assert "pinned to it" in document["headline"] or "pinned to it" in str([finding["title"] for finding in document["findings"]])
    (pool,) = (pool for pool in document["processes"][0]["pools"] if 32851 in pool["members"])
    assert pool["exhausted"]


def test_other_virtual_threads_in_the_same_place_later_are_no_standstill(tmp_path: Path) -> None:
    document = analyzed(tmp_path, dump(PINNED, 100), dump(PINNED, 700, first=9000))
    assert "stuck" not in carriers(document)
    assert document["verdict"] != "blocked"


def test_a_carrier_whose_virtual_thread_runs_is_not_stuck(tmp_path: Path) -> None:
    assert "stuck" not in carriers(analyzed(tmp_path, dump(RUNNING, 100), dump(RUNNING, 700)))


FILE = """\
4100
2026-03-02T11:{minute}:00.000000000Z
24+36

#16 "" virtual
      java.base/jdk.internal.misc.Unsafe.park(Native Method)
      java.base/java.lang.VirtualThread.parkOnCarrierThread(VirtualThread.java:821)
      java.base/java.lang.VirtualThread.park(VirtualThread.java:759)
      java.base/java.util.concurrent.locks.LockSupport.park(LockSupport.java:367)
      java.base/sun.nio.ch.Poller.poll(Poller.java:197)
      java.base/sun.nio.ch.NioSocketImpl.park(NioSocketImpl.java:174)
      java.base/sun.nio.ch.NioSocketImpl.connect(NioSocketImpl.java:588)
      java.base/java.net.Socket.connect(Socket.java:665)
      app.Settings.<clinit>(Settings.java:16)
      java.base/java.lang.VirtualThread.run(VirtualThread.java:466)

#17 "ForkJoinPool-1-worker-1"
      java.base/jdk.internal.vm.Continuation.run(Continuation.java:251)
      java.base/java.lang.VirtualThread.runContinuation(VirtualThread.java:303)
      java.base/java.util.concurrent.ForkJoinPool.runWorker(ForkJoinPool.java:1970)
      java.base/java.util.concurrent.ForkJoinWorkerThread.run(ForkJoinWorkerThread.java:187)

"""


def test_a_wait_through_the_poller_is_one_for_the_network(tmp_path: Path) -> None:
    document = analyzed(tmp_path, FILE.format(minute="00"), FILE.format(minute="10"))
    threads = {thread["thread_id"]: thread for thread in document["processes"][0]["threads"]}
    assert (threads["16"]["state"], threads["16"]["progress"], threads["17"]["progress"]) == ("network", "stuck", "stuck")
    assert document["verdict"] == "blocked"


def test_one_carrier_more_than_pinned_threads_may_be_free(tmp_path: Path) -> None:
    second = FILE.partition('#17 "')[2].replace("worker-1", "worker-2")
    texts = [FILE.format(minute=minute) + '#18 "' + second for minute in ("00", "10")]
    document = analyzed(tmp_path, *texts)
    progress = {thread["thread_id"]: thread["progress"] for thread in document["processes"][0]["threads"]}
    assert progress["17"] != "stuck"


UNPARKER = """\
"VirtualThread-unparker" #79 [211] daemon prio=5 os_prio=0 cpu=1.96ms elapsed=527.65s tid=0x00007f4e74c92060 nid=211 waiting on condition
   java.lang.Thread.State: WAITING (parking)
\tat jdk.internal.misc.Unsafe.park(java.base@21/Native Method)
\tat java.util.concurrent.locks.LockSupport.park(java.base@21/LockSupport.java:371)
\tat java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue.take(java.base@21/ScheduledThreadPoolExecutor.java:1170)
\tat java.util.concurrent.ThreadPoolExecutor.getTask(java.base@21/ThreadPoolExecutor.java:1070)
\tat java.util.concurrent.ThreadPoolExecutor.runWorker(java.base@21/ThreadPoolExecutor.java:1130)
\tat java.lang.Thread.run(java.base@21/Thread.java:1583)

"""


@pytest.mark.parametrize(("name", "told"), [("VirtualThread-unparker", True), ("scheduler-1", False)])
def test_it_is_told_that_waiting_virtual_threads_are_not_printed(tmp_path: Path, name: str, told: bool) -> None:
    text = "Full thread dump OpenJDK 64-Bit Server VM (21+35):\n\n" + UNPARKER.replace("VirtualThread-unparker", name)
    document = analyzed(tmp_path, text, text.replace("527.65", "827.65"))
    problems = [finding for finding in document["findings"] if finding["kind"] == "capture-problem"]
    assert document["verdict"] == "idle"
    assert [finding["severity"] for finding in problems] == ["info"] * told
    assert ("Thread.dump_to_file" in str(problems)) == told


# -- virtual threads that were started and have no frames: none has had a carrier yet

RUN = """\
#{number} "" virtual RUNNABLE
      at app.Sum.add(Sum.java:3)
      at java.base/java.lang.VirtualThread.run(VirtualThread.java:466)

"""


def started(minute: str, state: str = " RUNNABLE", first: int = 40, runs: int = 0) -> str:
    """A file with three such threads, the one that is pinned to the carrier, and maybe one that runs."""
    opening, _, rest = FILE.format(minute=minute).partition('#16 "')
    waiting = "".join(f'#{number} "" virtual{state}\n\n' for number in range(first, first + 3))
    return opening + waiting + (RUN.format(number=runs) if runs else "") + '#16 "' + rest


def of_those(document: dict[str, Any]) -> list[tuple[str, str]]:
    """(progress, severity of the finding) of the three."""
    findings = [finding for finding in document["findings"] if "a carrier to run on" in finding["title"]]
    rows = [thread for thread in document["processes"][0]["threads"] if thread["thread_id"] in ("40", "41", "42")]
    return [(thread["progress"], finding["severity"]) for thread in rows for finding in findings]


@pytest.mark.parametrize("state", [" RUNNABLE", ""])  # JDK 25; before it prints no states
def test_virtual_threads_that_never_got_a_carrier_are_starved(tmp_path: Path, state: str) -> None:
    document = analyzed(tmp_path, started("00", state), started("10", state))
    assert document["verdict"] == "blocked"
    assert of_those(document) == [("stuck", "warning")] * 3


def test_the_carrier_that_stands_still_is_their_root(tmp_path: Path) -> None:
    document = analyzed(tmp_path, started("00"), started("10"))
    assert "pinned to it" in document["headline"]
    (finding,) = (finding for finding in document["findings"] if "a carrier to run on" in finding["title"])
    assert "wait behind thread #17 ForkJoinPool-1-worker-1" in finding["explanation"]


def test_while_others_get_a_carrier_theirs_may_come(tmp_path: Path) -> None:
    document = analyzed(tmp_path, started("00", runs=30), started("10", runs=31))
    assert of_those(document) == [("stuck", "info")] * 3
    (finding,) = (finding for finding in document["findings"] if "a carrier to run on" in finding["title"])
    assert "wait behind" not in finding["explanation"]


def test_others_that_were_started_since_are_not_starved(tmp_path: Path) -> None:
    document = analyzed(tmp_path, started("00"), started("10", first=80))
    threads = {thread["thread_id"]: thread["progress"] for thread in document["processes"][0]["threads"]}
    assert {threads[number] for number in ("40", "80")} == {"vanished", "appeared"}
    assert of_those(document) == []


def test_a_platform_thread_without_frames_waits_for_no_carrier(tmp_path: Path) -> None:
    texts = [started(minute).replace(" virtual RUNNABLE\n\n", " RUNNABLE\n\n") for minute in ("00", "10")]
    assert of_those(analyzed(tmp_path, *texts)) == []


JSON = """\
{{
  "threadDump": {{
    "processId": "4100",
    "time": "2026-03-02T11:{minute}:00Z",
    "threadContainers": [
      {{
        "threads": [
{threads}
        ]
      }}
    ]
  }}
}}
"""
OF_JSON = """\
          {{
            "tid": "{number}",
            "virtual": {virtual},
            "name": "",
            "state": "{state}",
            "stack": [
{frames}            ]
          }}"""
PARKED = """\
              "java.base\\/java.lang.VirtualThread.parkOnCarrierThread(VirtualThread.java:821)",
              "app.Sum.add(Sum.java:3)",
              "java.base\\/java.lang.VirtualThread.run(VirtualThread.java:466)"
"""


@pytest.mark.parametrize(("virtual", "starved"), [("true", 3), ("false", 0)])
def test_the_json_form_tells_the_same(tmp_path: Path, virtual: str, starved: int) -> None:
    threads = [OF_JSON.format(number=30, virtual="true", state="WAITING", frames=PARKED)]
    threads += [OF_JSON.format(number=number, virtual=virtual, state="RUNNABLE", frames="") for number in (40, 41, 42)]
    texts = [JSON.format(minute=minute, threads=",\n".join(threads)) for minute in ("00", "10")]
    assert of_those(analyzed(tmp_path, *texts)) == [("stuck", "critical")] * starved


# -- carriers whose mounted stacks are not printed (JDK 21 to 24)


def carrying(age: int, first: int = 7281) -> str:
    head, *carriers = dump(RUNNING, age, first).split('"ForkJoinPool')
    return head + "".join('"ForkJoinPool' + carrier.partition("   Mounted")[0] + "\n" for carrier in carriers) + UNPARKER


FREE = """\
"ForkJoinPool-1-worker-9" #59 [32859] daemon prio=5 os_prio=0 cpu=12.39ms elapsed=100.99s tid=0x00007f3810013149 waiting on condition
   java.lang.Thread.State: WAITING (parking)
\tat jdk.internal.misc.Unsafe.park(java.base@21/Native Method)
\tat java.util.concurrent.ForkJoinPool.awaitWork(java.base@21/ForkJoinPool.java:1893)
\tat java.util.concurrent.ForkJoinPool.runWorker(java.base@21/ForkJoinPool.java:1809)
\tat java.util.concurrent.ForkJoinWorkerThread.run(java.base@21/ForkJoinWorkerThread.java:188)

"""


@pytest.mark.parametrize(("later", "more", "kept"), [(7281, "", True), (9000, "", False), (7281, FREE, False)])
def test_carriers_that_carry_the_same_in_all_dumps_may_starve_others(tmp_path: Path, later: int, more: str, kept: bool) -> None:
    document = analyzed(tmp_path, carrying(100) + more, carrying(700, later) + more)
    (finding,) = (finding for finding in document["findings"] if "virtual threads that wait" in finding["title"])
    assert ("All 3 carriers carry the same virtual threads" in finding["explanation"]) == kept
    assert (finding["severity"] == "warning") == kept
