"""Stacks inside of the Linux kernel: reports of hung tasks, lists of SysRq, copies of /proc/PID/task/TID/stack.

The samples are written after the kernel's own format strings (kernel/hung_task.c, kernel/sched/core.c, fs/proc/base.c).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

import stackan
from stackan.parsing import detect, parse_all
from tests.parsing import hostile
from tests.parsing.texts import analyzed, only

HUNG = """\
INFO: task worker:4100 blocked for more than 120 seconds.
      Not tainted 5.15.0-91-generic #101
"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.
task:worker          state:D stack:    0 pid: 4100 ppid:     1 flags:0x00004000
Call Trace:
 <TASK>
 __schedule+0x2cd/0x890
 schedule+0x69/0x110
 ? prepare_to_wait+0x57/0x80
 rwsem_down_write_slowpath+0x222/0x4f0
 down_write+0x43/0x50
 nfs_start_io_write+0x1a/0x40 [nfs]
 vfs_write+0x1c0/0x2a0
 do_syscall_64+0x5c/0xc0
RIP: 0033:0x7fad03531087
RSP: 002b:00007ffe137cf918 EFLAGS: 00000246 ORIG_RAX: 0000000000000001
 </TASK>
"""
OLD = """\
INFO: task jbd2/sda1-8:390 blocked for more than 120 seconds.
      Not tainted 4.9.0-11-amd64 #1 Debian 4.9.189-3+deb9u1
"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.
jbd2/sda1-8     D    0   390      2 0x00000000
 0000000000000046 ffff9d20ccfea800 0000000000000000 ffff9d20e9a3d100
Call Trace:
 [<ffffffff8de17609>] ? __schedule+0x239/0x6f0
 [<ffffffff8de17af2>] ? schedule+0x32/0x80
 [<ffffffff8de1736d>] ? io_schedule_timeout+0x9d/0x100
 [<ffffffffc041afe9>] ? jbd2_journal_commit_transaction+0xf59/0x17c0 [jbd2]
 [<ffffffffc041fc72>] ? kjournald2+0xc2/0x260 [jbd2]
 [<ffffffff8de1c577>] ? ret_from_fork+0x57/0x70
"""
OWNED = """\
INFO: task db:4100 blocked for more than 120 seconds.
      Not tainted 6.16.3 #1
"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.
task:db              state:D stack:0     pid:4100  tgid:4090  ppid:1      task_flags:0x400140 flags:0x00004002
Call Trace:
 <TASK>
 schedule+0x23/0xc0
 __mutex_lock.constprop.0+0x4f7/0x9a0
 vault_write+0xa0/0x220 [vault]
 </TASK>
INFO: task db:4100 is blocked on a mutex likely owned by task kworker/0:1:4207.
task:kworker/0:1     state:D stack:0     pid:4207  tgid:4207  ppid:2      task_flags:0x4208060 flags:0x00000010
Call Trace:
 <TASK>
 schedule+0x23/0xc0
 io_schedule+0x46/0x70
 vault_flush+0x20/0x90 [vault]
 </TASK>
"""
REPORTED = OWNED + OWNED.partition("INFO: task db:4100 is")[0].replace("db:4100", "kworker/0:1:4207").replace(
    "task:db              state:D stack:0     pid:4100  tgid:4090", "task:kworker/0:1     state:D stack:0     pid:4207  tgid:4207"
)
SYSRQ = """\
sysrq: Show Blocked State
task:db              state:D stack:    0 pid: 4100 ppid:     1 flags:0x00004000
Call Trace:
 schedule+0x69/0x110
 io_schedule+0x46/0x70
 ext4_file_write_iter+0x10/0x20
task:idler           state:S stack:    0 pid: 4200 ppid:     1 flags:0x00000000
Call Trace:
 schedule+0x69/0x110
 do_sys_poll+0x4d0/0x5e0
"""
STACKS = """\
==> /proc/4090/task/4090/stack <==
[<0>] do_sys_poll+0x4d0/0x5e0
[<0>] do_syscall_64+0x59/0xc0

==> /proc/4090/task/4100/stack <==
[<0>] rwsem_down_write_slowpath+0x222/0x4f0
[<0>] nfs_start_io_write+0x1a/0x40 [nfs]
[<0>] vfs_write+0x1c0/0x2a0

==> /proc/4090/task/4101/stack <==
[<ffffffff810f1b30>] futex_wait_queue_me+0xc0/0x120
[<ffffffffffffffff>] 0xffffffffffffffff

