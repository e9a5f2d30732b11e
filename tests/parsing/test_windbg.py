"""What WinDbg, cdb and ntsd print for `k` in its forms, through the parser and the analysis.

The debugger does not run here: the samples are written after Microsoft's documentation of `k`, `~`, `!locks` and `!cs`, and after the
shape of published transcripts (gperftools issue 812, mono issue 18827, golang issue 36492).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stackan.errors import InputError
from stackan.parsing import parse_all
from tests.parsing import hostile
from tests.parsing.texts import analyzed, only

# 64-bit: one thread enters a critical section, one waits for work, one is the thread pool's, one is the debugger's own.
PUMP = """\
0:003> ~*k

   0  Id: b10.dac Suspend: 1 Teb: 00007ff6`64a4e000 Unfrozen
      Start: ledger+0x1064 (00007ff6`1a101064)
      Priority: 0  Priority class: 32  Affinity: f
 # Child-SP          RetAddr           Call Site
00 00000067`e0f3f278 00007ff8`8a192e2d ntdll!NtWaitForSingleObject+0xa
01 00000067`e0f3f280 00007ff8`8a192803 ntdll!RtlpWaitOnCriticalSection+0xe1
02 00000067`e0f3f350 00007ff8`8a19270a ntdll!RtlpEnterCriticalSectionContended+0x93
03 00000067`e0f3f390 00007ff6`1a102784 ntdll!RtlEnterCriticalSection+0x40
04 00000067`e0f3f3d0 00007ff6`1a102b11 ledger!post+0x34 [d:\\src\\ledger.cpp @ 412]
05 (Inline Function) --------`-------- ledger!transfer+0x5 [d:\\src\\ledger.cpp @ 430]
06 00000067`e0f3f410 00007ff8`88c313d2 ledger!main+0x81 [d:\\src\\ledger.cpp @ 501]
07 00000067`e0f3f450 00007ff8`8a1b5454 KERNEL32!BaseThreadInitThunk+0x22
08 00000067`e0f3f480 00000000`00000000 ntdll!RtlUserThreadStart+0x34

   1  Id: b10.1a30 Suspend: 1 Teb: 00007ff6`64a4c000 Unfrozen "pump "two""
 # Child-SP          RetAddr           Call Site
00 00000067`e12ff7e8 00007ff8`87301f6e ntdll!ZwWaitForAlertByThreadId+0x14
01 00000067`e12ff7f0 00007ff8`88e24d1c ntdll!RtlSleepConditionVariableSRW+0x13e
02 00000067`e12ff880 00007ff6`1a104410 KERNELBASE!SleepConditionVariableSRW+0x2c
03 00000067`e12ff8c0 00007ff6`1a104a21 ledger!queue::take+0x60
04 00000067`e12ff900 00007ff8`88c313d2 ledger!std::thread::_Invoke<std::tuple<<lambda_7c1e> >,0>+0x21
05 00000067`e12ff950 00007ff8`8a1b5454 KERNEL32!BaseThreadInitThunk+0x22
06 00000067`e12ff980 00000000`00000000 ntdll!RtlUserThreadStart+0x34

   2  Id: b10.1b44 Suspend: 1 Teb: 00007ff6`64a4a000 Unfrozen
 # Child-SP          RetAddr           Call Site
00 00000067`e13ff7e8 00007ff8`8a1a5a0e ntdll!NtWaitForWorkViaWorkerFactory+0x14
01 00000067`e13ff7f0 00007ff8`88c313d2 ntdll!TppWorkerThread+0x2ce
02 00000067`e13ffae0 00007ff8`8a1b5454 KERNEL32!BaseThreadInitThunk+0x22
03 00000067`e13ffb10 00000000`00000000 ntdll!RtlUserThreadStart+0x34

#  3  Id: b10.2c08 Suspend: 1 Teb: 00007ff6`64a48000 Unfrozen
 # Child-SP          RetAddr           Call Site
00 00000067`e14ff7e8 00007ff8`8a2153ae ntdll!DbgBreakPoint
01 00000067`e14ff7f0 00007ff8`88c313d2 ntdll!DbgUiRemoteBreakin+0x4e
02 00000067`e14ff820 00007ff8`8a1b5454 KERNEL32!BaseThreadInitThunk+0x22
03 00000067`e14ff850 00000000`00000000 ntdll!RtlUserThreadStart+0x34
"""

# 32-bit, with the words of the stack, and who owns what: two threads enter two sections in opposite order.
DEADLOCK = """\
0:000> ~*kb

