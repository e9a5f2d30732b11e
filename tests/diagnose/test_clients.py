"""Threads that wait for another server: for its answer, or for a connection of a pool, whatever ran them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import stackan
from tests.dumping import START, Frame, Thread, analyze, app, dump, poll_events, progress, receive, thread

MAIN = thread(6100, "tellerd", poll_events(), app("main"))


def jstack(minute: int, *threads: tuple[int, str, Sequence[str]]) -> bytes:
    """A thread dump of a JVM: (number, state, frames) of each thread."""
    lines = [f"2026-11-20 10:{minute}:00", "Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode, sharing):", ""]
    for number, state, frames in threads:
        lines.append(
            f'"loader-{number}" #{number} prio=5 os_prio=0 tid=0x00007f{number:010x} nid={number:#x} waiting on condition  [0x00007f5c]'
        )
        lines += [f"   java.lang.Thread.State: {state}", *(f"\tat {frame}(Source.java:10)" for frame in frames), ""]
    return "\n".join(lines).encode()


PARK = ("jdk.internal.misc.Unsafe.park", "java.util.concurrent.locks.LockSupport.park")
AWAIT = (*PARK, "java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject.await")
READ = ("java.net.SocketInputStream.socketRead0", "java.net.SocketInputStream.read")
OWN = ("bank.Dao.find", "bank.Loader.run", "java.lang.Thread.run")


def twice(state: str, *frames: str) -> stackan.Analysis:
    threads = [(40 + number, state, (*frames, *OWN)) for number in range(4)]
    return analyze(jstack(15, *threads), jstack(20, *threads))


@pytest.mark.parametrize(
    ("frames", "pool"),
    [
        ((*AWAIT, "com.alibaba.druid.pool.DruidDataSource.takeLast", "com.alibaba.druid.pool.DruidDataSource.getConnection"), "Druid"),
        ((*PARK, "com.zaxxer.hikari.util.ConcurrentBag.borrow", "com.zaxxer.hikari.pool.HikariPool.getConnection"), "HikariCP"),
        (
            (
                *AWAIT,
                "org.apache.commons.pool2.impl.LinkedBlockingDeque.takeFirst",
                "org.apache.commons.pool2.impl.GenericObjectPool.borrowObject",
            ),
            "Commons Pool (DBCP, Jedis)",
        ),
        (("java.lang.Object.wait", "com.mchange.v2.resourcepool.BasicResourcePool.awaitAvailable"), "c3p0"),
    ],
)
def test_who_waits_for_a_connection_is_told_of_its_pool_and_of_leaks(frames: tuple[str, ...], pool: str) -> None:
    analysis = twice("WAITING (parking)", *frames)
    assert analysis.verdict == "blocked"
    assert f"4 threads wait for a connection of the pool ({pool})" in analysis.headline
    (finding,) = analysis.to_dict()["findings"]
    assert any("leaks" in step for step in finding["advice"])
    assert any("who holds the connections" in step for step in finding["advice"])


@pytest.mark.parametrize(
    ("driver", "what"),
    [
        ("net.sourceforge.jtds.jdbc.SharedSocket.readPacket", "the answer of a database"),
        ("com.mysql.cj.protocol.a.SimplePacketReader.readHeader", "the answer of a database"),
        ("dm.jdbc.driver.DmdbStatement.executeQuery", "the answer of a database"),
        ("org.apache.http.protocol.HttpRequestExecutor.doReceiveResponse", "the answer of a server"),
        ("redis.clients.jedis.Connection.getBulkReply", "the answer of a server"),
    ],
)
def test_who_reads_an_answer_waits_for_it_outside_of_any_pool(driver: str, what: str) -> None:
    analysis = twice("RUNNABLE", *READ, "java.io.DataInputStream.readFully", driver)
    assert analysis.verdict == "blocked"
    assert what in analysis.headline


def test_who_listens_for_messages_is_parked() -> None:
    analysis = twice("RUNNABLE", *READ, "redis.clients.jedis.Connection.getUnflushedObject", "redis.clients.jedis.JedisPubSub.process")
    assert analysis.verdict == "idle"


def native(*path: str, wait: Sequence[Frame] = ()) -> Thread:
    return thread(6101, "tellerd", wait or receive(7), *map(app, path), START)


@pytest.mark.parametrize(
    "path",
    [
        ("pqSocketCheck", "pqWait", "PQgetResult", "PQexec", "balance"),
        ("cli_safe_read", "balance"),
        ("curl_easy_perform", "ask_bank", "serve"),
    ],
)
def test_native_clients_wait_for_the_answer(path: tuple[str, ...]) -> None:
    text = dump(MAIN, native(*path))
    assert progress(analyze(text, text))[6101] == "stuck"


def test_while_a_thread_got_its_answer_nobody_is_stuck() -> None:
    waiting = [thread(6102 + number, "tellerd", receive(8), app("PQexec"), app("balance"), START) for number in range(3)]
    analysis = analyze(dump(MAIN, *waiting, native("PQexec", "balance")), dump(MAIN, *waiting, native("render", wait=(Frame("sum"),))))
    assert progress(analysis)[6102] == "unknown"
    assert analysis.verdict == "progressing"
