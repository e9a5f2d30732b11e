"""What macOS's sample and spindump print, through the parser and the analysis.

The tools do not run here: the samples are written after the man pages sample(1), spindump(8) and published ones (quicksilver
issues 1689 and 2166, realm-swift issue 1320, hammerspoon issue 3374); a published spindump is read where it lies beside the project.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from stackan.errors import InputError
from stackan.parsing import parse_all
from tests.parsing import hostile
from tests.parsing.texts import analyzed, only

# The main thread's run loop rests; one thread waits for a mutex, once seen on its way there; one works; one worker is idle.
SAMPLE = """\
Sampling process 4711 for 3 seconds with 1 millisecond of run time between samples
Sampling completed, processing symbols...
Analysis of sampling ledgerd (pid 4711) every 1 millisecond
Process:         ledgerd [4711]
Path:            /opt/ledger/bin/ledgerd
Load Address:    0x104c2c000
Code Type:       ARM64
Date/Time:       2026-03-01 12:00:00.000 +0100
Report Version:  7
Analysis Tool:   /usr/bin/sample
----

Call graph:
    2500 Thread_1447670   DispatchQueue_1: com.apple.main-thread  (serial)
    + 2500 start  (in dyld) + 2236  [0x18f2b60e0]
    +   2500 main  (in ledgerd) + 52  [0x104c2fd40]  ledgerd.c:12
    +     2500 CFRunLoopRunSpecific  (in CoreFoundation) + 608  [0x18f6dc408]
    +       2500 mach_msg  (in libsystem_kernel.dylib) + 24  [0x18f5f9a10]
    +         2500 mach_msg2_trap  (in libsystem_kernel.dylib) + 8  [0x18f5f91f4]
    2500 Thread_1447672: poster
    + 2499 thread_start  (in libsystem_pthread.dylib) + 8  [0x18f62fe28]
    + ! 2499 _pthread_start  (in libsystem_pthread.dylib) + 136  [0x18f635034]
    + !   2499 ledger::post(ledger::entry const&)  (in ledgerd) + 120  [0x104c30110]  post.cpp:77
    + !     2490 std::__1::mutex::lock()  (in libc++.1.dylib) + 16  [0x18f58c1a0]
    + !     : 2490 _pthread_mutex_firstfit_lock_slow  (in libsystem_pthread.dylib) + 248  [0x18f62f8cc]
    + !     :   2490 _pthread_mutex_firstfit_lock_wait  (in libsystem_pthread.dylib) + 84  [0x18f631a5c]
    + !     :     2490 __psynch_mutexwait  (in libsystem_kernel.dylib) + 8  [0x18f5f9fdc]
    + !     9 ledger::tidy()  (in ledgerd) + 8  [0x104c30200]
    + 1 thread_start  (in libsystem_pthread.dylib) + 0  [0x18f62fe20]
    2500 Thread_1447673
    + 2500 thread_start  (in libsystem_pthread.dylib) + 8  [0x18f62fe28]
    +   1300 ledger::sum()  (in ledgerd) + 8  [0x104c31200]
    +   1200 ledger::sum()  (in ledgerd) + 16  [0x104c31208]
    2500 Thread_1447680
      2500 start_wqthread  (in libsystem_pthread.dylib) + 8  [0x18f62fe14]
        2500 _pthread_wqthread  (in libsystem_pthread.dylib) + 364  [0x18f6310d8]
          2500 __workq_kernreturn  (in libsystem_kernel.dylib) + 8  [0x18f5f9e80]

Total number in stack (recursive counted multiple, when >=5):
        5       mach_msg  (in libsystem_kernel.dylib) + 24  [0x18f5f9a10]

Sort by top of stack, same collapsed (when >= 5):
        __psynch_mutexwait  (in libsystem_kernel.dylib)        2490

Binary Images:
       0x104c2c000 -        0x104c3bfff +ledgerd (0) <2A> /opt/ledger/bin/ledgerd
"""

SPINDUMP = """\
Date/Time:        2026-03-01 12:00:00 +0100
OS Version:       macOS 14.4 (Build 23E214)
Duration:         10.00s
Steps:            1001 (10ms sampling interval)

------------------------------------------------------------
Heavy format: stacks are sorted by count
Use -i and -timeline to re-report with chronological sorting
------------------------------------------------------------