==> /proc/4090/task/4102/stack <==
"""
PREFIXES = [
    "",
    "[ 9061.100001] ",
    "[ 9061.100001][   T40] ",
    "<3>[ 9061.100001] ",
    "[Tue May 14 10:00:00 2024] ",
    "Mar  2 11:00:00 host1 kernel: ",
    "Mar  2 11:00:00 host1 kernel: [ 9061.100001] ",
    "2024-05-14T10:00:00.123456+08:00 host1 kernel: ",
    "kern  :err   : [ 9061.100001] ",
]


def prefixed(text: str, prefix: str) -> str:
    return "".join(f"{prefix}{line}\n" for line in text.splitlines())


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_hung_task_is_read_whatever_the_log_writes_before_each_line(prefix: str) -> None:
    dump = only(prefixed(HUNG, prefix))
    (thread,) = dump.threads
    assert (dump.format, thread.lwp, thread.name, thread.frames) == ("linux-kernel", 4100, "worker", 7)
    assert [frame.function for frame in dump.frames][-3:] == ["nfs_start_io_write", "vfs_write", "do_syscall_64"]
    assert dump.lines["unparsed"] == 0
    assert dump.lines["locals"] == 1, "a frame with `?` is none that is sure"


def test_a_reported_time_counts_as_a_second_snapshot(tmp_path) -> None:
    document = analyzed(tmp_path, HUNG)
    (thread,) = document["processes"][0]["threads"]
    assert (thread["progress"], thread["state"], document["verdict"]) == ("stuck", "io", "blocked")
    assert "an answer of an NFS server" in document["headline"]


def test_a_list_of_sysrq_prints_no_time(tmp_path) -> None:
    document = analyzed(tmp_path, SYSRQ)
    assert document["verdict"] == "inconclusive"
    assert all(finding["confidence"] == "possible" for finding in document["findings"])


def test_two_lists_are_two_snapshots(tmp_path) -> None:
    document = analyzed(tmp_path, prefixed(SYSRQ, "[ 100.1] ") + prefixed(SYSRQ, "[ 400.1] "))
    progress = {thread["lwp"]: thread["progress"] for thread in document["processes"][0]["threads"]}
    assert progress == {4100: "stuck", 4200: "idle"}


def test_of_an_old_kernel_frames_that_are_all_unsure_are_the_stack() -> None:
    dump = only(OLD)
    assert [(thread.lwp, thread.name, thread.frames) for thread in dump.threads] == [(390, "jbd2/sda1-8", 6)]
    assert next(iter(dump.frames)).pc == 0xFFFFFFFF8DE17609
    assert dump.lines["unparsed"] == 0


def test_the_owner_of_a_mutex_is_who_the_kernel_names(tmp_path) -> None:
    document = analyzed(tmp_path, OWNED)
    waits = {thread["lwp"]: thread["waits_for"] for thread in document["processes"][0]["threads"]}
    assert [(wait["kind"], wait["owner_lwp"], wait["evidence"], wait["line"]) for wait in waits[4100]] == [("mutex", 4207, "recorded", 11)]


def test_an_owner_that_is_reported_itself_is_one_task_of_one_snapshot() -> None:
    dump = only(REPORTED)
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(4100, 3), (4207, 3)]
    assert [(state.words, state.waited) for _, state in sorted(dump.facts.states.items())] == [("linux: hung", 120), ("linux: hung", 120)]
    assert dump.lines["unparsed"] == 0


def test_a_task_that_owns_the_mutex_it_waits_for_is_a_deadlock(tmp_path) -> None:
    text = OWNED.replace("kworker/0:1:4207", "db:4100").replace(
        "task:kworker/0:1     state:D stack:0     pid:4207", "task:db state:D stack:0 pid:4100"
    )
    document = analyzed(tmp_path, text)
    assert document["findings"][0]["kind"] == "self-deadlock"
    assert len(document["processes"][0]["threads"]) == 1


def test_a_later_report_of_the_same_task_is_a_further_snapshot() -> None:
    dumps = parse_all((HUNG + HUNG.replace("120", "241")).encode(), "messages")
    assert [dump.facts.states[dump.first_thread].waited for dump in dumps] == [120, 241]


def test_copies_of_proc_are_threads_by_their_paths() -> None:
    dump = only(STACKS)
    assert (dump.format, dump.facts.pid) == ("linux-stack", 4090)
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(4090, 2), (4100, 3), (4101, 1)]
    assert dump.lines["unparsed"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "/proc/4090/task/4101/stack:[<0>] ep_poll+0x2e5/0x3a0\n/proc/4090/task/4101/stack:[<0>] do_epoll_wait+0x7/0x30\n",
        "4101\n[<0>] ep_poll+0x2e5/0x3a0\n[<0>] do_epoll_wait+0x7/0x30\n",
        "--- tid 4101 ---\n[<0>] ep_poll+0x2e5/0x3a0\n[<0>] do_epoll_wait+0x7/0x30\n",
        "+ cat /proc/4090/task/4101/stack\n[<0>] ep_poll+0x2e5/0x3a0\n[<0>] do_epoll_wait+0x7/0x30\n",
    ],
)
def test_a_stack_is_headed_by_its_path_or_by_the_one_number_before_it(text: str) -> None:
    (thread,) = only(text).threads
    assert (thread.lwp, thread.frames) == (4101, 2)


def test_a_copy_of_one_file_is_known_by_its_own_path() -> None:
    (dump,) = parse_all(b"[<0>] ep_poll+0x2e5/0x3a0\n", "t1/proc/4090/task/4101/stack")
    assert (dump.facts.pid, dump.threads[0].lwp) == (4090, 4101)


OTHERS = """\
/proc/4090/task/4100/wchan:rpc_wait_bit_killable
/proc/4090/task/4101/wchan:futex_wait_queue
/proc/4090/task/4102/wchan:0
/proc/4090/task/4100/syscall:1 0x3 0x7f21 0x10 0x0 0x0 0x0 0x7ffe137cf918 0x7fad03531087
/proc/4090/task/4101/syscall:202 0x55d1c2a0f1b4 0x80 0x2 0x0 0x0 0x0 0x7ffe137cf918 0x7fad03531087
/proc/4090/task/4102/syscall:running
"""


@pytest.mark.parametrize("home", ["proc/", "case/proc/", "./proc/"])
def test_copies_of_proc_may_be_named_from_any_folder(home: str) -> None:
    stack = "==> /proc/4090/task/4102/stack <==\n[<0>] ep_poll+0x2e5/0x3a0\n\n"
    for text in (OTHERS, stack + OTHERS):
        there, here = only(text), only(text.replace("/proc/", home))
        assert [(thread.lwp, thread.frames) for thread in here.threads] == [(thread.lwp, thread.frames) for thread in there.threads]
        assert (here.facts.pid, here.facts.states) == (there.facts.pid, there.facts.states)


def test_a_wchan_is_the_innermost_function_of_a_thread() -> None:
    dump = only(OTHERS)
    assert (dump.format, dump.facts.pid, dump.lines["unparsed"]) == ("linux-stack", 4090, 0)
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(4100, 1), (4101, 1)]
    assert [frame.function for frame in dump.frames] == ["rpc_wait_bit_killable", "futex_wait_queue"]


def test_the_system_call_of_a_futex_has_its_address() -> None:
    dump = only(OTHERS)
    waits = [state.awaits for _, state in sorted(dump.facts.states.items())]
    assert [wait.address if wait is not None else None for wait in waits] == [None, 0x55D1C2A0F1B4]


def test_the_same_number_is_another_call_on_another_machine() -> None:
    arm = OTHERS.replace("0x7ffe137cf918 0x7fad03531087\n/proc/4090/task/4102", "0x66e137cf918 0x7fad03531087\n/proc/4090/task/4102")
    assert all(state.awaits is None for state in only(arm).facts.states.values())


def test_stack_wchan_and_system_call_of_a_thread_are_one_thread() -> None:
    stack = "==> /proc/4090/task/4101/stack <==\n[<0>] futex_wait_queue+0x60/0x90\n[<0>] do_futex+0x1/0x2\n\n"
    dump = only(stack + OTHERS)
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(4101, 2), (4100, 1)]
    assert dump.lines["unparsed"] == 0


def test_all_files_of_a_thread_together_are_one_thread_whatever_order_they_stand_in() -> None:
    call = "202 0x55d1c2a0f1b4 0x80 0x2 0x0 0x0 0x0 0x7ffe137cf918 0x7fad03531087"
    stack = "[<0>] futex_wait_queue+0x60/0x90\n[<0>] do_futex+0x1/0x2"
    files = {"comm": "teller", "wchan": "futex_wait_queue", "syscall": call, "stack": stack}
    for names in itertools.permutations(files):
        texts = [f"==> /proc/4090/task/{lwp}/{name} <==\n{files[name]}\n" for lwp in (4090, 4101) for name in names]
        dump = only("".join(texts))
        assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(4090, 2), (4101, 2)]
        assert [state.awaits.address for state in dump.facts.states.values() if state.awaits] == [0x55D1C2A0F1B4] * 2


def test_a_file_of_its_own_is_known_by_its_name() -> None:
    (dump,) = parse_all(b"/proc/4090/task/4101/wchan:futex_wait_queue\n", "x")
    assert dump.threads[0].lwp == 4101


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("flock_lock_inode_wait", "a lock on a file"),
        ("request_wait_answer", "FUSE"),
        ("cifs_strict_readv", "SMB"),
        ("jbd2_log_wait_commit", "the journal of an ext4"),
        ("xlog_wait_on_iclog", "the log of an XFS"),
        ("balance_dirty_pages", "dirty pages"),
        ("folio_wait_writeback", "a disk"),
        ("blk_mq_get_tag", "a disk"),
        ("ceph_osdc_wait_request", "Ceph"),
        ("down_read", "a read-write lock of the kernel"),
        ("vault_commit", "something inside of the kernel"),
    ],
)
def test_what_a_task_waits_for_is_told_by_the_functions(function: str, expected: str, tmp_path) -> None:
    text = HUNG.replace("rwsem_down_write_slowpath", function).replace(" down_write+0x43/0x50\n", "").replace("nfs_start_io_write", "do_it")
    assert expected in analyzed(tmp_path, text)["findings"][0]["title"]


@pytest.mark.parametrize(
    ("function", "progress"),
    [
        ("ep_poll", "idle"),
        ("inet_csk_accept", "idle"),
        ("hrtimer_nanosleep", "idle"),
        ("futex_wait_queue", "unknown"),
        ("tcp_recvmsg_locked", "unknown"),
    ],
)
def test_a_wait_that_may_be_for_work_is_not_called_stuck(function: str, progress: str, tmp_path) -> None:
    text = f"==> /proc/7/task/8/stack <==\n[<0>] {function}+0x1/0x2\n[<0>] do_syscall_64+0x59/0xc0\n"
    document = analyzed(tmp_path, text, text + "\n")
    assert [thread["progress"] for thread in document["processes"][0]["threads"]] == [progress]
    assert document["verdict"] in ("idle", "inconclusive")


@pytest.mark.parametrize(
    "text",
    [
        "the job was blocked for more than 120 seconds.\n",
        "task:7 state:done pid: 4\n",
        "Call Trace:\n foo+0x1/0x2\n",
        "[<0>] is an array\n",
        "BUG: kernel NULL pointer dereference\nCall Trace:\n <TASK>\n do_exit+0x1/0x2\n",
    ],
)
def test_other_texts_are_no_stacks_of_tasks(text: str) -> None:
    found = detect(text.encode())
    assert found is None or not found.format.startswith("linux")


@pytest.mark.parametrize("text", [HUNG, OLD, REPORTED, SYSRQ, STACKS, OTHERS], ids=["hung", "old", "owned", "sysrq", "stacks", "others"])
def test_broken_texts_lose_no_line(text: str) -> None:
    for broken in hostile.mutations((text + text).encode(), 400):
        hostile.check(broken)


@pytest.mark.parametrize(
    "line",
    [
        "INFO: task " + "a:1" * 300 + " blocked for more than 120 seconds.",
        "task:" + "x " * 400 + "state:D pid: 4",
        " " * 900 + "D 0 1 2 0x00000000",
        "kernel: " * 120,
        "[<0>] " * 150,
        "[ 1.2]" * 150,
        " f+0x1/0x2 (T)" * 70,
    ],
)
def test_hostile_lines_are_read_in_linear_time(in_proportion: Callable[..., None], line: str) -> None:
    in_proportion(lambda size: (HUNG + (line + "\n") * (size // len(line))).encode(), hostile.check)


def test_the_log_of_a_host_may_be_long(tmp_path) -> None:
    (tmp_path / "messages").write_text("Mar  2 11:00:00 host1 sshd[4]: accepted\n" * 30_000 + prefixed(HUNG, PREFIXES[5]))
    assert stackan.analyze(stackan.load(tmp_path / "messages")).verdict == "blocked"


def test_a_hung_task_sleeps_in_functions_of_a_module_that_nobody_knows(tmp_path) -> None:
    text = (
        "INFO: task vault_flush:5120 blocked for more than 120 seconds.\n"
        "vault_flush     D 0000000000000000     0  5120      2 0x00000080\nCall Trace:\n"
        "[<ffffffffa02ffe9c>] vault_cv_wait+0x85/0xa9 [vault]\n[<ffffffffa04bb65d>] vault_write_out+0x4a/0x78 [vault]\n"
    )
    (task,) = analyzed(tmp_path, text)["processes"][0]["threads"]
    assert (task["progress"], task["rule"]) == ("stuck", "linux.hung")
