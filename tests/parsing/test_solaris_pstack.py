"""What pstack of Solaris and illumos prints, through the parser and the analysis.

The tool does not run here: the samples are written after its source (illumos-gate usr/src/cmd/ptools/pstack/pstack.c) and after the
prototypes of libc's locks (usr/src/lib/libc/port/threads/synch.c).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stackan.errors import InputError
from stackan.parsing import parse_all
from tests.parsing import hostile
from tests.parsing.texts import analyzed, only

# Two threads take two locks in opposite order; one waits for work, one has ended, main joins the first.
LEDGER = """\
4711:	/opt/ledger/bin/ledgerd -d
-----------------  lwp# 1 / thread# 1  --------------------
 feee8f37 lwp_wait (2, 8047d48)
 feee2f0c _thrp_join (2, 0, 8047d8c, 1) + 5b
 feee308a pthread_join (2, 8047d8c) + 2a
 08051a02 main     (1, 8047de8, 8047df0, 8051c80) + 92
 080517a3 _start   (1, 8047ec0, 0, 8047ed8, 8047eee, 8047f02) + 83
-----------------  lwp# 2 / thread# 2  --------------------
 feee8ed7 lwp_park (0, 0, 0)
 feee2274 mutex_lock_impl (8062f40, 0) + 1a4
 feee2421 mutex_lock (8062f40) + 19
 080518c4 lock_second (8062f20, 8062f40) + 34
 08051921 transfer (8062f20) + 21
 feee8d83 _thrp_setup (fea50240) + 9d
 feee8f20 _lwp_start (fea50240, 0, 0, 0, 0, 0)
-----------------  lwp# 3 / thread# 3  --------------------
 feee8ed7 lwp_park (0, 0, 0)
 feee2274 mutex_lock_impl (8062f20, 0) + 1a4
 feee2421 mutex_lock (8062f20) + 19
 080518c4 lock_second (8062f40, 8062f20) + 34
 08051921 transfer (8062f40) + 21
 feee8d83 _thrp_setup (fea50a40) + 9d
 feee8f20 _lwp_start (fea50a40, 0, 0, 0, 0, 0)
-----------------  lwp# 4 / thread# 4  --------------------
 feee8ed7 lwp_park (0, 0, 0)
 feee1a35 cond_wait_queue (8062f80, 8062f60, 0) + 63
 feee203a __cond_wait (8062f80, 8062f60) + 8f
 feee2084 cond_wait (8062f80, 8062f60) + 24
 feee20cc pthread_cond_wait (8062f80, 8062f60) + 18
 08051b11 flusher  (0) + 41
 feee8d83 _thrp_setup (fea51240) + 9d
 feee8f20 _lwp_start (fea51240, 0, 0, 0, 0, 0)
-----------------  lwp# 5 / thread# 5  --------------------
 08051c00 worker(), exit value = 0x00000000
	** zombie (exited, not detached, not yet joined) **
