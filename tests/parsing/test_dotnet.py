"""Stacks of .NET, as dotnet-stack and SOS' clrstack print them: written by the grammar of their sources."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import stackan
from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.normalize.dotnet import canonical
from stackan.parsing import parse_all
from stackan.parsing.refused.instead import INSTEAD
from tests.parsing import hostile

_WAITS = """\
  [Native Frames]
  System.Private.CoreLib.il!System.Threading.ManualResetEventSlim.Wait(int32,value class System.Threading.CancellationToken)
  System.Private.CoreLib.il!System.Threading.Tasks.Task.SpinThenBlockingWait(int32,value class System.Threading.CancellationToken)
  System.Private.CoreLib.il!System.Threading.Tasks.Task`1[System.__Canon].GetResultCore(bool)
  shop!Shop.CartController.Show(int32)
  System.Private.CoreLib.il!System.Threading.ThreadPoolWorkQueue.Dispatch()
  System.Private.CoreLib.il!System.Threading.PortableThreadPool+WorkerThread.WorkerThreadStart()
"""
_PARKED = """\
  [Native Frames]
  System.Private.CoreLib.il!System.Threading.LowLevelLifoSemaphore.Wait(int32,bool)
  System.Private.CoreLib.il!System.Threading.PortableThreadPool+WorkerThread.WorkerThreadStart()
"""
_HOST = """\
Thread (0x1F40):
  [Native Frames]
  System.Private.CoreLib.il!System.Threading.Monitor.Wait(class System.Object,int32)
  System.Private.CoreLib.il!System.Threading.ManualResetEventSlim.Wait(int32,value class System.Threading.CancellationToken)
  System.Private.CoreLib.il!System.Threading.Tasks.Task.InternalWaitCore(int32,value class System.Threading.CancellationToken)
  Microsoft.Extensions.Hosting.Abstractions.il!Microsoft.Extensions.Hosting.HostingAbstractionsHostExtensions.Run(class IHost)
  shop!Program.<Main>$(class System.String[])

"""
STARVED = _HOST + "\n".join(f"Thread (0x1F{number:02X}):\n{_WAITS}" for number in range(0x50, 0x54))
CALM = _HOST + f"Thread (0x1F50):\n{_PARKED}\n"


def clr(thread: str, call: str, caller: str, more: str = "") -> str:
    return (
        f"OS Thread Id: {thread}\n        Child SP               IP Call Site\n"
        f"00007F9AE8FFA3B8 00007f9be7ed0bf9 [HelperMethodFrame_1OBJ: 00007f9ae8ffa3b8] System.Threading.{call}\n{more}"
        f"00007F9AE8FFA4F0 00007F9B7088B7D4 {caller} [/src/shop/pair.cs @ 36]\n"
        "00007F9AE8FFA530 00007F9B6CF5A8A7 System.Threading.ThreadHelper.ThreadStart()\n"
        "00007F9AE8FFA9A0 00007f9be6cc1e93 [GCFrame: 00007f9ae8ffa9a0] \n"
    )


def syncblk(*rows: tuple[int, str, str]) -> str:
    """(MonitorHeld, the owner's id, the object) of each monitor."""
    title = "> syncblk\nIndex         SyncBlock MonitorHeld Recursion Owning Thread Info          SyncBlock Owner\n"
    lines = [
        f"   {at} 00000246E51268B8          {held:3}         1 0000024B713F4E30 {owner}  {at}   {address} System.Object\n"
        for at, (held, owner, address) in enumerate(rows, 43)
    ]
    return f"{title}{''.join(lines)}-----------------------------\nTotal           344\nCCW             1\nFree            0\n"


ENTER = "Monitor.ReliableEnter(System.Object, Boolean ByRef)"
A, B, C = "00000249654b14c0", "00000249654b14d8", "00000249654b14e8"
PAIR = "> clrstack -all\n" + clr("0x5634 (1)", ENTER, "Shop.Pair.First()") + clr("0x51d4 (2)", ENTER, "Shop.Pair.Second()")
DEADLOCKED = PAIR + syncblk((603, "5634", A), (3, "51d4", B))


def only(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "dump.txt")
    return dump


def analyzed(*texts: str) -> stackan.Analysis:
    dumps = [dump for number, text in enumerate(texts, 1) for dump in parse_all(text.encode(), f"snap{number}.txt")]
    return stackan.analyze(stackan.Case(dumps, []))


# -- dotnet-stack


def test_a_report_of_dotnet_stack_is_read_to_its_last_line() -> None:
    dump = only(STARVED)
    assert (dump.format, dump.unparsed) == ("dotnet-stack", [])
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [
        (0x1F40, 5),
        *((0x1F00 + number, 6) for number in range(0x50, 0x54)),
    ]
    frame = next(iter(dump.frames_of(1)))
    assert (frame.function, frame.library, frame.arguments) == (
        "System.Threading.ManualResetEventSlim.Wait",
        "System.Private.CoreLib.il",
        "int32,value class System.Threading.CancellationToken",
    )


def test_workers_that_block_on_tasks_starve_the_pool() -> None:
    analysis = analyzed(STARVED)
    (finding,) = analysis.findings
    assert (analysis.verdict, finding.kind, finding.confidence) == ("inconclusive", "worker-exhaustion", "possible")
    assert {track.lwp for _, track in finding.threads} == {0x1F50, 0x1F51, 0x1F52, 0x1F53}
    assert analyzed(STARVED, STARVED).verdict == "worker-exhaustion"


def test_a_free_worker_keeps_the_pool_from_starving() -> None:
    analysis = analyzed(STARVED + f"\nThread (0x1F60):\n{_PARKED}")
    assert "worker-exhaustion" not in {finding.kind for finding in analysis.findings}


def test_a_host_that_waits_for_its_shutdown_and_parked_workers_are_idle() -> None:
    assert analyzed(CALM).verdict == "idle"


def test_a_thread_without_native_frames_runs_and_one_in_an_unknown_native_function_cannot_be_judged() -> None:
    text = "Thread (0x7):\n  shop!Shop.Sum.Add()\n\nThread (0x8):\n  [Native Frames]\n  shop!Shop.Sum.Call()\n"
    (process,) = analyzed(text).processes
    assert [track.place.verb for track in process.tracks] == ["running", "unknowable"]


# -- clrstack and syncblk


def test_clrstack_is_read_with_the_owners_of_the_monitors() -> None:
    dump = only(DEADLOCKED)
    assert (dump.format, dump.unparsed) == ("clrstack", [])
    assert [(thread.lwp, thread.number, thread.frames) for thread in dump.threads] == [(0x5634, 1, 3), (0x51D4, 2, 3)]
    states = [dump.facts.states[thread.row] for thread in dump.threads]
    assert [[lock.address for lock in state.holds] for state in states] == [[int(A, 16)], [int(B, 16)]]
    assert [state.awaits.address if state.awaits else None for state in states] == [int(B, 16), int(A, 16)]
    frames = list(dump.frames_of(0))
    assert [(frame.function, frame.file, frame.file_line) for frame in frames][:2] == [
        ("System.Threading.Monitor.ReliableEnter", None, None),
        ("Shop.Pair.First", "/src/shop/pair.cs", 36),
    ]


def test_owners_that_wait_for_each_others_monitor_are_likely_deadlocked() -> None:
    for text in (DEADLOCKED, syncblk((603, "5634", A), (3, "51d4", B)) + PAIR):
        (finding,) = analyzed(text).findings
        assert (finding.kind, finding.confidence) == ("deadlock", "likely")
        assert "wanted-monitor-is-inferred" in [doubt.name for doubt in finding.doubts]


def test_which_of_three_monitors_each_waits_for_is_not_known_so_their_deadlock_is_possible() -> None:
    ring = PAIR + clr("0x51d5 (3)", ENTER, "Shop.Pair.Third()")
    (finding,) = analyzed(ring + syncblk((3, "5634", A), (3, "51d4", B), (3, "51d5", C))).findings
    assert (finding.kind, finding.confidence) == ("deadlock", "possible")


def test_an_owner_that_does_not_wait_keeps_it_from_being_a_deadlock() -> None:
    ring = PAIR + clr("0x51d5 (3)", "Thread.Sleep(Int32)", "Shop.Pair.Third()")
    for rows in ([(3, "5634", A), (3, "51d5", C)], [(5, "51d5", C)]):
        assert "deadlock" not in {finding.kind for finding in analyzed(ring + syncblk(*rows)).findings}
    (finding,) = analyzed(ring + syncblk((5, "51d5", C))).findings
    assert "20949" in str([reason.values for reason in finding.reasons])


def test_a_monitor_that_nobody_waits_for_is_not_waited_for() -> None:
    dump = only(PAIR + syncblk((1, "5634", A), (1, "51d4", B)))
    assert all(state.awaits is None for state in dump.facts.states.values())


def test_parameters_show_which_monitor_a_thread_enters() -> None:
    more = f"    PARAMETERS:\n        obj (0x00007F9AE8FFA510) = 0x{C}\n"
    ring = clr("0x5634 (1)", ENTER, "Shop.Pair.First()", more) + clr("0x51d4 (2)", ENTER, "Shop.Pair.Second()")
    state = only(ring + syncblk((3, "51d4", B), (3, "51d5", C))).facts.states[0]
    assert state.awaits is not None
    assert (state.awaits.address, state.awaits.evidence) == (int(C, 16), "locals")


def test_what_windbg_says_around_managed_stacks_is_known() -> None:
    text = (
        "0:000> ~*e !clrstack\nOS Thread Id: 0x500 (0)\nUnable to walk the managed stack. The current thread is likely not a\n"
        "managed thread. You can run !threads to get a list of managed threads in\nthe process\nFailed to start stack walk: 80070057\n"
        "OS Thread Id: 0x1234 (2)\nChild SP       IP Call Site\n00def958 7721c8ac [GCFrame: 00def958] \n"
        "00defab0 7721c8ac [HelperMethodFrame: 00defab0] System.Threading.Monitor.ReliableEnter(System.Object, Boolean ByRef)\n"
        "00defb40 6b98f765 System.Web.Hosting.ApplicationManager.IsIdle()\n00defc00 6b98f765 clr!ThreadNative::Run + 25\n"
    )
    dump = only(text)
    assert (dump.format, dump.unparsed) == ("clrstack", [])
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(0x500, 0), (0x1234, 3)]
    assert [frame.function for frame in dump.frames][-1] == "ThreadNative::Run"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dotnet-parallelstacks", "~~~~ 9c8\n    1 System.Threading.Monitor.Wait(Object, Int32)\n==> 8 threads with 2 roots\n"),
        ("dotnet-dumpasync", "STACK 1\n00000001c0 00007f (2) Shop.Cart+<LoadAsync>d__5\n"),
    ],
)
def test_merged_stacks_are_named_with_what_to_take_instead(name: str, text: str) -> None:
    with pytest.raises(InputError, match=rf"this is {INSTEAD[name].what} .*take `clrstack -all` and `syncblk`"):
        parse_all(text.encode(), "dump.txt")


@pytest.mark.parametrize("text", ["Thread (0x7):\nwords\n", "OS Thread Id: 7\n", "INFO Thread (0x7): started\n", "==> nginx.log <==\nx\n"])
def test_what_only_looks_like_such_a_dump_is_none(text: str) -> None:
    with pytest.raises(InputError, match="no thread dump"):
        parse_all(text.encode(), "log.txt")


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("System.Threading.Tasks.Task`1[System.__Canon].GetResultCore", "System.Threading.Tasks.Task.GetResultCore"),
        ("System.Linq.Enumerable.ToList[[System.__Canon, System.Private.CoreLib]]", "System.Linq.Enumerable.ToList"),
        ("App.Cart+<LoadAsync>d__5.MoveNext", "App.Cart+<LoadAsync>d__5.MoveNext"),
        ("", "??"),
    ],
)
def test_a_method_is_named_without_what_its_types_are_made_of(printed: str, name: str) -> None:
    assert canonical(printed) == name


# -- hostile texts


@pytest.mark.parametrize("text", [STARVED, DEADLOCKED])
def test_broken_dumps_are_read_as_far_as_they_go(text: str) -> None:
    for broken in hostile.mutations(text.encode(), 300):
        hostile.check(broken)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Thread (0x7):\n  a!b()\n", "  " + "a!(" * 60 + "\n"),
        ("", "Thread (0x7):\n  a!b()\n"),
        ("OS Thread Id: 0x7 (1)\n", "00007F9AE8FFA3B8 00007f9be7ed0bf9 " + "[" * 80 + "\n"),
        ("OS Thread Id: 0x7 (1)\n", "00007F9AE8FFA3B8 00007f9be7ed0bf9 f() [" + " @ 3] [" * 40 + "\n"),
        ("OS Thread Id: 0x7 (1)\n", "   43 00000246E51268B8  3  1 0000024B713F4E30 7  28   00000249654b14c0 X\n"),
        ("", "==> 8 threads with 2\n"),
    ],
)
def test_the_worst_lines_take_time_in_proportion(in_proportion: Callable[..., None], head: str, line: str) -> None:
    in_proportion(lambda size: (head + line * (size // len(line))).encode(), parse_all)
