"""Java thread dumps: jstack, jcmd, SIGQUIT, jhsdb and Thread.dump_to_file.

The files in tests/dumps/java were written by OpenJDK 17.0.15, 21.0.8 and 25.0.2 for a program made to hang in known ways.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.model.printed import PrintedState
from stackan.normalize.java import canonical
from stackan.parsing import detect, parse_all
from tests.parsing import hostile

DATA = Path(__file__).resolve().parents[1] / "dumps" / "java"
CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "public"
HEAD = "Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode, sharing):\n\n"


def read(name: str) -> Dump:
    (dump,) = parse_all((DATA / name).read_bytes(), name)
    return dump


def parse(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "text")
    return dump


def told(dump: Dump, name: str) -> PrintedState:
    row = next(thread.row for thread in dump.threads if thread.name == name)
    return dump.facts.states[row]


def functions(dump: Dump, name: str) -> list[str]:
    thread = next(thread for thread in dump.threads if thread.name == name)
    return [dump.frame(row).function for row in range(thread.first, thread.first + thread.frames)]


# -- what is read


@pytest.mark.parametrize(
    ("name", "format", "threads", "frames"),
    [
        ("jdk17-monitor-1.txt", "jstack", 23, 36),
        ("jdk17-monitor-jcmd.txt", "jstack", 23, 36),
        ("jdk17-pool-1.txt", "jstack", 25, 75),
        ("jdk17-idle-1.txt", "jstack", 44, 229),
        ("jdk17-reentrant-jhsdb.txt", "jhsdb", 11, 71),
        ("jdk25-virtual.txt", "jstack", 24, 66),
        ("jdk21-monitor-file.txt", "java-dump-file", 11, 50),
        ("jdk25-virtual-file.txt", "java-dump-file", 22, 150),
        ("jdk25-virtual-file.json", "java-dump-file", 22, 142),
    ],
)
def test_all_threads_and_frames_of_a_real_dump_are_read_and_no_line_is_lost(name: str, format: str, threads: int, frames: int) -> None:
    dump = read(name)

    assert dump.format == format
    assert (len(dump.threads), len(dump.frames)) == (threads, frames)
    assert dump.unparsed == []
    assert sum(dump.lines.values()) == dump.data.count(b"\n") + (not dump.data.endswith(b"\n"))


def test_a_thread_has_its_name_its_lwp_and_the_number_that_java_gives_it() -> None:
    dump = read("jdk17-monitor-1.txt")
    thread = next(thread for thread in dump.threads if thread.name == "transfer-2")

    assert (thread.lwp, thread.number, thread.frames) == (19992, 13, 6)
    assert thread.pthread == "0x7f09b80bf860"


@pytest.mark.parametrize(
    ("header", "lwp", "number"),
    [
        ('"a" #17 prio=5 os_prio=0 cpu=1.13ms elapsed=18.20s tid=0x00007f nid=0x3ea2 waiting on condition  [0x00007f]', 0x3EA2, 17),
        ('"a" #17 [15815] daemon prio=5 os_prio=0 cpu=1.13ms elapsed=18.20s tid=0x00007f nid=15815 runnable  [0x00007f]', 15815, 17),
        ('"a" #17 [15815] daemon prio=5 os_prio=0 cpu=1.13ms elapsed=18.20s tid=0x00007f  [0x00007f]', 15815, 17),
        ('"a" daemon prio=10 tid=0x00007f nid=0x3ea2 runnable [0x00007f]', 0x3EA2, None),
        ('"a" os_prio=0 cpu=1.13ms elapsed=18.20s tid=0x00007f nid=0x3ea2 runnable  ', 0x3EA2, None),
        ('"a" #17 prio=5 tid=0x1 nid=NA waiting', None, 17),
    ],
)
def test_headers_of_all_versions_are_read(header: str, lwp: int | None, number: int | None) -> None:
    (thread,) = parse(HEAD + header + "\n").threads

    assert (thread.name, thread.lwp, thread.number) == ("a", lwp, number)


def test_a_thread_name_may_hold_quotes_and_words_of_a_header() -> None:
    (thread,) = parse(HEAD + '"a "b" tid=0x9 c" #17 prio=5 tid=0x00007f nid=0x7 runnable\n').threads

    assert thread.name == 'a "b" tid=0x9 c'


def test_a_frame_has_its_file_its_line_and_what_its_class_was_loaded_from() -> None:
    dump = read("jdk17-monitor-1.txt")
    frame = next(frame for frame in dump.frames if frame.function == "java.lang.Thread.run")

    assert (frame.library, frame.file, frame.file_line) == ("java.base@17.0.15", "Thread.java", 840)
    native = next(frame for frame in dump.frames if frame.function == "java.lang.Thread.sleep")
    assert (native.library, native.file) == ("java.base@17.0.15", None)


def test_a_frame_of_jhsdb_has_its_parameters_and_its_line() -> None:
    dump = read("jdk17-reentrant-jhsdb.txt")
    frame = next(frame for frame in dump.frames if frame.function == "Lab.lockBoth")

    assert frame.arguments == "java.util.concurrent.locks.Lock, java.util.concurrent.locks.Lock"
    assert (frame.file, frame.file_line) == (None, 17)


def test_headers_of_jstack_f_up_to_jdk_8_are_read() -> None:
    # by hand, after the serviceability agent's StackTrace.java of JDK 8
    dump = parse(
        "Attaching to process ID 7, please wait...\n\nThread 15815: (state = BLOCKED)\n - a.B.c(long) @bci=0 (Interpreted frame)\n"
    )

    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(15815, 1)]
    assert dump.facts.pid == 7


def test_the_process_id_is_what_jcmd_prints_first_and_never_a_guess() -> None:
    assert read("jdk17-monitor-jcmd.txt").facts.pid == 19970
    assert read("jdk17-monitor-1.txt").facts.pid is None
    assert read("jdk25-virtual-file.txt").facts.pid == read("jdk25-virtual-file.json").facts.pid == 28921


def test_a_dump_whose_tabs_became_blanks_is_read_all_the_same() -> None:
    text = (DATA / "jdk17-monitor-1.txt").read_text()
    pasted = parse(text.replace("\t", "        "))

    assert len(pasted.frames) == 36
    assert pasted.unparsed == []


def test_a_mounted_virtual_thread_is_a_thread_of_its_own() -> None:
    dump = read("jdk25-virtual.txt")
    mounted = next(thread for thread in dump.threads if thread.number == 33)

    assert mounted.lwp is None and mounted.name is None
    assert dump.frame(mounted.first).function == "Lab.lambda$main$89"


def test_both_forms_of_a_dump_to_file_say_the_same_of_a_thread() -> None:
    text, json = read("jdk25-virtual-file.txt"), read("jdk25-virtual-file.json")

    assert functions(text, "platform") == functions(json, "platform")
    ours, theirs = told(text, "platform"), told(json, "platform")
    assert ours.words == theirs.words == "java: WAITING"
    assert ours.awaits is not None and theirs.awaits is not None
    assert (ours.awaits.address, ours.awaits.what) == (theirs.awaits.address, theirs.awaits.what)
    assert ours.awaits.address == 0x6BDD4259


# -- what stands around it


def test_a_dump_in_a_servers_log_leaves_the_log_unparsed() -> None:
    dump = read("jdk17-reentrant-sigquit.txt")

    assert [text for _, text in dump.unparsed] == ["ready"]
    assert len(dump.threads) == 24


def test_a_dump_far_behind_in_a_log_is_found() -> None:
    log = b"2026-11-21 06:22:11 INFO request served\n" * 40_000
    (dump,) = parse_all(log + (DATA / "jdk17-monitor-1.txt").read_bytes(), "server.log")

    assert len(dump.threads) == 23
    assert len(dump.unparsed) == 40_000


def test_several_dumps_in_one_log_are_snapshots_in_their_order() -> None:
    first, second = ((DATA / f"jdk17-monitor-{number}.txt").read_bytes() for number in (1, 2))
    dumps = parse_all(first + b"INFO between\n" + second, "server.log")

    assert [len(dump.threads) for dump in dumps] == [23, 23]
    assert [dump.facts.states[dump.first_thread].words for dump in dumps] == ["java: TIMED_WAITING"] * 2


def test_the_trace_of_an_exception_in_the_log_makes_no_frames() -> None:
    log = "java.lang.IllegalStateException: closed\n\tat com.shop.Cart.add(Cart.java:3)\n"
    text = HEAD + '"a" #1 prio=5 tid=0x1 nid=0x7 runnable\n\tat a.B.c(B.java:1)\n'

    assert len(parse(text + log).frames) == 1
    assert len(parse(text + "\n" + log).frames) == 1
    assert len(parse(text + "\nJNI global refs: 5, weak refs: 0\n\n" + log).frames) == 1


def test_stacks_that_the_deadlock_section_repeats_are_no_threads() -> None:
    dump = read("jdk17-monitor-1.txt")

    assert [thread.name for thread in dump.threads].count("transfer-1") == 1
    assert dump.data.count(b'"transfer-1"') == 4


def test_a_dump_that_breaks_off_among_its_java_threads_is_called_cut() -> None:
    data = (DATA / "jdk17-monitor-1.txt").read_bytes()

    assert parse(data[: data.index(b'"victim-2"')].decode()).is_truncated
    assert not read("jdk17-monitor-1.txt").is_truncated


def test_native_and_java_frames_mixed_are_named_but_not_read() -> None:
    text = "Debugger attached successfully.\n----------------- 20044 -----------------\n0x00007f09bf95f72f\t__GI_accept + 0x4f\n"
    with pytest.raises(InputError, match="jstack-mixed"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "format"),
    [
        (HEAD, "jstack"),
        ('"a" #1 prio=5 tid=0x1 nid=0x7 runnable\n   java.lang.Thread.State: RUNNABLE\n', "jstack"),
        ('26598\n2026-11-26T03:30:33.842719571Z\n21.0.8+9-LTS\n\n#1 "main"\n', "java-dump-file"),
    ],
)
def test_the_reason_for_a_format_is_told(text: str, format: str) -> None:
    found = detect(text.encode())

    assert found is not None and found.format == format and found.reason


# -- locks


def test_a_thread_that_enters_a_monitor_awaits_it_and_holds_its_others() -> None:
    said = told(read("jdk17-monitor-1.txt"), "transfer-1")

    assert said.words == "java: BLOCKED"
    assert said.awaits is not None
    assert (said.awaits.kind, said.awaits.address, said.awaits.what) == ("monitor", 0xFFD462C0, "java.lang.Object")
    assert [(lock.kind, lock.address, lock.frame) for lock in said.holds] == [("monitor", 0xFFD462B0, 0)]


def test_owners_of_java_util_concurrent_locks_are_known_without_their_list_where_the_jvm_found_a_deadlock() -> None:
    dump = read("jdk17-reentrant-sigquit.txt")

    assert [(lock.kind, lock.address) for lock in told(dump, "order-1").holds] == [("mutex", 0xFFD46438)]
    assert [(lock.kind, lock.address) for lock in told(dump, "order-2").holds] == [("mutex", 0xFFD46508)]


def test_two_threads_of_one_name_get_no_owner_from_the_deadlock_section() -> None:
    dump = parse((DATA / "jdk17-reentrant-sigquit.txt").read_text().replace('"order-3"', '"order-1"'))

    namesakes = [dump.facts.states[thread.row] for thread in dump.threads if thread.name == "order-1"]
    assert [said.holds for said in namesakes] == [(), ()]


def test_the_list_of_ownable_synchronizers_is_read() -> None:
    said = told(read("jdk17-reentrant-jhsdb.txt"), "order-1")

    assert ("mutex", 0xFFD46438) in [(lock.kind, lock.address) for lock in said.holds]


def test_jhsdb_prints_the_awaited_monitor_as_locked_so_the_deadlock_section_is_believed() -> None:
    from stackan.classify.printed_state import read_held

    said = told(read("jdk17-monitor-jhsdb.txt"), "transfer-1")

    assert said.awaits is not None and said.awaits.address == 0xFFD462C0
    assert [hold.address for hold in read_held(said)] == [0xFFD462B0]


def test_without_that_section_no_monitor_of_the_innermost_frame_counts_as_held() -> None:
    text = (DATA / "jdk17-monitor-jhsdb.txt").read_text()
    head, _, rest = text.partition("Found one Java-level deadlock:")
    dump = parse(head + rest.partition("Found a total of 1 deadlock.\n")[2])

    assert told(dump, "transfer-1").holds == ()


def test_object_wait_gives_back_the_monitor_that_it_waits_on() -> None:
    from stackan.classify.printed_state import read_held

    said = told(read("jdk17-monitor-1.txt"), "Finalizer")

    assert said.awaits is not None and said.holds
    assert read_held(said) == []


def test_compiled_code_in_object_wait_that_prints_no_object_holds_no_monitor_for_certain() -> None:
    text = '"a" #1 prio=5 tid=0x1 nid=0x7 in Object.wait()\n   java.lang.Thread.State: WAITING (on object monitor)\n'
    text += "\tat java.lang.Object.wait(Native Method)\n\t- waiting on <no object reference available>\n"
    text += "\tat a.B.c(B.java:1)\n\t- locked <0x00000000fe902f40> (a java.lang.Object)\n"
    dump = parse(HEAD + text)

    assert told(dump, "a").holds == ()


def test_a_thread_woken_from_object_wait_awaits_the_monitor_again() -> None:
    text = '"a" #1 prio=5 tid=0x1 nid=0x7 in Object.wait()\n   java.lang.Thread.State: BLOCKED (on object monitor)\n'
    text += "\tat java.lang.Object.wait(Native Method)\n\t- waiting to re-lock in wait() <0x00000000ffd46b98> (a java.lang.Object)\n"
    said = told(parse(HEAD + text), "a")

    assert said.words == "java: BLOCKED"
    assert said.awaits is not None and said.awaits.address == 0xFFD46B98


def test_a_class_that_another_thread_initializes_is_awaited_by_its_name() -> None:
    dump = read("jdk17-classinit-1.txt")
    left, right = told(dump, "init-left"), told(dump, "init-right")

    assert left.awaits is not None and right.awaits is not None
    assert (left.awaits.what, right.awaits.what) == ("Lab$Right", "Lab$Left")
    assert [lock.what for lock in left.holds] == ["Lab$Left"]


def test_up_to_jdk_15_class_initialization_is_told_by_the_header_alone() -> None:
    text = '"a" #1 prio=5 tid=0x1 nid=0x7 in Object.wait() [0x7f]\n   java.lang.Thread.State: RUNNABLE\n\tat a.B.c(B.java:1)\n'

    assert told(parse(HEAD + text), "a").words == "java: class initialization"


def test_threads_of_the_vm_and_threads_in_native_code_are_told_apart() -> None:
    dump = read("jdk17-monitor-1.txt")
    text = HEAD + '"jni" #9 prio=5 tid=0x1 nid=0x7 runnable  [0x0000000000000000]\n   java.lang.Thread.State: RUNNABLE\n'

    assert {told(dump, name).words for name in ("VM Thread", "Signal Dispatcher", "C2 CompilerThread0")} == {"java: VM thread"}
    assert told(parse(text), "jni").words == "java: no Java frames"


def test_cpu_time_and_age_are_read_where_they_are_printed() -> None:
    said = told(read("jdk17-monitor-1.txt"), "transfer-2")

    assert said.ran is not None and 0 < said.ran < 1_000_000
    assert 2_000_000 < said.age < 4_000_000
    assert told(parse(HEAD + '"a" #1 prio=5 tid=0x1 nid=0x7 runnable\n'), "a").ran is None


# -- names


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("java.lang.Thread.run", "java.lang.Thread.run"),
        ("java.base/java.lang.Thread.run", "java.lang.Thread.run"),
        ("app//com.shop.Cart.add", "com.shop.Cart.add"),
        ("Srv$$Lambda$8/0x00007fa398008a20.handle", "$$Lambda.handle"),
        ("Lab$$Lambda/0x00000000580828a0.call", "$$Lambda.call"),
        ("Lab$$Lambda$4+0x00007fddb8001c48.run", "$$Lambda.run"),
        ("Srv.lambda$main$4", "Srv.lambda$main$4"),
        ("com.sun.proxy.$Proxy42.find", "com.sun.proxy.$Proxy.find"),
        ("jdk.internal.reflect.GeneratedMethodAccessor17.invoke", "jdk.internal.reflect.GeneratedMethodAccessor.invoke"),
        ("com.shop.Cart$$EnhancerBySpringCGLIB$$1f3a.add", "com.shop.Cart$$EnhancerBy.add"),
        ("java.lang.invoke.LambdaForm$MH/0x00007f1c.invoke", "java.lang.invoke.LambdaForm$MH.invoke"),
        ("", "??"),
    ],
)
def test_names_are_brought_to_a_form_that_stays_the_same(printed: str, name: str) -> None:
    assert canonical(printed) == name


# -- broken texts


@pytest.mark.parametrize(
    "name", ["jdk17-monitor-1.txt", "jdk17-reentrant-jhsdb.txt", "jdk25-virtual.txt", "jdk25-virtual-file.txt", "jdk25-virtual-file.json"]
)
def test_broken_texts_lose_no_line_and_raise_nothing(name: str) -> None:
    for text in hostile.mutations((DATA / name).read_bytes(), 150):
        hostile.check(text)


@pytest.mark.parametrize(
    "line",
    [
        b"\tat a.b.c(X.java:1)\n",
        b"\tat " + b"$$Lambda/0x" * 400 + b".b(X.java:1)\n",
        b'"t" #1 tid=0x1 nid=0x7 runnable\n',
        b'"' * 3000 + b" tid=0x\n",
        b'Full thread dump\n"t" #1 tid=0x1 nid=0x7 runnable\n',
        b"\t- locked <0x1> (a b)\n",
        b"\n",
    ],
    ids=["frames", "long-frames", "headers", "quotes", "dumps", "locks", "blanks"],
)
def test_a_long_text_of_one_line_costs_in_proportion(in_proportion: Callable[..., None], line: bytes) -> None:
    start = HEAD.encode() + b'"t" #1 prio=5 tid=0x1 nid=0x7 runnable\n'
    in_proportion(lambda size: start + line * (size // len(line)), parse_all)


# -- dialects, by hand after their sources

VISUALVM = (
    HEAD
    + """\