"""


def test_threads_have_the_number_of_their_lwp_in_the_process() -> None:
    dump = only(LEDGER)
    assert (dump.format, dump.facts.pid, dump.facts.command) == ("solaris-pstack", 4711, "/opt/ledger/bin/ledgerd -d")
    assert [(thread.number, thread.lwp, thread.line, thread.frames) for thread in dump.threads] == [
        (1, None, 2, 5),
        (2, None, 8, 7),
        (3, None, 16, 7),
        (4, None, 24, 8),
        (5, None, 33, 0),
    ]
    assert dump.lines == {"threads": 5, "frames": 27, "continuations": 0, "locals": 2, "noise": 1, "blank": 0, "unparsed": 0}


def test_a_frame_has_its_address_function_and_bare_arguments() -> None:
    frame = only(LEDGER).frames[6]
    assert (frame.level, frame.pc, frame.function, frame.arguments, frame.line) == (1, 0xFEEE2274, "mutex_lock_impl", "8062f40, 0", 10)


def test_newer_illumos_writes_the_thread_first_and_its_name_behind() -> None:
    (thread,) = only(
        "812:\ttankd\n------------ thread# 8 / lwp# 8 [tank-flush [2]] -------------\n fffffc7febe72937 lwp_park (0, 0, 0)\n"
    ).threads
    assert (thread.number, thread.name) == (8, "tank-flush [2]")


def test_a_process_with_one_thread_has_no_ruled_line() -> None:
    dump = only("83950:\tcat\n feee0f35 read     (0, 80632a0, 2000)\n 080524ef main     (1, 8047adc) + 458\n")
    assert [(thread.number, thread.line, thread.frames) for thread in dump.threads] == [(None, 1, 2)]
    assert (dump.facts.pid, dump.facts.command) == (83950, "cat")


def test_several_processes_of_one_text_are_told_apart() -> None:
    dumps = parse_all(b"12:\tcat\n feee0f35 read     (0, 80632a0, 2000)\n13:\tmissing\n" + LEDGER.encode(), "all.txt")
    assert [(dump.facts.pid, len(dump.threads), len(dump.frames)) for dump in dumps] == [(12, 1, 1), (4711, 5, 27)]


def test_a_core_names_its_process_too() -> None:
    dump = only("core 'core.77' of 77:\ttankd -x\n-----------------  lwp# 1  --------------------------------\n feee0f35 read     (0)\n")
    assert (dump.facts.pid, dump.facts.command, dump.threads[0].number) == (77, "tankd -x", 1)


@pytest.mark.parametrize(
    ("line", "function", "arguments"),
    [
        (" 08050e11 ???????? (8061480) + 2f", "", "8061480"),
        (" ed810c3a * java/lang/Object.wait(J)V+0 (line 474)", "java/lang/Object.wait(J)V", ""),
        (" ed810c3a * *java/lang/Thread.run()V+11", "*java/lang/Thread.run()V", ""),
        (" 00000000051 main () + 1", None, None),
        (" fffffc7fef0d7327 tokio::runtime::task::poll::h175776a768aa7588 () + 8a", "tokio::runtime::task::poll::h175776a768aa7588", ""),
        (" 08050e11 void ledger::run<int (*)()>(int) (8047, 1, ...) + 3", "void ledger::run<int (*)()>(int)", "8047, 1, ..."),
        (" 08050e11 main (1) + 1g", None, None),
        (" 08050e11 main", None, None),
        (" fee12345 libc.so.1`__pollsys (8047, 1) + 7", "__pollsys", "8047, 1"),
    ],
)
def test_frames_are_read_as_they_are_printed(line: str, function: str | None, arguments: str | None) -> None:
    dump = only(f"7:\tx\n--------------  lwp# 1 / thread# 1  --------------\n{line}\n")
    assert [(frame.function, frame.arguments) for frame in dump.frames] == ([] if function is None else [(function, arguments)])
    assert len(dump.unparsed) == (function is None)


def test_the_signal_that_a_frame_was_called_from_is_no_frame() -> None:
    dump = only("7:\tx\n feee0f35 read     (0)\n --- called from signal handler with signal 11 (SIGSEGV) ---\n 08050e11 main () + 1\n")
    assert (len(dump.frames), dump.lines["locals"], dump.lines["unparsed"]) == (2, 1, 0)


def test_what_pstack_could_not_look_at_is_said() -> None:
    dump = only("pstack: cannot examine 5: permission denied\n" + LEDGER)
    assert dump.facts.refusals == ("pstack: cannot examine 5: permission denied",)


def test_a_text_without_threads_is_an_error_in_one_sentence() -> None:
    with pytest.raises(InputError, match=r"^a\.txt: .* no thread"):
        parse_all(b"------------  lwp#  -----------\n------  lwp# x  -----\n", "a.txt")


def test_an_address_stands_in_the_bare_arguments_of_lock_functions(tmp_path) -> None:
    document = analyzed(tmp_path, LEDGER, LEDGER + "\n")
    (process,) = document["processes"]
    threads = {thread["thread_id"]: thread for thread in process["threads"]}
    assert {number: thread["progress"] for number, thread in threads.items()} == {
        "1": "idle", "2": "stuck", "3": "stuck", "4": "idle", "5": "idle",
    }  # fmt: skip
    waits = {number: [(wait["kind"], wait["address"], wait["evidence"]) for wait in threads[number]["waits_for"]] for number in "23"}
    assert waits == {"2": [("mutex", "0x8062f40", "frames")], "3": [("mutex", "0x8062f20", "frames")]}
    assert (process["pid"], process["command"], document["verdict"]) == (4711, "/opt/ledger/bin/ledgerd -d", "blocked")
    assert not any("gdb" in advice for finding in document["findings"] for advice in finding["advice"])


def test_a_lock_that_changes_below_the_same_names_is_progress(tmp_path) -> None:
    document = analyzed(tmp_path, LEDGER, LEDGER.replace("8062f40", "8063f40"))
    progress = {thread["thread_id"]: thread["progress"] for thread in document["processes"][0]["threads"]}
    assert progress["2"] == "progressing"


def test_a_thread_that_takes_its_mutex_back_after_a_condition_waits_for_the_mutex(tmp_path) -> None:
    woken = LEDGER.replace(
        " feee1a35 cond_wait_queue (8062f80, 8062f60, 0) + 63\n",
        " feee2274 mutex_lock_impl (8062f60, 0) + 1a4\n feee1a35 cond_wait_queue (8062f80, 8062f60, 0) + 63\n",
    )
    document = analyzed(tmp_path, woken, woken + "\n")
    (thread,) = (thread for thread in document["processes"][0]["threads"] if thread["thread_id"] == "4")
    assert (thread["state"], thread["waits_for"][0]["kind"], thread["waits_for"][0]["address"]) == ("lock", "mutex", "0x8062f60")


def test_rust_names_lose_their_hash(tmp_path) -> None:
    text = "7:\tx\n feee0f35 read     (0)\n 08050e11 ledger::run::h175776a768aa7588 () + 1\n"
    document = analyzed(tmp_path, text, text + "\n")
    assert document["processes"][0]["threads"][0]["stack"] == ["read", "ledger::run"]


def test_two_dumps_in_one_text_are_two_snapshots(tmp_path) -> None:
    document = analyzed(tmp_path, LEDGER + "\n" + LEDGER)
    assert [[snapshot["threads"] for snapshot in process["snapshots"]] for process in document["processes"]] == [[5, 5]]


def test_broken_dumps_lose_no_line() -> None:
    for text in hostile.mutations(LEDGER.encode(), 1500):
        hostile.check(text)


@pytest.mark.parametrize("line", [" 08050e11 main (" * 60, " 08050e11 " + "(" * 900, "-- lwp# " * 100 + "--", "1:\t" * 300, " " * 900])
def test_hostile_lines_are_read_in_linear_time(in_proportion: Callable[..., None], line: str) -> None:
    in_proportion(lambda size: (LEDGER + (line + "\n") * (size // len(line))).encode(), hostile.check)