.  0  Id: 1f4.210 Suspend: 1 Teb: 7ffdf000 Unfrozen
ChildEBP RetAddr  Args to Child
0012fe58 7c90df5a 7c91b24b 00000074 00000000 ntdll!KiFastSystemCallRet
0012fe5c 7c91b24b 00000074 00000000 00000000 ntdll!NtWaitForSingleObject+0xc
0012fee4 7c901046 00404060 0040103a 00404060 ntdll!RtlpWaitForCriticalSection+0x132
0012feec 0040103a 00404060 00000001 00000000 ntdll!RtlEnterCriticalSection+0x46
0012ff10 004010c2 00404040 00404060 00000000 ledger!lock_second+0x1a
0012ffc0 7c817077 00000000 00000000 7ffdf000 ledger!transfer+0x22
0012fff0 00000000 00401180 00000000 78746341 kernel32!BaseProcessStart+0x23

   1  Id: 1f4.3a8 Suspend: 1 Teb: 7ffde000 Unfrozen
ChildEBP RetAddr  Args to Child
0052fe58 7c90df5a 7c91b24b 00000078 00000000 ntdll!KiFastSystemCallRet
0052fe5c 7c91b24b 00000078 00000000 00000000 ntdll!NtWaitForSingleObject+0xc
0052fee4 7c901046 00404040 0040103a 00404040 ntdll!RtlpWaitForCriticalSection+0x132
0052feec 0040103a 00404040 00000001 00000000 ntdll!RtlEnterCriticalSection+0x46
0052ff10 004010c2 00404060 00404040 00000000 ledger!lock_second+0x1a
0052ffc0 7c80b729 00000000 00000000 7ffde000 ledger!transfer+0x22
0052ffec 00000000 00401180 00000000 00000000 kernel32!BaseThreadStart+0x37
0:000> !locks

CritSec ledger!audit+0 at 00404040
LockCount          1
RecursionCount     1
OwningThread       210
EntryCount         1
ContentionCount    1
*** Locked

CritSec ledger!journal+0 at 00404060
LockCount          1
RecursionCount     1
OwningThread       3a8
EntryCount         1
ContentionCount    1
*** Locked

