"""The rounds of a capture: in each, what /proc shows of every process first, then the stacks, one process at a time."""

from __future__ import annotations

import datetime
import socket
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from stackan._version import __version__
from stackan.collect import ends, owners, procfs, stacks, tools
from stackan.collect.archive import Archive
from stackan.collect.manifest import Manifest, Round, Step
from stackan.collect.masks import Masks
from stackan.collect.rights import find_barriers, tracer_of
from stackan.collect.targets import Target
from stackan.errors import InputError
from stackan.model.said import row, said, said_of

OWN = "own"
_ORDERS = {"auto": (OWN, "eu-stack", "gdb", "pstack", "lldb"), "stop": ("gdb", "pstack", "lldb")}
_LIVING = frozenset(("jcmd", "py-spy"))  # beside the stacks, where the process is one of theirs


class Plan(NamedTuple):
    """How to collect."""

    rounds: int = 2
    interval: float = 180.0  # seconds between the beginnings of two rounds
    align: float = 0.0  # rounds begin when the clock shows a multiple of so many seconds; 0: at once
    way: str = "auto"  # a name of TOOLS, "own", "auto", "stop": all threads at one instant, or "proc": no stacks at all
    attach: bool = True  # threads that run may be stopped for a moment
    max_pause: float = 0.05  # seconds for which the own way stops a thread at most
    timeout: float = 60.0  # seconds that one tool may take for one process
    clean: bool = False  # mask hosts, users, addresses and strings
    with_command: bool = False  # store command lines


Tell = Callable[[str], None]


def collect(targets: Sequence[Target], plan: Plan, archive: Archive, tell: Tell) -> Manifest:
    """Take all rounds into the archive; `tell` gets a sentence for each round."""
    host = socket.gethostname() or "host"
    masks = Masks(host) if plan.clean else None
    name = masks.host(host) if masks is not None else host
    capture = _Capture(name, plan, archive, masks)
    capture.describe(targets)
    for number in range(1, plan.rounds + 1):
        _wait_for_turn(number, plan, capture.manifest)
        begun, steps = time.monotonic(), len(capture.manifest.steps)
        wall = _now()
        for step in _in_order(capture, number, targets):
            capture.manifest.steps.append(step)
        capture.manifest.rounds.append(Round(number, wall, _now(), begun, time.monotonic()))
        capture.write_manifest(f"manifest-{number}.json")
        archive.end_round()
        taken = capture.manifest.steps[steps:]
        failed = sum(step.trouble is not None for step in taken)
        tell(
            said_of(
                len(targets),
                "round {number} of {rounds}: {count} process in {seconds} s; steps that failed: {failed}",
                "round {number} of {rounds}: {count} processes in {seconds} s; steps that failed: {failed}",
                number=number,
                rounds=plan.rounds,
                seconds=f"{time.monotonic() - begun:.1f}",
                failed=failed,
            )
        )
    capture.write_manifest("manifest.json")
    return capture.manifest


def _in_order(capture: _Capture, number: int, targets: Sequence[Target]) -> list[Step]:
    pids = [target.pid for target in targets]
    steps = [capture.threads(number, pid) for pid in pids]
    steps += capture.waits(number, pids)
    steps += capture.descriptors(number, pids)
    for pid in pids:
        steps += capture.stacks(number, pid)
    return steps


