"""What Android writes of native threads, through the parser.

No Android could be run for these tests: the texts are written by hand after AOSP's system/core/debuggerd/libdebuggerd.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import pytest

from stackan.model.dump import Dump
from stackan.parsing import parse_all
from tests.parsing import hostile

TOMBSTONE = """\
*** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***
Build fingerprint: 'generic/aosp:14/1:eng/test-keys'
ABI: 'arm64'
Timestamp: 2024-05-01 10:00:00.000000000+0000
pid: 1322, tid: 6998, name: Binder:1322_1  >>> /system/bin/mediaserver <<<
uid: 1013
signal 6 (SIGABRT), code -6 (SI_TKILL), fault addr --------
    x0  0000000000000000  x1  0000000000001b56
4 total frames
backtrace:
      #00 pc 000000000004a1b8  /apex/com.android.runtime/lib64/bionic/libc.so (syscall+28) (BuildId: 0a4f)
      #01 pc 0000000000012345  /data/app/x/base.apk!libledger.so (offset 0x1000) (ledger::run<void (*)(int)>(int) const+40)
      #02 pc 0000000000000f21  /system/bin/mediaserver
      #03 pc 0000000000000f22  <unknown>

stack:
         0000007fc0  0000000000000000
memory map (1 entry):
    00005580'9f1c2000-00005580'9f1c3fff r--         0      2000  /system/bin/mediaserver
--- --- --- --- --- --- --- --- --- --- --- --- --- --- --- ---
pid: 1322, tid: 1322, name: a  >>> b  >>> /system/bin/mediaserver <<<
    x0  0000000000000000  x1  0000000000001b56
backtrace:
      #00 pc 000000000004a1b8  /apex/com.android.runtime/lib64/bionic/libc.so (__ioctl+4)
"""
DEBUGGERD = """\
----- pid 1400 at 2024-05-01 10:00:00.000000000+0000 -----
Cmd line: /system/bin/mediaserver
ABI: 'arm64'

"Binder:1322_1" sysTid=6998
    #00 pc 000000000004a1b8  /apex/com.android.runtime/lib64/bionic/libc.so (syscall+28) (BuildId: 0a4f)

----- end 1400 -----
"""


def dumps(text: str) -> list[Dump]:
    found = parse_all(text.encode(), "tombstone_00")
    assert sum(found[0].lines.values()) == text.count("\n"), "every line is of one kind"
    return found


def test_threads_and_frames_of_a_tombstone() -> None:
    (dump,) = dumps(TOMBSTONE)
    assert (dump.format, dump.facts.pid, dump.facts.command) == ("android-tombstone", 1322, "/system/bin/mediaserver")
    assert [(thread.lwp, thread.name, thread.frames) for thread in dump.threads] == [(6998, "Binder:1322_1", 4), (1322, "a", 1)]
    assert [(frame.pc, frame.function, frame.library) for frame in dump.frames] == [
        (0x4A1B8, "syscall", "/apex/com.android.runtime/lib64/bionic/libc.so"),
        (0x12345, "ledger::run<void (*)(int)>(int) const", "/data/app/x/base.apk!libledger.so"),
        (0xF21, "", "/system/bin/mediaserver"),
        (0xF22, "", None),
        (0x4A1B8, "__ioctl", "/apex/com.android.runtime/lib64/bionic/libc.so"),
    ]
    assert not dump.unparsed


def test_the_backtraces_of_a_living_process() -> None:
    (dump,) = dumps(DEBUGGERD)
    assert (dump.facts.pid, dump.facts.command) == (1400, "/system/bin/mediaserver")
    assert [(thread.lwp, thread.name, thread.frames) for thread in dump.threads] == [(6998, "Binder:1322_1", 1)]
    assert not dump.unparsed


def test_several_in_one_text_are_several_dumps() -> None:
    found = dumps(TOMBSTONE + DEBUGGERD + DEBUGGERD + TOMBSTONE.replace("1322", "1323"))
    assert [(dump.facts.pid, len(dump.threads)) for dump in found] == [(1322, 2), (1400, 1), (1400, 1), (1323, 2)]


def test_what_the_log_writes_before_each_line_is_left_out() -> None:
    prefix = "05-01 10:00:00.000  615  615 F DEBUG   : "
    (dump,) = dumps("".join(prefix + line for line in TOMBSTONE.splitlines(keepends=True)))
    assert [(thread.lwp, thread.name, thread.frames) for thread in dump.threads] == [(6998, "Binder:1322_1", 4), (1322, "a", 1)]


def test_frames_whose_sources_were_looked_up() -> None:
    text = "pid: 7, tid: 8, name: n  >>> p <<<\nbacktrace:\n    #0 0x00084fe6 in f(int, char const*) a/b.cpp:20:3\n    #1 0x1 in raise\n"
    (dump,) = dumps(text)
    assert [(frame.function, frame.file, frame.file_line) for frame in dump.frames] == [
        ("f(int, char const*)", "a/b.cpp", 20),
        ("raise", None, None),
    ]


def test_no_broken_tombstone_loses_a_line_or_raises() -> None:
    for broken in hostile.mutations((TOMBSTONE + DEBUGGERD).encode(), 1500):
        hostile.check(broken)


@pytest.mark.parametrize("words", ["()", ")", "(BuildId: )", "(f+1) "])
def test_a_hostile_frame_is_read_in_linear_time(in_proportion: Callable[..., None], words: str) -> None:
    start = "pid: 1, tid: 2, name: x  >>> y <<<\n#00 pc 1 /lib/a.so "
    in_proportion(lambda size: (start + words * (size // len(words)) + "\n").encode(), hostile.check)


def test_a_public_tombstone(shared: pathlib.Path) -> None:
    path = shared / "corpus" / "public" / "clusterfuzz" / "check_failure_android_media.txt"
    if not path.is_file():
        pytest.skip("no corpus beside the project")
    (dump,) = dumps(path.read_text())
    assert (len(dump.threads), len(dump.frames)) == (1, 19)
    assert (dump.threads[0].lwp, dump.threads[0].name) == (6998, "generic")
