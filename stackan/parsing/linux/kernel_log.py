"""The kernel's log: its reports of hung tasks, and the list of tasks that SysRq `t` or `w` writes.

    INFO: task mysqld:4100 blocked for more than 120 seconds.
          Not tainted 5.15.0-91-generic #101
    "echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.
    task:mysqld          state:D stack:    0 pid: 4100 tgid: 4100 ppid:     1 flags:0x00004000
    mysqld          D ffff88003b1f2e80     0  4100      1 0x00000000         the same until 5.10: stack, pid, parent, flags
    Call Trace:
     <TASK>
     __schedule+0x2cd/0x890
     schedule+0x69/0x110
     </TASK>
    INFO: task mysqld:4100 is blocked on a mutex likely owned by task cp:4207.      since 6.15; the owner's stack follows
    task:cp              state:D stack:0     pid:4207  tgid:4207  ppid:1      task_flags:0x400040 flags:0x00004006

Each check of khungtaskd reports every task that still hangs: one that is reported again opens a further snapshot.  The task that owns
a lock may be reported itself: its stack is printed twice, and counts once.
(kernel/hung_task.c: check_hung_task, debug_show_blocker; kernel/sched/core.c: sched_show_task)
"""

from __future__ import annotations

import io
import re

from stackan.model.printed import Lock, PrintedState
from stackan.model.records import NamedTuple
from stackan.parsing.builder import Builder
from stackan.parsing.known import once_each
from stackan.parsing.linux.frame import message, read_frame
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import NOTHING_SAID, split_snapshots

_HUNG = re.compile(rb"INFO: task (.{1,64}):(\d{1,10}) blocked (?:in [\w/ ]{1,20} )?for more than (\d{1,9}) seconds\.?")
_TASK = re.compile(rb"task:(.{1,64}?) +state:([A-Za-z]) .*?\bpid: *(\d{1,10})\b.{0,120}")
_OLD_TASK = re.compile(rb"(\S.{0,63}?) +([RSDTtXZPI]) +(?:[0-9a-f]{8,16} +|running task +)?\d{1,8} +(\d{1,10}) +\d{1,10} +0x[0-9a-f]{8,16}")
_OWNER = re.compile(
    rb"INFO: task (.{1,64}):(\d{1,10}) (?:is )?(?:<[\w-]{1,20}> )?blocked on an? (mutex|semaphore|rw-semaphore|percpu-rwsem),? ?"
    rb"likely (owned|last held) by task (.{1,64}):(\d{1,10})(?: <[\w-]{1,20}>)?\.?"
)
_NO_OWNER = re.compile(rb"INFO: task .{1,80} blocked on an? [\w-]{1,20}, but the .{1,40} is not found\.")
_TRACE = (b"Call Trace:", b"Call trace:", b"Backtrace:")
_KINDS = {b"mutex": "mutex", b"semaphore": "semaphore", b"rw-semaphore": "rwlock", b"percpu-rwsem": "rwlock"}
# Of a report, beside the stack: the kernel's version and taint, the register values with which the system call was made, its context.
_BESIDE = (
    b"Not tainted ", b"Tainted: ", b"<TASK>", b"</TASK>", b"<IRQ>", b"</IRQ>", b"<NMI>", b"</NMI>", b"RIP: ", b"RSP: ", b"RAX: ", b"RBP: ",
    b"RDX: ", b"R10: ", b"R13: ", b"Code: ", b"Workqueue: ", b"Stack:", b"pc : ", b"lr : ", b"sp : ", b"Blocked by coredump.",
)  # fmt: skip
_AROUND = (
    b'"echo 0 > /proc/sys/kernel/hung_task_timeout_secs"', b"sysrq: ", b"SysRq : ", b"task  ", b"Future hung task reports are suppressed",
    b"Showing all locks held in the system:", b"NMI backtrace for cpu ", b"Kernel panic - not syncing: hung_task:", b"Sched Debug Version",
)  # fmt: skip
_WORDS = re.compile(rb"(?:[0-9a-f]{8,16} ?){2,8}|#\d+: .*|\d+ locks? held by .*|=+|x\d+ *:.*")  # of the stack, of lockdep, of arm64