Scanned 37 critical sections
"""


def frame(row: str, titles: str = " # Child-SP          RetAddr           Call Site"):
    dump = only(f"   0  Id: 1.2 Suspend: 1 Teb: 00007ff6`64a4e000 Unfrozen\n{titles}\n{row}\n")
    assert not dump.unparsed
    (found,) = dump.frames
    return found


def test_threads_have_the_systems_ids_and_names() -> None:
    dump = only(PUMP)
    assert (dump.format, dump.facts.pid) == ("windbg", 0xB10)
    assert [(thread.number, thread.lwp, thread.name, thread.line, thread.frames) for thread in dump.threads] == [
        (0, 0xDAC, None, 3, 9),
        (1, 0x1A30, 'pump "two"', 17, 7),
        (2, 0x1B44, None, 27, 4),
        (3, 0x2C08, None, 34, 4),
    ]
    assert dump.lines == {"threads": 4, "frames": 24, "continuations": 0, "locals": 6, "noise": 1, "blank": 4, "unparsed": 0}


def test_a_frame_goes_on_where_the_one_inside_it_returns() -> None:
    frames = only(PUMP).frames[3:7]
    assert [(each.function, each.library, each.file, each.file_line, each.pc) for each in frames] == [
        ("RtlEnterCriticalSection", "ntdll", None, None, 0x7FF88A19270A),
        ("post", "ledger", "d:\\src\\ledger.cpp", 412, 0x7FF61A102784),
        ("transfer", "ledger", "d:\\src\\ledger.cpp", 430, None),
        ("main", "ledger", "d:\\src\\ledger.cpp", 501, 0x7FF61A102B11),
    ]


@pytest.mark.parametrize(
    ("titles", "row", "expected"),
    [
        ("Child-SP          RetAddr           Call Site", "00000000`04deb5f0 000007fe`eef99a73 0x3d30fc3", ("", None, "")),
        ("Child-SP          RetAddr           Call Site", "00000000`28e5ec20 000007fe`fa3b7f0b TmUmEvt64+0x17f0b", ("", "TmUmEvt64", "")),
        (
            "RetAddr           : Args to Child                                                           : Call Site",
            "00007ff8`8a192e2d : 00000000`00000001 00000000`00000002 00000000`00000003 00000000`00000004 : ntdll!NtReadFile+0xa",
            ("NtReadFile", "ntdll", ""),
        ),
        (
            "Child-SP          RetAddr           : Args to Child                                                   : Call Site",
            "00000067`e0f3f278 00007ff8`8a192e2d : 00000000`1 00000000`2 00000000`3 00000000`4 : ntdll!NtReadFile+0xa",
            None,
        ),
        (
            " # ChildEBP RetAddr  ",
            "0a 0012f0a4 00401a3c ledger!run+0x1 (FPO: [Non-Fpo]) (CONV: cdecl) [d:\\a b\\x.c @ 7]",
            ("run", "ledger", ""),
        ),
        (
            " # ChildEBP RetAddr  Args to Child",
            "00 0012f0a4 00401a3c 00404040 00000001 00000000 ntdll!RtlEnterCriticalSection+0x46",
            ("RtlEnterCriticalSection", "ntdll", "00404040 00000001 00000000"),
        ),
        (
            " # ChildEBP RetAddr  ",
            "00 0012f0a4 00401a3c ledger!run(int wait = 0n1, void (*f)(int) = 0x00401000)+0x1a",
            ("run", "ledger", "int wait = 0n1, void (*f)(int) = 0x00401000"),
        ),
        (" # ChildEBP RetAddr  ", "00 0012f0a4 00401a3c ledger!job::operator()+0x1a", ("job::operator()", "ledger", "")),
        (" #   Memory  ChildEBP RetAddr  ", "01       3c 0012f0a4 00401a3c ledger!run+0x1a", ("run", "ledger", "")),
        (" #   Memory  ChildEBP RetAddr  ", "00          0012f0a4 00401a3c ledger!run+0x1a", ("run", "ledger", "")),
        (" # Call Site", "00 ntdll!NtWaitForSingleObject", ("NtWaitForSingleObject", "ntdll", "")),
        (" # ChildEBP RetAddr  ", "02 (Inline) -------- ledger!run+0x1a", ("run", "ledger", "")),
    ],
)
def test_frames_are_read_in_all_forms_of_k(titles: str, row: str, expected: tuple[str, str | None, str] | None) -> None:
    if expected is None:
        dump = only(f"   0  Id: 1.2 Suspend: 1 Teb: 00007ff6`64a4e000 Unfrozen\n{titles}\n{row}\n")
        assert (len(dump.frames), len(dump.unparsed)) == (0, 1)
        return
    found = frame(row, titles)
    assert (found.function, found.library, found.arguments) == expected


def test_the_words_that_64_bit_programs_leave_on_the_stack_are_no_arguments() -> None:
    row = "00000067`e0f3f278 00007ff8`8a192e2d : 00000000`00404040 00000000`00000002 00000000`00000003 : ntdll!NtReadFile+0xa"
    assert frame(row, "Child-SP          RetAddr           : Args to Child    : Call Site").arguments == ""


def test_parameters_on_lines_of_their_own_continue_the_frame() -> None:
    text = PUMP.replace("ledger!queue::take+0x60", "ledger!queue::take(\n\t\t\tint wait = 0n1,\n\t\t\tint more = 0n2)+0x60")
    dump = only(text)
    assert (dump.lines["continuations"], dump.lines["unparsed"], dump.frames[12].function) == (2, 0, "queue::take")


def test_k_alone_is_the_thread_of_the_prompt() -> None:
    dump = only(
        "0:013> k\nChild-SP          RetAddr           Call Site\n00000077`331fd6f8 00007ffa`77be7619 ntdll!NtDelayExecution+0x14\n"
    )
    assert [(thread.number, thread.lwp, thread.frames) for thread in dump.threads] == [(13, None, 1)]


def test_a_thread_that_is_printed_again_counts_once() -> None:
    again = (
        "0:001> k\n # Child-SP          RetAddr           Call Site\n00 00000067`e12ff7e8 00007ff8`87301f6e ntdll!NtDelayExecution+0x14\n"
    )
    dump = only(PUMP + again)
    assert (len(dump.threads), len(dump.frames), dump.lines["noise"], dump.lines["unparsed"]) == (4, 24, 4, 0)
    assert (dump.frames_read, dump.frames_used) == (25, 24)  # the report says so
    assert only(PUMP).frames_read == 24


def test_the_stack_of_analyze_counts_where_no_other_is_printed() -> None:
    row = "0012f0a4 00401a3c 00404040 00000000 00000000 ledger!run+0x1a"
    stack = f"FAULTING_THREAD:  00001a30\n\nSTACK_TEXT:  \n{row}\n\nSYMBOL_NAME:  ledger!run\n"
    dump = only(stack)
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(0x1A30, 1)]
    assert (dump.lines["noise"], dump.lines["unparsed"]) == (2, 0)
    assert (len(only(PUMP + "\n" + stack).frames), len(only(PUMP + "\n" + stack).threads)) == (24, 4)


def test_threads_of_the_kernels_debugger_have_their_ids_too() -> None:
    text = """\
        THREAD ffffcb004031b080  Cid 0584.1fe0  Teb: 0000000000df6000 Win32Thread: 0000000000000000 WAIT: (WrQueue) UserMode Alertable
            ffffcb003fcf7c80  QueueObject
        Not impersonating
        Child-SP          RetAddr               Call Site
        ffff9e81`1d92f370 fffff800`570bda9a     nt!KiSwapContext+0x76
        ffff9e81`1d92f4b0 fffff800`570bd461     nt!KiSwapThread+0x16a