"payer-1" - Thread t@41
   java.lang.Thread.State: BLOCKED
\tat shop.Till.take(Till.java:20)
\t- waiting to lock <6d06d69c> (a shop.Till) owned by "payer-2" t@42
\tat java.lang.Thread.run(Thread.java:748)

   Locked ownable synchronizers:
\t- None

"payer-2" - Thread t@42
   java.lang.Thread.State: RUNNABLE
\tat java.net.SocketInputStream.socketRead0(Native Method)
\tat shop.Till.ask(Till.java:31)

   Locked ownable synchronizers:
\t- Locked <1b2c6ec2> (a java.util.concurrent.ThreadPoolExecutor$Worker)
"""
)
HP_UX = """\
Full thread dump Java HotSpot(TM) 64-Bit Server VM (1.5.0.19 jinteg:01.01.10-10:00 IA64W mixed mode):

"payer-1" prio=10 tid=60000000012a3840 nid=101 lwp_id=8801 waiting for monitor entry [9fffffffb6f00000..9fffffffb6f00a40]
\tat shop.Till.take(Till.java:20)
\t- waiting to lock <9fffffff59c52280> (a shop.Till)

"payer-2" prio=10 tid=60000000012a3b10 nid=102 lwp_id=8802 runnable [9fffffffb7100000..9fffffffb7100ac0]
\tat shop.Till.count(Till.java:41)
\t- locked <9fffffff59c52280> (a shop.Till)
"""


def test_visualvm_names_threads_by_number_and_owners_in_the_locks_line() -> None:
    dump = parse(VISUALVM)
    waiter, owner = told(dump, "payer-1"), told(dump, "payer-2")

    assert [(thread.number, thread.lwp, thread.pthread, thread.frames) for thread in dump.threads] == [
        (41, None, None, 2),
        (42, None, None, 2),
    ]
    assert (dump.format, dump.unparsed) == ("jstack", [])
    assert waiter.awaits is not None
    assert (waiter.awaits.address, waiter.awaits.what) == (0x6D06D69C, "shop.Till")
    assert sorted(lock.address or 0 for lock in owner.holds) == [0x1B2C6EC2, 0x6D06D69C]


def test_visualvm_of_a_jdk_5_names_the_lock_and_the_owner_behind_the_state() -> None:
    text = VISUALVM.replace("State: BLOCKED", "State: BLOCKED on shop.Till@6d06d69c owned by: payer-2")
    dump = parse(re.sub("\t- waiting.*\n", "", text))
    waiter = told(dump, "payer-1")

    assert (waiter.words, dump.unparsed) == ("java: BLOCKED", [])
    assert waiter.awaits is not None
    assert 0x6D06D69C in [lock.address for lock in told(dump, "payer-2").holds]


def test_an_owner_that_is_none_is_none() -> None:
    dump = parse(VISUALVM.replace('owned by "payer-2" t@42', 'owned by "null" t@-1'))

    assert [lock.address for lock in told(dump, "payer-2").holds] == [0x1B2C6EC2]


def test_two_of_visualvms_dumps_in_one_text_are_two_snapshots_with_a_head_or_without() -> None:
    threads = VISUALVM.removeprefix(HEAD)
    for text in (VISUALVM + "\n" + VISUALVM, threads + "\n" + threads):
        assert [len(dump.threads) for dump in parse_all(text.encode(), "two")] == [2, 2]


def test_hp_ux_prints_addresses_without_0x_and_the_lwp_apart() -> None:
    dump = parse(HP_UX)
    waiter, owner = told(dump, "payer-1"), told(dump, "payer-2")

    assert [(thread.lwp, thread.pthread) for thread in dump.threads] == [(8801, "0x60000000012a3840"), (8802, "0x60000000012a3b10")]
    assert (waiter.words, owner.words) == ("java: BLOCKED", "java: RUNNABLE")
    assert waiter.awaits is not None
    assert [lock.address for lock in owner.holds] == [waiter.awaits.address] == [0x9FFFFFFF59C52280]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (
            '"Worker [0]" cpu=1200.00 [reset 1200.00] ms allocated=4096 B user="GUEST" prio=1 tid=0x1 nid=0x7 runnable [0x0..0x1]',
            "Worker [0]",
        ),
        ('"Worker [1]" #9 prio=5 os_prio=0 app="shop" session="a b" tid=0x1 nid=0x7 runnable', "Worker [1]"),
    ],
)
def test_what_saps_machine_quotes_behind_a_name_is_no_part_of_it(header: str, name: str) -> None:
    dump = parse(HEAD + header + "\n\tat shop.Till.poll(JI[B)Z(Native Method)\n\tat shop.Till.take()Lshop/Coin;(Till.java:112)\n")
    (thread,) = dump.threads

    assert (thread.name, thread.lwp) == (name, 7)
    assert [(frame.function, frame.file_line) for frame in dump.frames] == [("shop.Till.poll", None), ("shop.Till.take", 112)]


def test_the_cpu_time_that_saps_machine_prints_is_read() -> None:
    dump = parse(HEAD + '"w" cpu=1200.50 [reset 1200.00] ms prio=1 tid=0x1 nid=0x7 runnable [0x0..0x1]\n')

    assert told(dump, "w").ran == 1_200_500


# -- excerpts

CARRIER = (
    '"ForkJoinPool-1-worker-9" #50326 [32859] daemon prio=5 os_prio=0 cpu=12.39ms tid=0x00007f3810003140  [0x00007f37abafe000]\n'
    "   Carrying virtual thread #7284\n        at jdk.internal.vm.Continuation.run(java.base@21.0.1/Continuation.java:251)\n"
)
VIRTUAL = '#7284 "worker<9>" virtual\n      java.base/java.lang.Object.wait0(Native Method)\n      shop.Till.take(Till.java:20)\n'


@pytest.mark.parametrize(
    ("text", "format", "frames"),
    [
        (CARRIER, "jstack", 1),
        (VIRTUAL, "java-dump-file", 2),
        ('#28 "" virtual BLOCKED 2026-11-26T03:31:35.791433785Z\n    at Lab.f(Lab.java:142)\n', "java-dump-file", 1),
        (HP_UX.partition("\n\n")[2].replace("tid=6", "tid=0x6"), "jstack", 2),
    ],
)
def test_threads_without_the_head_of_their_dump_are_an_excerpt(text: str, format: str, frames: int) -> None:
    dump = parse(text)

    assert (dump.format, len(dump.frames), dump.unparsed, dump.facts.excerpt) == (format, frames, [], True)


def test_a_dump_with_a_head_or_with_the_jvms_own_threads_is_no_excerpt() -> None:
    assert not parse(HP_UX).facts.excerpt
    assert not read("jdk21-monitor-file.txt").facts.excerpt
    threads = (DATA / "jdk17-monitor-1.txt").read_text().partition("\n\n")[2]
    assert not parse(threads).facts.excerpt


def test_nothing_is_said_of_a_pool_of_which_one_thread_was_pasted(tmp_path: Path) -> None:
    text = (DATA / "jdk17-pool-1.txt").read_text()
    start = text.index('"housekeeper-1"')
    (tmp_path / "paste.txt").write_text(text[start : text.index("\n\n", start)])
    document = stackan.analyze(stackan.load(tmp_path)).to_dict()

    assert [pool["exhausted"] for process in document["processes"] for pool in process["pools"]] in ([], [False])
    assert "worker-exhaustion" not in [finding["kind"] for finding in document["findings"]]


def test_the_json_form_is_read_on_one_line_too() -> None:
    text = (DATA / "jdk25-monitor-file.json").read_text()
    compact = parse(json.dumps(json.loads(text), separators=(",", ":")))
    laid_out = parse(text)

    assert [thread._replace(line=0) for thread in compact.threads] == [thread._replace(line=0) for thread in laid_out.threads]
    assert [frame._replace(line=0) for frame in compact.frames] == [frame._replace(line=0) for frame in laid_out.frames]
    assert {frame.line for frame in compact.frames} == {1}


def test_broken_dialects_lose_no_line_and_raise_nothing() -> None:
    for text in (VISUALVM, HP_UX, CARRIER, VIRTUAL):
        for broken in hostile.mutations(text.encode(), 60):
            hostile.check(broken)


# -- published dumps


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the published dumps do not lie in ../shared/corpus/public")
def test_a_published_deadlock_is_read_as_its_manifest_says() -> None:
    (dump,) = parse_all((CORPUS / "java-deadlock" / "thread_dump.txt").read_bytes(), "thread_dump.txt")

    assert (len(dump.threads), len(dump.frames), dump.unparsed) == (17, 12, [])
    first, second = told(dump, "Thread-1"), told(dump, "Thread-0")
    assert first.awaits is not None and second.awaits is not None
    assert (first.awaits.address, second.awaits.address) == (0xD72723B8, 0xD72723C8)
    assert [lock.address for lock in first.holds] == [0xD72723C8]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the published dumps do not lie in ../shared/corpus/public")
def test_an_exceptions_trace_is_no_thread_dump() -> None:
    found = detect((CORPUS / "satyr" / "java-02.txt").read_bytes())
    assert found is not None
    assert found.format == "java-exception"


def test_a_thread_of_visualvm_is_called_as_its_header_calls_it() -> None:
    text = (
        b'"main" - Thread t@1\n   java.lang.Thread.State: BLOCKED\n\tat app.A.f(A.java:3)\n'
        b'\t- waiting to lock <1b2c> (a java.lang.Object) owned by "w" t@23\n'
    )
    told = stackan.analyze(stackan.load(text)).to_text()
    assert "thread t@1 main" in told
    assert "#1" not in told


SECTION = """\
The server does not answer, and its dump ends so:

# Found one Java-level deadlock:
=============================
"teller-1":
  waiting to lock monitor 0x00007f70c0f1c228 (object 0x0000000765282180, a bank.Account),
  which is held by "teller-2"
"teller-2":
  waiting to lock monitor 0x00007f70c0f1d338 (object 0x00000007652821c0, a bank.Account),
  which is held by "teller-1"

# Java stack information for the threads listed above:
===================================================
"teller-1":
\tat bank.Account.add(Account.java:35)
\t- waiting to lock <0x0000000765282180> (a bank.Account)
\tat bank.Account.move(Account.java:41)
\t- locked <0x00000007652821c0> (a bank.Account)
"teller-2":
\tat bank.Account.add(Account.java:35)
\t- waiting to lock <0x00000007652821c0> (a bank.Account)
\tat bank.Account.move(Account.java:41)
\t- locked <0x0000000765282180> (a bank.Account)

Found 1 deadlock.
"""


def test_a_section_on_a_deadlock_alone_is_a_dump_of_its_threads() -> None:
    dump = parse(SECTION)
    assert [(thread.name, thread.line, thread.pthread) for thread in dump.threads] == [("teller-1", 14, None), ("teller-2", 19, None)]
    assert functions(dump, "teller-2") == ["bank.Account.add", "bank.Account.move"]
    assert told(dump, "teller-1").awaits is not None


def test_a_dump_that_prints_its_threads_has_those_of_its_section_once() -> None:
    data = (DATA / "jdk17-monitor-1.txt").read_bytes()
    (dump,) = parse_all(data, "text")
    assert len({thread.name for thread in dump.threads}) == len(dump.threads)