Process:          ledgerd [4711]
UUID:             F6DED804-7E8B-3153-BC98-5C49BB5793A8
Num samples:      1001 (1-1001)

  Thread 0x4eb9    DispatchQueue "com.apple.main-thread"(1)    1001 samples (1-1001)    priority 31 (base 31)
  <thread QoS user interactive>
  1001  start + 2236 (dyld + 24540) [0x18f2b60e0]
    1001  main + 52 (ledgerd.c:12,3 in ledgerd + 15680) [0x104c2fd40] 1-1001
      1001  -[NSRunLoop(NSRunLoop) runMode:beforeDate:] + 280 (Foundation + 12) [0x18f6dc408]
        1001  mach_msg2_trap + 8 (libsystem_kernel.dylib + 4650) [0x18f5f91f4]
         *1001  ipc_mqueue_receive_continue + 0 (kernel + 1651808) [0xfffffe0008393460]

  Thread <multiple>    DispatchQueue 50    3 samples (823-831)    priority 4 (base 4)    cpu time 0.034s
  2   start_wqthread + 13 (libsystem_pthread.dylib + 9213) [0x18f62fe14]
    2   ??? (ledgerd + 20480) [0x104c31000] (running)
  1   start_wqthread + 13 (libsystem_pthread.dylib + 9213) [0x18f62fe14]

  Binary Images:
         0x104c2c000 -        0x104c3bfff  ledgerd (0) <2A>  /opt/ledger/bin/ledgerd


Process:          kernel_task [0]

  Thread 0x64    Thread name "VM_cswap_trigger"    1001 samples (1-1001)    priority 91 (base 91)
 *1001  vm_compressor_swap_trigger_thread + 0 (kernel + 3110) [0xfffffe0008393460]