"""
    dump = only(text)
    assert dump.facts.pid == 0x584
    assert [(thread.number, thread.lwp, thread.frames) for thread in dump.threads] == [(None, 0x1FE0, 2)]
    assert (dump.lines["locals"], dump.lines["unparsed"]) == (3, 0)


def test_a_stack_that_the_debugger_cut_at_its_default_depth_is_not_judged_by_its_end() -> None:
    row = "00 00000067`e12ff8c0 00007ff6`1a104a21 ledger!step+0x60\n"
    assert not only(PUMP).facts.limited
    assert only(PUMP + "   4  Id: b10.2c0c Suspend: 1 Teb: 1 Unfrozen\n # Child-SP RetAddr Call Site\n" + row * 256).facts.limited


def test_two_dumps_in_one_log_are_two_snapshots() -> None:
    dumps = parse_all((PUMP + "0:003> g\n" + PUMP).encode(), "session.log")
    assert [(dump.facts.pid, len(dump.threads), len(dump.frames)) for dump in dumps] == [(0xB10, 4, 24)] * 2


def test_what_threads_wait_for_is_told_by_the_systems_functions(tmp_path) -> None:
    document = analyzed(tmp_path, PUMP, PUMP + "\n")
    (process,) = document["processes"]
    assert {thread["lwp"]: (thread["progress"], thread["state"]) for thread in process["threads"]} == {
        0xDAC: ("stuck", "lock"),
        0x1A30: ("idle", "idle"),
        0x1B44: ("idle", "idle"),
        0x2C08: ("idle", "idle"),
    }
    assert process["threads"][1]["stack"][:2] == ["NtWaitForAlertByThreadId", "RtlSleepConditionVariableSRW"]
    assert (document["verdict"], process["profile"]) == ("blocked", None)


def test_printed_owners_of_critical_sections_prove_a_deadlock(tmp_path) -> None:
    document = analyzed(tmp_path, DEADLOCK, DEADLOCK + "\n")
    assert document["verdict"] == "deadlock"
    (finding,) = (finding for finding in document["findings"] if finding["kind"] == "deadlock")
    assert {thread["lwp"] for thread in finding["threads"]} == {0x210, 0x3A8}
    assert set(finding["resources"]) == {"mutex 0x404040 <ledger!audit>", "mutex 0x404060 <ledger!journal>"}
    assert "OwningThread       210" in {line["text"] for line in finding["evidence"]}


def test_owners_belong_to_the_snapshot_beside_which_they_are_printed() -> None:
    threads, _, locks = DEADLOCK.partition("0:000> !locks\n")
    locks = "0:000> !locks\n" + locks
    later = locks.replace("       210", "       3a8")
    for text in (threads + locks + threads + later, locks + threads + later + threads):
        dumps = parse_all(text.encode(), "session.log")
        assert [[each.owner for each in dump.facts.printed] for dump in dumps] == [[0x210, 0x3A8], [0x3A8, 0x3A8]]


def test_critical_sections_are_read_in_the_words_of_cs_too() -> None:
    text = """\
