"""How the formats of other systems' tools are told: by lines that only their tools write."""

from __future__ import annotations

from collections.abc import Callable

_HEX = b"0123456789abcdef"


def recognize(head: bytes) -> tuple[str, str] | None:
    """(format, the reason in words) of a text's beginning."""
    if _lines_with(head, b"lwp# ", _is_ruled) or _lines_with(head, b"thread# ", _is_ruled):
        return "solaris-pstack", "ruled lines `---- lwp# n ----` head the threads"
    if _lines_with(head, b" tid# ", _is_ruled):
        return "procstack", "ruled lines `---- tid# n ----` head the threads"
    if _is_one_aix_thread(head):
        return "procstack", "a line `PID : COMMAND` opens the text, and frames `ADDRESS function (?)` follow"
    if _is_one_solaris_thread(head):
        return "solaris-pstack", "a line `PID:` and a command opens the text, and frames `ADDRESS function (…)` follow"
    if _lines_with(head, b" Suspend: ", _is_windbg_thread) or _lines_with(head, b"  Cid ", _is_kernel_thread):
        return "windbg", "lines with `Id: PID.TID` or `Cid PID.TID` head the threads"
    if _lines_with(head, b"RetAddr", _is_windbg_title):
        return "windbg", "a line names the columns `Child-SP` or `ChildEBP` and `RetAddr`"
    if _lines_with(head, b"STACK_TEXT:", _is_windbg_analysis):
        return "windbg", "a line `STACK_TEXT:` of `!analyze` stands above a stack"
    if b"thread #" in head and _lines_with(head, b"frame #0: 0x", _is_lldb_frame):
        return "lldb", "lines `thread #n` and `frame #n: 0x…` head its threads and frames"
    if _lines_with(head, b" Thread_", _is_sample_thread):
        return "macos-sample", "lines `SAMPLES Thread_ID` head the trees of threads"
    if _lines_with(head, b"  Thread ", _is_spindump_thread):
        return "macos-spindump", "lines `Thread 0xID … n samples` head the trees of threads"
    if any(_lines_with(head, mark, _is_visual_studio_frame) for mark in (b".dll!", b".exe!")):
        return "vs-callstack", "lines `MODULE.dll!FUNCTION(…)` are frames of Visual Studio's Call Stack window"
    if _lines_with(head, b"Stack trace of thread ", _is_coredump_thread):
        return "coredumpctl", "lines `Stack trace of thread n:` head the threads"
    if _lines_with(head, b", tid: ", _is_tombstone_thread):
        return "android-tombstone", "lines `pid: n, tid: n, name: …  >>> … <<<` head the threads"
    if b"----- pid " in head and _lines_with(head, b'" sysTid=', _is_debuggerd_thread):
        return "android-tombstone", 'lines `"…" sysTid=n` below `----- pid n at …` head the threads'
    return None


def _lines_with(head: bytes, mark: bytes, fits: Callable[[bytes], bool]) -> bool:
    """Whether a line with `mark` in it fits."""
    at = head.find(mark)
    while at >= 0:
        start, stop = head.rfind(b"\n", 0, at) + 1, head.find(b"\n", at)
        stop = len(head) if stop < 0 else stop
        if fits(head[start:stop]):
            return True
        at = head.find(mark, stop)
    return False


def _is_ruled(line: bytes) -> bool:
    return line.startswith(b"-----") and line.rstrip().endswith(b"-----")


def _is_lldb_frame(line: bytes) -> bool:
    """`  * frame #0: 0x00007fee8cac1545 libc.so.6`__libc_pause at pause.c:29:10`: nothing but a star stands before it."""
    return line.lstrip(b" \t*").startswith(b"frame #0: 0x")


def _is_coredump_thread(line: bytes) -> bool:
    """`Stack trace of thread 6023:`, perhaps indented, or behind what a log writes before each line."""
    before, _, rest = line.partition(b"Stack trace of thread ")
    number, colon, _ = rest[:16].partition(b":")
    return bool(colon) and number.isdigit() and (not before.strip() or before.endswith(b": "))


def _is_tombstone_thread(line: bytes) -> bool:
    """`pid: 1322, tid: 6998, name: Binder:1322_1  >>> /system/bin/mediaserver <<<`"""
    return b"pid: " in line and b"  >>> " in line and line.rstrip().endswith(b"<<<")


def _is_debuggerd_thread(line: bytes) -> bool:
    """`"Binder:1322_1" sysTid=6998`"""
    return line.lstrip().startswith(b'"') and line.rstrip().rpartition(b"=")[2].isdigit()


def _is_one_solaris_thread(head: bytes) -> bool:
    """`83950:\\tcat`, then ` feee0f35 read     (0, 80632a0, 2000)`: one thread has no ruled line."""
    process, _, rest = head.partition(b"\n")
    before, _, command = process.partition(b":")
    frame = rest.partition(b"\n")[0]
    digits = frame[1:].partition(b" ")[0]
    return (
        command[:1] in (b"\t", b" ")
        and before.rpartition(b"' of ")[2].isdigit()
        and frame.startswith(b" ")
        and b" (" in frame
        and len(digits) in (8, 16)
        and not digits.strip(_HEX)
    )


def _is_one_aix_thread(head: bytes) -> bool:
    """`11928 : -sh`, then `d01d15c4  waitpid   (?, ?, ?) + e0`."""
    process, _, rest = head.partition(b"\n")
    pid, colon, _ = process.partition(b" : ")
    frame = rest.partition(b"\n")[0]
    digits = frame.partition(b"  ")[0].removeprefix(b"0x")
    return bool(colon) and pid.isdigit() and b"(" in frame and len(digits) in (8, 16) and not digits.strip(_HEX)


def _is_windbg_thread(line: bytes) -> bool:
    return b" Id: " in line and line[: line.find(b" Id: ")].strip(b".# ").isdigit()


def _is_kernel_thread(line: bytes) -> bool:
    return line.lstrip().startswith(b"THREAD ") and b"  Teb: " in line


def _is_windbg_title(line: bytes) -> bool:
    return line.split()[:1] in ([b"#"], [b"Memory"], [b"Child-SP"], [b"ChildEBP"], [b"RetAddr"])


def _is_windbg_analysis(line: bytes) -> bool:
    return line.startswith(b"STACK_TEXT:")


def _is_sample_thread(line: bytes) -> bool:
    samples, _, thread = line.partition(b" Thread_")
    return samples.strip(b" +!:|").isdigit() and (thread[:1].isdigit() or thread.startswith(b"<multiple>"))


def _is_spindump_thread(line: bytes) -> bool:
    return line.startswith((b"  Thread 0x", b"  Thread <multiple>")) and b" samples" in line


def _is_visual_studio_frame(line: bytes) -> bool:
    module, _, call = line.lstrip(b"> \t").removeprefix(b"[Inline Frame] ").partition(b"!")
    return (
        module.endswith((b".dll", b".exe"))
        and not set(module) & set(b" (<\"'`/\\:")
        and (b"(" in call or b" Line " in call or b"+0x" in call)
    )