def _wait_for_turn(number: int, plan: Plan, manifest: Manifest) -> None:
    if number > 1:
        time.sleep(max(manifest.rounds[-1].monotonic_begin + plan.interval - time.monotonic(), 0.0))
    if plan.align > 0:
        time.sleep(plan.align - time.time() % plan.align)


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Capture:
    """The steps, each of which puts a file into the archive or says why there is none."""

    def __init__(self, host: str, plan: Plan, archive: Archive, masks: Masks | None) -> None:
        self.top = f"stackan-{host}-{_now()[:19].replace(':', '')}"
        self.host = host
        self.plan = plan
        self.archive = archive
        self.masks = masks
        self.manifest = Manifest(host)
        self._versions: dict[str, str | None] = {}

    def describe(self, targets: Sequence[Target]) -> None:
        self._add("machine.txt", procfs.describe_machine())
        for target in targets:
            command = target.command if self.plan.with_command else target.command.partition(" ")[0]
            self.manifest.processes.append(
                {
                    "pid": target.pid,
                    "name": target.name,
                    "command": self._masked(command.encode()).decode("utf-8", "replace"),
                    "host": self.host,
                    "container": target.container,
                    "container_pid": target.inner_pid,
                }
            )
            text, _ = procfs.copy_process(target.pid, self.plan.with_command)
            self._add(f"{self.host}/{target.pid}/process.txt", text)

    def threads(self, number: int, pid: int) -> Step:
        begun = time.monotonic()
        text, denied = procfs.copy_threads(pid)
        denied = [name for name in denied if name != "stack"]  # the kernel's stacks need root, and nobody misses them
        file = self._put(number, pid, "threads.txt", text)
        trouble = said("not readable: {names}", names=", ".join(denied)) if denied else None if text else said("the process is gone")
        return Step(number, pid, "proc", file, time.monotonic() - begun, pause=0.0, trouble=trouble, lacked=self._lacked(pid, trouble))

    def waits(self, number: int, pids: Sequence[int]) -> list[Step]:
        """All processes at once: a lock may be shared by two of them."""
        steps = []
        for pid in pids:
            begun, file, trouble = time.monotonic(), None, None
            try:
                file = self._put(number, pid, "waits.txt", owners.read([pid]).get(pid, b""))
            except PermissionError as error:
                trouble = said("locks and their owners could not be read ({reason})", reason=error.strerror or "EPERM")
            seconds = time.monotonic() - begun
            steps.append(Step(number, pid, "waits", file, seconds, pause=0.0, trouble=trouble, lacked=self._lacked(pid, trouble)))
        return steps

    def descriptors(self, number: int, pids: Sequence[int]) -> list[Step]:
        begun = time.monotonic()
        texts = ends.read(pids)
        share = (time.monotonic() - begun) / max(len(texts), 1)
        return [
            Step(number, pid, "descriptors", self._put(number, pid, "descriptors.txt", text), share, pause=0.0)
            for pid, text in texts.items()
        ]

    def stacks(self, number: int, pid: int) -> list[Step]:
        """By the first way that can; those of run-times beside it."""
        if self.plan.way == "proc":
            return []
        order = _ORDERS.get(self.plan.way)
        names = [name for name in order if name == OWN or tools.TOOLS[name].path] if order is not None else [self.plan.way]
        living = self._living(number, pid) if self.plan.way == "auto" else []
        failed: list[Step] = []
        for name in names:
            step = self._take_own(number, pid) if name == OWN else self._take(number, pid, tools.TOOLS[name])
            if step.file is not None and (name == OWN or step.trouble is None):
                step.instead = "; ".join(f"{each.tool}: {each.trouble}" for each in failed) or None
                return [step, *living]
            failed.append(step)
        none = Step(number, pid, "stacks", None, 0.0, trouble=said("no debugger is installed; gdb would show stacks"))
        return [*(failed or [none]), *living]

    def _living(self, number: int, pid: int) -> list[Step]:
        """What the run-time of the process says itself."""
        return [self._take(number, pid, tools.TOOLS[name]) for name in tools.run_time_tools(pid) if tools.TOOLS[name].path]

    def _take_own(self, number: int, pid: int) -> Step:
        begun, pause = time.monotonic(), 0.0
        file: str | None = None
        trouble: str | None = None
        try:
            copies = stacks.take(pid, attach=self.plan.attach, max_pause=self.plan.max_pause, timeout=self.plan.timeout)
            pause = copies.longest_pause
            if copies.missing and self.plan.attach:
                reasons = row(list(dict.fromkeys(copies.missing.values())))
                trouble = said("{count} threads were not taken ({reasons})", count=len(copies.missing), reasons=reasons)
            file = self._put(number, pid, "stacks.txt", stacks.render(copies))
        except InputError as error:
            trouble = str(error)
        seconds = time.monotonic() - begun
        return Step(number, pid, OWN, file, seconds, __version__, pause, None, trouble, self._lacked(pid, trouble), instant=False)

    def _take(self, number: int, pid: int, tool: tools.Tool) -> Step:
        if not tools.fits(tool.name, pid):
            return Step(number, pid, tool.name, None, 0.0, trouble=said("the process is none of that tool's run-time"))
        if (tracer := tracer_of(pid)) is not None:
            return Step(number, pid, tool.name, None, 0.0, trouble=said("process {tracer} traces it already", tracer=tracer))
        if tool.name not in self._versions:
            self._versions[tool.name] = tools.version_of(tool)
        taken = tools.take(tool, pid, self.plan.timeout)
        shows = (
            taken.text.strip() != b"" and not taken.refused and not (taken.exit and b"#0" not in taken.text and b"\tat " not in taken.text)
        )
        trouble = None
        if not taken.runs:
            trouble = said("the process is still stopped: `kill -CONT {pid}`", pid=pid)
        elif taken.exit is None:
            trouble = said("ended after {seconds} s, the limit for one tool", seconds=f"{self.plan.timeout:g}")
        elif not shows:
            trouble = said("it could not look at the process") if taken.text.strip() else said("it printed nothing")
        file = self._put(number, pid, f"{tool.name}.txt", taken.text) if shows else None
        return Step(
            number,
            pid,
            tool.name,
            file,
            taken.seconds,
            self._versions[tool.name],
            taken.pause,
            taken.exit,
            trouble,
            self._lacked(pid, trouble),
            tool.instant,
        )

    def write_manifest(self, name: str) -> None:
        self.manifest.checksums = dict(self.archive.checksums)
        self.archive.add(f"{self.top}/{name}", self.manifest.render())

    def _put(self, number: int, pid: int, name: str, text: bytes) -> str | None:
        return self._add(f"{self.host}/{pid}/round-{number}/{name}", text) if text else None

    def _add(self, name: str, text: bytes) -> str:
        self.archive.add(f"{self.top}/{name}", self._masked(text))
        return name

    def _masked(self, text: bytes) -> bytes:
        return self.masks.mask(text) if self.masks is not None else text

    def _lacked(self, pid: int, trouble: str | None) -> tuple[str, ...]:
        return tuple(barrier.name for barrier in find_barriers(pid)) if trouble is not None else ()