-----------------------------------------
DebugInfo          = 0x7c97e500
Critical section   = 0x00404040 (ledger!audit+0x0)
LOCKED
LockCount          = 0x1
OwningThread       = 0x00000210
"""
    dump = only(DEADLOCK.partition("0:000> !locks")[0] + "0:000> !cs -l\n" + text)
    assert [(each.address, each.owner) for each in dump.facts.printed] == [(0x404040, 0x210)]
    assert not dump.unparsed


@pytest.mark.parametrize("command", ["~", "~*", "~~[0x00000210]", "~1"])
def test_a_thread_that_is_listed_without_its_stack_makes_no_snapshot(command: str) -> None:
    listed = "   0  Id: 1f4.210 Suspend: 1 Teb: 7ffdf000 Unfrozen\n      Start: ledger!main (00401500)\n      Priority: 0  Affinity: f\n"
    dump = only(f"{DEADLOCK}0:000> {command}\n{listed}")
    assert (len(dump.threads), dump.unparsed) == (len(only(DEADLOCK).threads), only(DEADLOCK).unparsed)


def test_a_text_without_rows_is_an_error_in_one_sentence() -> None:
    with pytest.raises(InputError, match=r"^a\.txt: .* no thread"):
        parse_all(b"0:000> ~*k\n   0  Id: main Suspend: 1 Teb: 1 Unfrozen\n", "a.txt")


@pytest.mark.parametrize("text", [PUMP, DEADLOCK])
def test_broken_dumps_lose_no_line(text: str) -> None:
    for broken in hostile.mutations(text.encode(), 1000):
        hostile.check(broken)


@pytest.mark.parametrize(
    "line",
    [
        "00 00000067`e0f3f278 00007ff8`8a192e2d a!" + "(" * 900 + ")",
        "00 " + "0012f0a4 " * 300,
        "00 0012f0a4 0012f0a4 " + "a+0x1 [" * 200 + " @ ]",
        " # RetAddr " * 90,
        "   1  Id: b10.1 Suspend: 1 Teb: 1 " + '"' * 900,
        " = " * 300,
    ],
)
def test_hostile_lines_are_read_in_linear_time(in_proportion: Callable[..., None], line: str) -> None:
    in_proportion(lambda size: (PUMP + (line + "\n") * (size // len(line))).encode(), hostile.check)


ABOUT_ONE = """\
   0  Id: b10.dac Suspend: 1 Teb: 00007ff6`64a4e000 Unfrozen
      Start: ledger+0x1064 (00007ff6`1a101064)
      Priority: 0  Priority class: 32  Affinity: f
"""


@pytest.mark.parametrize("command", ["0:003> ~~[0xdac]\n", "0:003> ~0\n", "0:003> ~.\n", "", "0:003> !cs 00404040\n"])
def test_a_line_about_a_thread_without_its_stack_is_no_snapshot(command: str) -> None:
    for text in (PUMP + command + ABOUT_ONE, PUMP + command + ABOUT_ONE * 2 + "0:003> q\nquit:\n"):
        assert [(len(dump.threads), len(dump.frames)) for dump in parse_all(text.encode())] == [(4, 24)]


@pytest.mark.parametrize("command", ["~~[0xdac]kb", "~0k", "~0 kn"])
def test_a_thread_that_is_printed_once_more_for_itself_is_no_snapshot(command: str) -> None:
    again = PUMP[PUMP.index("   0  Id") : PUMP.index("   1  Id")]
    assert [len(dump.threads) for dump in parse_all(f"{PUMP}0:003> {command}\n{again}0:003> q\n".encode())] == [4]
    assert [len(dump.threads) for dump in parse_all(f"{PUMP}0:003> g\n0:003> {command}\n{again}".encode())] == [4, 1]