class _Task(NamedTuple):
    name: bytes
    state: str
    pid: int


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    """Goes through the lines of one log."""

    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.doubted = _only_doubted(data)
        self.trace = -1  # the number of the trace whose lines are read
        self.states: dict[int, PrintedState] = {}  # by row
        self.rows: dict[int, int] = {}  # of the tasks of the newest snapshot, by their ids
        self.told: set[int] = set()  # those that were reported or listed, not only named as owners
        self.owner = False  # what follows is the stack of a task that was named as an owner
        self.again = False  # a stack that is in the snapshot already
        self.hung = 0  # the task that the last line of a report names, whose own line has yet to come

    def read(self) -> ParsedText:
        builder = self.builder
        for line in builder.lines():
            text = message(line)
            if not text:
                builder.blank()
            elif text.startswith(_TRACE):
                self.trace += 1
                self._beside()
            elif not (self._report(line, text) or self._frame(text)):
                self._rest(text)
        return split_snapshots(builder, {0: NOTHING_SAID._replace(states=self.states)})

    def _report(self, line: bytes, text: bytes) -> bool:
        """A line that names a task."""
        if text.startswith(b"INFO: task "):
            hung, owner = _HUNG.fullmatch(text), _OWNER.fullmatch(text)
            if hung is not None:
                self._hangs(line, _Task(hung[1], "hung", int(hung[2])), int(hung[3]))
            elif owner is not None:
                self._owned(int(owner[2]), _lock(owner, self.builder.line))
                self.builder.noise()
            elif _NO_OWNER.fullmatch(text):
                self.builder.noise()
            else:
                return False
            return True
        task = _read_task(text)
        if task is None:
            return False
        self._listed(line, task)
        return True

    def _hangs(self, line: bytes, task: _Task, seconds: int) -> None:
        if task.pid in self.told:
            self._begin_snapshot()
        self.told.add(task.pid)
        self.owner, self.hung = False, task.pid
        row = self.rows.get(task.pid)
        self.again = row is not None
        if row is None:
            row = self._thread(line, task)
        else:
            self.builder.close_thread()
            self.builder.noise()
        known = self.states.get(row, PrintedState("", self.builder.line))
        self.states[row] = known._replace(words="linux: hung", line=self.builder.line, waited=seconds)

    def _listed(self, line: bytes, task: _Task) -> None:
        if task.pid == self.hung:  # `INFO: task …` came before
            self.hung = 0
            self._beside()
            return
        self.hung = 0
        self.again = task.pid in self.rows and self.owner
        if self.again:
            self.builder.close_thread()
            self.builder.noise()
            return
        if task.pid in self.rows:
            self._begin_snapshot()
        if not self.owner:
            self.told.add(task.pid)
        self.owner = False
        row = self._thread(line, task)
        self.states[row] = PrintedState(f"linux: {task.state}", self.builder.line)

    def _owned(self, pid: int, lock: Lock) -> None:
        """The task waits for this lock."""
        self.owner = True
        row = self.rows.get(pid)
        if row is not None:
            state = self.states[row]
            self.states[row] = state._replace(awaits=lock)

    def _thread(self, line: bytes, task: _Task) -> int:
        at = line.find(task.name)
        row = self.rows[task.pid] = self.builder.thread(lwp=task.pid, name=(at, at + len(task.name)))
        return row

    def _begin_snapshot(self) -> None:
        self.builder.snapshot()
        self.rows, self.told = {}, set()

    def _frame(self, text: bytes) -> bool:
        frame = read_frame(text)
        if frame is None:
            return False
        if self.again:
            self.builder.noise()
        elif not self.builder.open:
            return False
        elif frame.reliable or self.trace in self.doubted:
            self.builder.frame(frame.function, b"from " + frame.module if frame.module else b"", pc=frame.pc)
        else:
            self.builder.locals()
        return True

    def _beside(self) -> None:
        if self.builder.open:
            self.builder.continuation()
        else:
            self.builder.noise()

    def _rest(self, text: bytes) -> None:
        if text.startswith(_BESIDE) or _WORDS.fullmatch(text[:200]):
            self._beside()
        elif text.startswith(_AROUND):
            self.builder.noise()
        else:
            self.builder.close_thread()


def _lock(found: re.Match[bytes], line: int) -> Lock:
    """The lock, and who has to release it; the last holder of a semaphore may have released it long ago."""
    evidence = "recorded" if found[4] == b"owned" else "inferred"
    return Lock(_KINDS[found[3]], None, line, owners=(int(found[6]),), evidence=evidence)


@once_each
def _read_task(text: bytes) -> _Task | None:
    found = _TASK.fullmatch(text[:300]) if text.startswith(b"task:") else _OLD_TASK.fullmatch(text[:200])
    return None if found is None else _Task(found[1], found[2].decode("ascii"), int(found[3]))


def _only_doubted(data: bytes) -> frozenset[int]:
    """The traces without a frame that the kernel is sure of: there all others are the stack."""
    doubted: set[int] = set()
    trace = -1
    for line in io.BytesIO(data):
        text = message(line)
        if text.startswith(_TRACE):
            trace += 1
            doubted.add(trace)
        elif trace in doubted and (frame := read_frame(text)) is not None and frame.reliable:
            doubted.discard(trace)
    return frozenset(doubted)
