"""What Visual Studio's Call Stack window gives when it is copied, through the parser and the analysis.

Visual Studio does not run here: the samples are written after published ones (vswhere issue 72, roslyn issue 20019, vscode-cpptools issue
5591); one of Firebird's is read where it lies beside the project.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.parsing import parse_all
from tests.parsing import hostile
from tests.parsing.texts import analyzed, only

STACKS = (
    'Thread 2404 ("poster"):\n'
    "\n"
    ">\tntdll.dll!_KiFastSystemCallRet@0() \t\n"
    " \tntdll.dll!_ZwWaitForSingleObject@12()  + 0xc bytes\t\n"
    " \tntdll.dll!_RtlpWaitForCriticalSection@4()  + 0x8c bytes\t\n"
    " \tntdll.dll!_RtlEnterCriticalSection@4()  + 0x46 bytes\t\n"
    " \tledger.exe!post(entry * e=0x0237e1e8, void (*done)(int)=0x00401000)  Line 412 + 0x15 bytes\tC++\n"
    " \t[Inline Frame] ledger.exe!transfer(void) Line 430\tC++\n"
    " \t18d5eefc()\t\n"
    " \tledger.exe!std::thread::_Invoke<std::tuple<<lambda_7c1e> >,0>(void * raw=0x00cf92b8)  Line 44\tC++\n"
    " \tkernel32.dll!@BaseThreadInitThunk@12()  - 0x48 bytes\t\n"
    "\n"
    'Thread 628 ("flusher"):\n'
    "\n"
    " \tntdll.dll!_NtWaitForMultipleObjects@20()\tUnknown\n"
    " \tKERNELBASE.dll!WaitForMultipleObjectsEx(unsigned long nCount, void * const * lpHandles, int bWaitAll) Line 1551\tC\n"
    " \t[Frames below may be incorrect and/or missing, no symbols loaded for ledger.exe]\t\n"
    " \tledger.exe!6f61cce5()\tUnknown\n"
    " \t[External Code]\t\n"
)


def test_threads_have_the_ids_and_words_that_head_them() -> None:
    dump = only(STACKS)
    assert dump.format == "vs-callstack"
    assert [(thread.lwp, thread.name, thread.line, thread.frames) for thread in dump.threads] == [
        (2404, "poster", 1, 9),
        (628, "flusher", 13, 3),
    ]
    assert dump.lines == {"threads": 2, "frames": 12, "continuations": 0, "locals": 2, "noise": 0, "blank": 3, "unparsed": 0}


def test_a_frame_has_its_module_line_and_arguments() -> None:
    post, inlined, raw = only(STACKS).frames[4:7]
    assert (post.function, post.library, post.file, post.file_line, post.arguments) == (
        "post", "ledger.exe", None, 412, "entry * e=0x0237e1e8, void (*done)(int)=0x00401000",
    )  # fmt: skip
    assert (inlined.function, inlined.file_line, raw.function, raw.pc) == ("transfer", 430, "", 0x18D5EEFC)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ledger.exe!run(int fd) (d:\\src\\ledger.cpp:12)", ("run", "ledger.exe", "d:\\src\\ledger.cpp", 12)),
        ("ntdll.dll!__RtlUserThreadStart@8() (Unknown Source:0)", ("__RtlUserThreadStart@8", "ntdll.dll", None, None)),
        (" \tntdll.dll!_ZwWaitForMultipleObjects@20 Line 821\tUnknown", ("_ZwWaitForMultipleObjects@20", "ntdll.dll", None, 821)),
        (" \tledger.exe!job::operator()(int n=1)  Line 7\tC++", ("job::operator()", "ledger.exe", None, 7)),
        ("ntdll.dll!NtWaitForSingleObject+0x14", ("NtWaitForSingleObject", "ntdll.dll", None, None)),
    ],
)
def test_frames_are_read_as_they_are_copied(line: str, expected: tuple[str, str, str | None, int | None]) -> None:
    (frame,) = only(line + "\n").frames
    assert (frame.function, frame.library, frame.file, frame.file_line) == expected


def test_stacks_without_headers_are_threads_apart() -> None:
    stack = "ntdll.dll!_NtWaitForMultipleObjects@20() (Unknown Source:0)\nledger.exe!run() (Unknown Source:0)\n"
    dump = only(stack + "\n" + stack)
    assert [(thread.lwp, thread.line, thread.frames) for thread in dump.threads] == [(None, 1, 2), (None, 4, 2)]
    assert (dump.lines["threads"], dump.lines["frames"]) == (0, 4)


def test_a_thread_that_comes_back_begins_a_further_snapshot() -> None:
    assert [len(dump.threads) for dump in parse_all((STACKS + "\n" + STACKS).encode(), "all.txt")] == [2, 2]


def test_what_threads_wait_for_is_told_by_the_systems_functions(tmp_path) -> None:
    document = analyzed(tmp_path, STACKS, STACKS + "\n")
    threads = {thread["lwp"]: thread for thread in document["processes"][0]["threads"]}
    assert {lwp: (thread["progress"], thread["state"]) for lwp, thread in threads.items()} == {
        2404: ("stuck", "lock"),
        628: ("idle", "idle"),
    }
    assert threads[2404]["stack"][:2] == ["KiFastSystemCallRet", "NtWaitForSingleObject"]


def test_another_line_of_the_same_function_is_progress(tmp_path) -> None:
    document = analyzed(tmp_path, STACKS, STACKS.replace("Line 412", "Line 413"))
    assert {thread["lwp"]: thread["progress"] for thread in document["processes"][0]["threads"]}[2404] == "progressing"


def test_a_text_that_only_speaks_of_a_frame_is_no_dump(tmp_path) -> None:
    with pytest.raises(stackan.StackanError):
        parse_all(b"The fault is in ntdll.dll!NtClose() they say.\nC:\\a.dll!x\n", "mail.txt")


def test_firebirds_stacks_are_read_whole(shared: Path) -> None:
    path = shared / "corpus" / "public" / "firebird" / "CORE-1547-vs-call-stacks.txt"
    if not path.is_file():
        pytest.skip("no published dumps beside the project")
    dump = only(path.read_text("utf-8"))
    assert (len(dump.threads), len(dump.frames), dump.lines["unparsed"]) == (8, 148, 0)


def test_broken_stacks_lose_no_line() -> None:
    for broken in hostile.mutations(STACKS.encode(), 1500):
        hostile.check(broken)


@pytest.mark.parametrize(
    "line", ["a.dll!f" + "(" * 900 + ")", "a.dll!" + "f (x:1)" * 130, " \ta.dll!f() Line 1 + 0x1 bytes" * 30, "> " * 400]
)
def test_hostile_lines_are_read_in_linear_time(in_proportion: Callable[..., None], line: str) -> None:
    in_proportion(lambda size: (STACKS + (line + "\n") * (size // len(line))).encode(), hostile.check)
