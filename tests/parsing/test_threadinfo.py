"""ThreadInfo of java.lang.management: as programs log it, as JSON, and as Hadoop and JConsole show it.

jdk17-threadinfo.txt and .json were written by Infos.java under OpenJDK 17.0.15; the others are made by hand after their sources.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.model.printed import PrintedState
from stackan.parsing import detect, parse_all
from tests.parsing import hostile

DATA = Path(__file__).resolve().parents[1] / "dumps" / "jvms"
TEXT = (DATA / "jdk17-threadinfo.txt").read_text()
JSON = (DATA / "jdk17-threadinfo.json").read_text()
INDENTED = json.dumps(json.loads(JSON), indent=2)
SHORT = json.dumps({"threads": json.loads(JSON)["threads"][6:9]}, indent=1)
MONITOR = """\
Full Java thread dump with locks info

"payer-1" Id=41 in BLOCKED on lock=shop.Till@6d06d69c
     owned by payer-2 Id=42
    at shop.Till.take(Till.java:20)
    at java.lang.Thread.run(Thread.java:748)

    Locked synchronizers: count = 0

"payer-2" Id=42 in RUNNABLE (running in native)
    at java.net.SocketInputStream.socketRead0(Native Method)
    at shop.Till.ask(Till.java:31)
      - locked shop.Till@6d06d69c

    Locked synchronizers: count = 1
      - java.util.concurrent.ThreadPoolExecutor$Worker@1b2c6ec2
"""
DROPWIZARD = """\
"payer-1" id=41 state=BLOCKED
    - waiting to lock <0x6d06d69c> (a shop.Till)
     owned by payer-2 id=42
    at shop.Till.take(Till.java:20)

"payer-2" id=42 state=RUNNABLE (running in native)
    at java.net.SocketInputStream.socketRead0(Native Method)
    at shop.Till.ask(Till.java:31)
      - locked shop.Till@6d06d69c
"""
HADOOP = """\
Process Thread Dump: jsp requested
2 active threads
Thread 41 (payer-1):
  State: BLOCKED
  Blocked count: 3
  Waited count: 0
  Blocked on shop.Till@6d06d69c
  Blocked by 42 (payer-2)
  Stack:
    shop.Till.take(Till.java:20)
    java.lang.Thread.run(Thread.java:748)
Thread 42 (payer-2):
  State: RUNNABLE
  Blocked count: 0
  Waited count: 4
  Stack:
    java.net.SocketInputStream.socketRead0(Native Method)
    shop.Till.ask(Till.java:31)
"""
JCONSOLE = """\
Name: payer-1
State: BLOCKED on shop.Till@6d06d69c owned by: payer-2
Total blocked: 3  Total waited: 0

Stack trace:
shop.Till.take(Till.java:20)
java.lang.Thread.run(Thread.java:748)

Name: payer-2
State: RUNNABLE
Total blocked: 0  Total waited: 4

Stack trace:
java.net.SocketInputStream.socketRead0(Native Method)
shop.Till.ask(Till.java:31)
   - locked shop.Till@6d06d69c