"""


def test_threads_of_sample_have_the_systems_ids_and_names_of_their_own_or_their_queues() -> None:
    dump = only(SAMPLE)
    assert (dump.format, dump.facts.pid, dump.facts.command) == ("macos-sample", 4711, "ledgerd")
    assert [(thread.lwp, thread.name, thread.line, thread.frames) for thread in dump.threads] == [
        (1447670, "com.apple.main-thread", 14, 5),
        (1447672, "poster", 20, 7),
        (1447673, None, 30, 2),
        (1447680, None, 34, 3),
    ]
    assert dump.lines == {"threads": 4, "frames": 17, "continuations": 0, "locals": 3, "noise": 18, "blank": 4, "unparsed": 0}


def test_the_path_with_most_samples_is_the_stack_innermost_first() -> None:
    dump = only(SAMPLE)
    poster = dump.frames[5:12]
    assert [frame.function for frame in poster[:4]] == [
        "__psynch_mutexwait",
        "_pthread_mutex_firstfit_lock_wait",
        "_pthread_mutex_firstfit_lock_slow",
        "std::__1::mutex::lock()",
    ]
    post = poster[4]
    assert (post.level, post.function, post.library, post.file, post.file_line, post.pc, post.line) == (
        4, "ledger::post(ledger::entry const&)", "ledgerd", "post.cpp", 77, 0x104C30110, 23,
    )  # fmt: skip


def test_a_stack_ends_where_more_samples_end_than_go_on() -> None:
    head = "Call graph:\n    100 Thread_7\n    + 100 thread_start  (in libsystem_pthread.dylib) + 8  [0x18f62fe28]\n"
    tree = "    +   100 work  (in ledgerd) + 8  [0x104c31200]\n    +     5 step  (in ledgerd) + 8  [0x104c31300]\n"
    assert [frame.function for frame in only(head + tree).frames] == ["work", "thread_start"]


def without_indentation(text: str, margin: str = "") -> str:
    return "\n".join(re.sub(r"^[ +!:|]+(?=\*?\d+ )", margin, line) for line in text.split("\n"))


@pytest.mark.parametrize("margin", ["", " ", "    "])
def test_a_tree_without_its_indentation_is_a_chain_as_far_as_its_counts_show(margin: str) -> None:
    whole, flat = only(SAMPLE), only(without_indentation(SAMPLE, margin))
    assert [thread.lwp for thread in flat.threads] == [thread.lwp for thread in whole.threads]
    stacks, (main, poster, worker, parked) = (
        [[each.function for each in dump.frames_of(row)] for row in range(4)] for dump in (whole, flat)
    )
    assert (main, poster, parked) == (stacks[0], stacks[1], stacks[3])
    assert worker == ["ledger::sum()", "thread_start"]
    assert [row for row, state in flat.facts.states.items() if state.words == "macos: moving"] == [2]
    assert flat.lines == whole.lines


def test_of_a_spindump_without_indentation_the_header_has_the_count() -> None:
    ledger = SPINDUMP.partition("Process:          kernel_task")[0]
    assert [thread.frames for thread in only(without_indentation(ledger, " ")).threads] == [4, 2]


def test_processes_of_a_spindump_are_told_apart() -> None:
    dumps = parse_all(SPINDUMP.encode(), "spindump.txt")
    assert [
        (dump.facts.pid, dump.facts.command, [(thread.lwp, thread.name, thread.frames) for thread in dump.threads]) for dump in dumps
    ] == [
        (4711, "ledgerd", [(0x4EB9, "com.apple.main-thread", 4), (None, None, 2)]),
        (0, "kernel_task", [(0x64, "VM_cswap_trigger", 1)]),
    ]
    assert dumps[0].lines["unparsed"] == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "2571 ???  (in libsystem_kernel.dylib)  load address 0x7ff802b35000 + 0x8635  [0x7ff802b3d635]",
            ("", "libsystem_kernel.dylib", None),
        ),
        ("2480 0x100000ed8", ("", None, None)),
        ("9 f(int (*)(int))  (in a b) + 1,2  [0x10,0x20]", ("f(int (*)(int))", "a b", None)),
        ("9 main + 52 (ledgerd.c:12,3 in ledgerd + 15680) [0x104c2fd40] 1-1001 (running)", ("main", "ledgerd", "ledgerd.c")),
        ("9 -[NSView(A) b:c:] + 2 (AppKit + 9) [0x7fff295c67a0]", ("-[NSView(A) b:c:]", "AppKit", None)),
    ],
)
def test_lines_are_read_as_both_tools_print_them(line: str, expected: tuple[str, str | None, str | None]) -> None:
    (frame,) = only(f"Call graph:\n    9 Thread_7\n      {line}\n").frames
    assert (frame.function, frame.library, frame.file) == expected


def test_samples_say_what_threads_wait_for_and_which_move(tmp_path) -> None:
    document = analyzed(tmp_path, SAMPLE, SAMPLE.replace("12:00:00", "12:05:00"))
    (process,) = document["processes"]
    assert {thread["lwp"]: (thread["progress"], thread["state"]) for thread in process["threads"]} == {
        1447670: ("idle", "idle"),
        1447672: ("stuck", "lock"),
        1447673: ("progressing", "running"),
        1447680: ("idle", "idle"),
    }
    assert (process["pid"], document["verdict"]) == (4711, "blocked")
    proof = [line for finding in document["findings"] for line in finding["evidence"]]
    assert proof
    assert all(line["text"] == SAMPLE.split("\n")[line["line"] - 1] for line in proof)


def test_one_file_proves_nothing_although_it_holds_many_samples(tmp_path) -> None:
    document = analyzed(tmp_path, SAMPLE)
    assert document["verdict"] == "inconclusive"
    assert {thread["progress"] for thread in document["processes"][0]["threads"]} == {"idle", "unknown"}


def test_methods_of_objective_c_keep_their_names(tmp_path) -> None:
    document = analyzed(tmp_path, SPINDUMP)
    main = document["processes"][0]["threads"][0]
    assert main["stack"] == ["mach_msg2_trap", "-[NSRunLoop(NSRunLoop) runMode:beforeDate:]", "main", "start"]


def test_two_samples_in_one_text_are_two_snapshots(tmp_path) -> None:
    document = analyzed(tmp_path, SAMPLE + SAMPLE)
    assert [[snapshot["threads"] for snapshot in process["snapshots"]] for process in document["processes"]] == [[4, 4]]


def test_microstackshots_name_no_threads_and_are_refused() -> None:
    text = "Event:           powerstats\n\nPowerstats for:  ledgerd\n  1  start + 1 (libdyld.dylib + 91093) [0x7fff57e143d5]\n"
    with pytest.raises(InputError, match="this is a macos-microstackshots text"):
        parse_all(text.encode(), "a.txt")


def test_a_published_spindump_is_read_whole(shared: Path) -> None:
    path = shared / "corpus" / "public" / "macos-spindump" / "spindump-head.txt"
    if not path.is_file():
        pytest.skip("no published dumps beside the project")
    dumps = parse_all(path.read_bytes(), path.name)
    assert [(dump.facts.pid, len(dump.threads)) for dump in dumps] == [(1251, 2), (643, 4)]
    assert dumps[0].lines["unparsed"] == 0
    assert [thread.lwp for thread in dumps[1].threads] == [0x3A3D, 0x3A62, 0x51AB, None]


@pytest.mark.parametrize("text", [SAMPLE, SPINDUMP])
def test_broken_dumps_lose_no_line(text: str) -> None:
    for broken in hostile.mutations(text.encode(), 1000):
        hostile.check(broken)


@pytest.mark.parametrize(
    "line",
    [
        "    2500 Thread_1",
        "    + 9 f (in " + "(" * 900,
        "      9 a" + " [0x" * 200,
        " " * 900 + "9 x",
        " +!:|" * 200 + "7 y  (in z) + 1  [0x1]",
    ],
)
def test_hostile_lines_are_read_in_linear_time(in_proportion: Callable[..., None], line: str) -> None:
    in_proportion(lambda size: (SAMPLE.partition("\nTotal")[0] + (line + "\n") * (size // len(line))).encode(), hostile.check)


def test_a_deep_tree_is_read_in_linear_time(in_proportion: Callable[..., None]) -> None:
    """Its text grows with the square of its depth."""

    def tree(size: int) -> bytes:
        branches = (f"{' ' * depth}9 f  (in z) + 1  [0x1]\n" for depth in range(5, int((2 * size) ** 0.5)))
        return f"Call graph:\n    9 Thread_7\n{''.join(branches)}".encode()

    in_proportion(tree, hostile.check)


# Two threads in front of mutexes, and the owners that the kernel knows.
TURNSTILES = """\
Process:          ledgerd [700]
Path:             /opt/ledgerd/ledgerd
Architecture:     arm64

  Thread 0x1a01    Thread name "poster"    770 samples (1-770)    priority 31 (base 31)
  770  thread_start + 8 (libsystem_pthread.dylib + 7724) [0x19aeece2c]
    770  ledger::post() + 12 (ledgerd + 401672) [0x10239a108]
      770  _pthread_mutex_firstfit_lock_slow + 248 (libsystem_pthread.dylib + 6812) [0x19aeeca9c]
        770  __psynch_mutexwait + 8 (libsystem_kernel.dylib + 15004) [0x19aeb5a9c]
         *770  psynch_mtxcontinue + 0 (pthread + 8060) [0xfffffe000b861b9c] (blocked by turnstile waiting for ledgerd [700] [unique pid 112] thread 0x1a02)

  Thread 0x1a02    Thread name "auditor"    770 samples (1-770)    priority 31 (base 31)
  770  thread_start + 8 (libsystem_pthread.dylib + 7724) [0x19aeece2c]
    770  ledger::audit() + 12 (ledgerd + 401672) [0x10239a208]
      770  _pthread_mutex_firstfit_lock_slow + 248 (libsystem_pthread.dylib + 6812) [0x19aeeca9c]
        770  __psynch_mutexwait + 8 (libsystem_kernel.dylib + 15004) [0x19aeb5a9c]
         *770  psynch_mtxcontinue + 0 (pthread + 8060) [0xfffffe000b861b9c] (blocked by turnstile waiting for ledgerd [700] [unique pid 112] thread 0x1a01)
"""  # noqa: E501


def test_the_kernels_turnstiles_name_the_owners_of_locks(tmp_path: Path) -> None:
    document = analyzed(tmp_path, TURNSTILES)
    assert document["verdict"] == "deadlock"
    (finding,) = document["findings"]
    assert (finding["kind"], finding["confidence"], [thread["lwp"] for thread in finding["threads"]]) == (
        "deadlock",
        "certain",
        [6657, 6658],
    )
    assert "LWP 0x1a01 poster waits for a mutex, which LWP 0x1a02 auditor holds" in finding["explanation"]


def test_an_owner_that_only_some_of_the_samples_show_is_none(tmp_path: Path) -> None:
    assert analyzed(tmp_path, TURNSTILES.replace(" *770  psynch", " *760  psynch"))["verdict"] == "inconclusive"


def test_a_thread_behind_a_turnstile_is_told_who_holds_its_lock(tmp_path: Path) -> None:
    held = TURNSTILES.replace("thread 0x1a01)", "thread 0x1a03)")
    (finding,) = (each for each in analyzed(tmp_path, held)["findings"] if 6657 in [thread["lwp"] for thread in each["threads"]])
    assert "LWP 0x1a02 auditor holds it" in finding["explanation"]