"""


def parse(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "text")
    return dump


def told(dump: Dump, name: str) -> PrintedState:
    row = next(thread.row for thread in dump.threads if thread.name == name)
    return dump.facts.states[row]


@pytest.mark.parametrize(("text", "frames"), [(TEXT, 58), (JSON, 65), (INDENTED, 65)], ids=["text", "json", "indented"])
def test_all_threads_and_frames_of_a_real_one_are_read_and_no_line_is_lost(text: str, frames: int) -> None:
    dump = parse(text)

    assert (dump.format, len(dump.threads), len(dump.frames)) == ("threadinfo", 13, frames)
    assert dump.unparsed == []
    assert sum(dump.lines.values()) == text.count("\n") + (not text.endswith("\n"))
    assert min(dump.lines.values()) == 0


@pytest.mark.parametrize("text", [TEXT, JSON, INDENTED], ids=["text", "json", "indented"])
def test_a_deadlock_is_found_by_the_owners_that_are_printed(text: str, tmp_path: Path) -> None:
    (tmp_path / "threads.txt").write_text(text)
    document = stackan.analyze(stackan.load(tmp_path)).to_dict()

    assert document["verdict"] == "deadlock"
    [deadlock] = [finding for finding in document["findings"] if finding["kind"] == "deadlock"]
    assert deadlock["confidence"] == "certain"
    assert deadlock["title"] == "thread 12 transfer-1 and thread 13 transfer-2 wait for each other"


def test_a_lock_of_java_util_concurrent_has_the_owner_that_is_printed() -> None:
    dump = parse(TEXT)
    visitor, keeper = told(dump, "visitor"), told(dump, "keeper")

    assert visitor.awaits is not None
    assert visitor.awaits.address == 0x4F023EDB
    assert [lock.address for lock in keeper.holds] == [0x4F023EDB]
    assert visitor.cut
    assert not keeper.cut


def test_json_gives_the_place_of_each_frame_and_its_own_line() -> None:
    dump = parse(INDENTED)
    thread = next(thread for thread in dump.threads if thread.name == "transfer-1")
    frame = next(dump.frames_of(thread.row))

    assert (thread.number, frame.function, frame.file, frame.file_line) == (12, "Infos.both", "Infos.java", 8)
    lines = INDENTED.splitlines()
    assert lines[thread.line - 1].strip() == '"threadName": "transfer-1",'
    assert lines[frame.line - 1].strip() == '"methodName": "both",'


@pytest.mark.parametrize(
    ("text", "format", "instant"),
    [(MONITOR, "threadinfo", True), (DROPWIZARD, "threadinfo", True), (HADOOP, "hadoop-stacks", False), (JCONSOLE, "jconsole", False)],
    ids=["monitor", "dropwizard", "hadoop", "jconsole"],
)
def test_owners_are_read_however_the_text_names_them(text: str, format: str, instant: bool) -> None:
    dump = parse(text)
    waiter, owner = told(dump, "payer-1"), told(dump, "payer-2")

    assert (dump.format, dump.traits.instant, dump.unparsed) == (format, instant, [])
    assert (len(dump.threads), waiter.words, owner.words) == (2, "java: BLOCKED", "java: RUNNABLE")
    assert waiter.awaits is not None
    assert (waiter.awaits.address, waiter.awaits.what) == (0x6D06D69C, "shop.Till")
    assert 0x6D06D69C in [lock.address for lock in owner.holds]
    assert [frame.function for frame in dump.frames_of(1)] == ["java.net.SocketInputStream.socketRead0", "shop.Till.ask"]


def test_it_is_found_in_a_log_whose_lines_stay_unread() -> None:
    log = "2026-03-02 11:00:00,120 WARN  [watchdog] shop.Watch - hung? threads follow\n"
    trace = "java.lang.IllegalStateException: late\n\tat shop.Watch.run(Watch.java:9)\n"
    dump = parse(log + TEXT + log + trace)

    assert (len(dump.threads), len(dump.frames)) == (13, 58)
    assert len(dump.unparsed) == 4


def test_a_header_may_stand_behind_what_a_log_writes() -> None:
    dump = parse(
        '11:00:00 WARN "payer 1" Id=41 BLOCKED on shop.Till@6d06d69c owned by "payer 2" Id=42\n\tat shop.Till.take(Till.java:20)\n'
    )

    assert [(thread.name, thread.number, thread.frames) for thread in dump.threads] == [("payer 1", 41, 1)]


def test_a_thread_that_comes_again_begins_the_next_snapshot() -> None:
    dumps = parse_all((TEXT + "\n" + TEXT).encode(), "two")

    assert [len(dump.threads) for dump in dumps] == [13, 13]
    assert [len(dump.facts.states) for dump in dumps] == [13, 13]


def test_an_owner_that_several_threads_may_be_is_none() -> None:
    twins = JCONSOLE + JCONSOLE[JCONSOLE.index("Name: payer-2") :].replace("RUNNABLE", "WAITING")
    dump = parse_all(twins.encode(), "twins")[0]

    assert dump.facts.states[1].holds[0].line > 10  # its own line says so, no other


def test_an_owner_that_is_not_in_the_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "paste.txt").write_text(
        '"payer 1" Id=41 BLOCKED on shop.Till@6d06d69c owned by "payer 2" Id=42\n\tat shop.Till.take(Till.java:20)\n'
    )
    [finding] = stackan.analyze(stackan.load(tmp_path)).to_dict()["findings"]

    assert "The dump names thread 42 payer 2 as its owner" in finding["explanation"]


def test_json_that_breaks_off_shows_the_threads_before_that() -> None:
    dump = parse(JSON[: JSON.index('"threadName":"keeper"') + 200])

    assert [thread.name for thread in dump.threads][-1] == "transfer-2"


def test_the_list_alone_is_read_too_in_any_order_of_members() -> None:
    threads = [dict(sorted(thread.items())) for thread in json.loads(JSON)["threads"]]
    dump = parse(json.dumps(threads))

    assert (len(dump.threads), len(dump.frames)) == (13, 65)
    assert told(dump, "visitor").awaits is not None


def test_an_excerpt_says_nothing_of_the_threads_that_are_not_in_it() -> None:
    assert parse(MONITOR.partition("\n\n")[2]).facts.excerpt
    assert not parse(MONITOR).facts.excerpt
    assert not parse(TEXT).facts.excerpt


@pytest.mark.parametrize(
    "text",
    [
        'user "bob" Id=31 logged in\n\tat night (twice)\n',
        "Thread 31 (worker-1):\n  waits\n",
        "Name: worker\nState: Texas\n",
        '{"threadName": 7, "stackTrace": []}\n',
        '[{"threadName": 7, "stackTrace": [}]\n',
        "[[[[" * 3000 + '"threadName" "stackTrace"',
    ],
)
def test_a_text_with_some_of_its_words_is_none(text: str) -> None:
    found = detect(text.encode())
    assert found is None or found.format not in ("threadinfo", "hadoop-stacks", "jconsole")
    with pytest.raises(InputError):
        parse_all(text.encode(), "text")


@pytest.mark.parametrize("text", [TEXT, SHORT, MONITOR, DROPWIZARD, HADOOP, JCONSOLE])
def test_broken_texts_lose_no_line_and_raise_nothing(text: str) -> None:
    for broken in hostile.mutations(text.encode(), 40):
        hostile.check(broken)


@pytest.mark.parametrize(
    "line",
    [
        b'"t" Id=1 BLOCKED on a.B@1 owned by "u" Id=2\n',
        b'" Id=' * 600 + b"\n",
        b'[{"threadName": "a", "stackTrace": []},\n',
        b'[{"threadName": [\n',
        b"\tat " + b"a." * 800 + b"b(X.java:1)\n",
        b"Name: x\n",
    ],
    ids=["headers", "quotes", "json", "nested-json", "frames", "names"],
)
def test_a_long_text_of_one_line_costs_in_proportion(in_proportion: Callable[..., None], line: bytes) -> None:
    start = b'"t" Id=1 RUNNABLE\n\tat a.B.c(D.java:1)\n'
    in_proportion(lambda size: start + line * (size // len(line)), parse_all)
