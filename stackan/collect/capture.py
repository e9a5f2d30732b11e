"""The steps of a capture, each of which puts a file into the archive or says why there is none."""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from functools import partial

from stackan._version import __version__
from stackan.collect import ends, owners, procfs, stacks, tools
from stackan.collect.archive import Archive
from stackan.collect.logs import LogFile, find_logs, name_of, read_end
from stackan.collect.manifest import Manifest, Step
from stackan.collect.masks import Masks
from stackan.collect.plan import OWN, Plan
from stackan.collect.priority import humbly
from stackan.collect.rights import find_barriers, tracer_of
from stackan.collect.targets import Target
from stackan.errors import InputError
from stackan.model.said import row, said


def now() -> str:
    """The time in UTC, to the millisecond."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Capture:
    """One archive that is being written."""

    def __init__(self, host: str, plan: Plan, archive: Archive, masks: Masks | None) -> None:
        self.top = f"stackan-{host}-{now()[:19].replace(':', '')}"
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
            self._add(f"{self.host}/{target.pid}/process.txt", text + humbly(partial(procfs.list_build_ids, target.pid)))

    def gone(self, number: int, target: Target) -> Step:
        """Instead of everything else."""
        return Step(number, target.pid, "proc", None, 0.0, pause=0.0, trouble=said("the process is gone"), lacked=("gone",))

    def threads(self, number: int, pid: int) -> Step:
        begun = time.monotonic()
        text, denied = humbly(partial(procfs.copy_threads, pid))
        denied = [name for name in denied if name != "stack"]  # the kernel's stacks need root, and nobody misses them
        file = self._put(number, pid, "threads.txt", text)
        trouble = said("not readable: {names}", names=", ".join(denied)) if denied else None if text else said("the process is gone")
        return Step(number, pid, "proc", file, time.monotonic() - begun, pause=0.0, trouble=trouble, lacked=self._lacked(pid, trouble))

    def waits(self, number: int, pids: Sequence[int]) -> list[Step]:
        """All processes at one instant: a lock may be shared by two of them."""
        return [self._waits(number, view) for view in owners.take(pids)]

    def _waits(self, number: int, view: owners.View) -> Step:
        if view.denied:
            trouble = said("locks and their owners could not be read ({reason})", reason=view.denied)
            lacked = self._lacked(view.pid, trouble)
            return Step(number, view.pid, "waits", None, view.took, pause=0.0, trouble=trouble, lacked=lacked)
        return Step(number, view.pid, "waits", self._put(number, view.pid, "waits.txt", owners.render(view)), view.took, pause=0.0)

    def descriptors(self, number: int, pids: Sequence[int]) -> list[Step]:
        begun = time.monotonic()
        texts = humbly(partial(ends.read, pids))
        share = (time.monotonic() - begun) / max(len(texts), 1)
        return [
            Step(number, pid, "descriptors", self._put(number, pid, "descriptors.txt", text), share, pause=0.0)
            for pid, text in texts.items()
        ]

    def stacks(self, number: int, target: Target) -> list[Step]:
        """By the first way that can, all that were tried; those of run-times beside it.  Nothing more is done to a process that stands."""
        if self.plan.way == "proc":
            return []
        if not self.plan.order:
            trouble = said("no debugger is installed; gdb would show stacks")
            return [Step(number, target.pid, "stacks", None, 0.0, trouble=trouble)]
        tried: list[Step] = []
        for name in self.plan.order:
            step = self._take_own(number, target.pid) if name == OWN else self._take(number, target, tools.TOOLS[name])
            tried.append(step)
            if step.file is not None and (name == OWN or step.trouble is None):
                for before in tried[:-1]:
                    before.replaced_by = name
                break
            if not step.runs:
                break
        beside = self.plan.beside(target.pid) if tried[-1].runs else []
        return [*tried, *(self._take(number, target, tools.TOOLS[name]) for name in beside)]

    def logs(self, number: int, pid: int) -> list[Step]:
        """What the server has written itself."""
        if not self.plan.logs:
            return []
        taken: set[str] = set()
        return [self._log(number, pid, log, name_of(log, taken)) for log in humbly(partial(find_logs, pid))]

    def _log(self, number: int, pid: int, log: LogFile, name: str) -> Step:
        begun = time.monotonic()
        try:
            text = humbly(partial(read_end, log, self.plan.logs))
        except OSError as error:
            trouble = said("a log could not be read ({reason})", reason=error.strerror or str(error))
            return Step(number, pid, "log", None, time.monotonic() - begun, pause=0.0, trouble=trouble, lacked=self._lacked(pid, trouble))
        file = self._add(f"{self.host}/{pid}/logs/{name}", text) if text else None
        return Step(number, pid, "log", file, time.monotonic() - begun, pause=0.0)

    def _take_own(self, number: int, pid: int) -> Step:
        begun, pause, runs = time.monotonic(), 0.0, True
        file: str | None = None
        trouble: str | None = None
        try:
            copies = stacks.take(pid, attach=self.plan.attach, max_pause=self.plan.max_pause, timeout=self.plan.timeout)
            pause, runs = copies.longest_pause, copies.runs
            if not runs:
                trouble = _stands(pid)
            elif copies.missing and self.plan.attach:
                reasons = row(list(dict.fromkeys(copies.missing.values())))
                trouble = said("{count} threads were not taken ({reasons})", count=len(copies.missing), reasons=reasons)
            file = self._put(number, pid, "stacks.txt", humbly(partial(stacks.render, copies)))
        except InputError as error:
            trouble = str(error)
        seconds = time.monotonic() - begun
        return Step(
            number, pid, OWN, file, seconds, __version__, pause, None, trouble, self._lacked(pid, trouble), instant=False, runs=runs
        )

    def _take(self, number: int, target: Target, tool: tools.Tool) -> Step:
        pid = target.pid
        if tool.name not in self._versions:
            self._versions[tool.name] = tools.version_of(tool)
        refused = self._refuse(target, tool)
        if refused is not None:
            return Step(number, pid, tool.name, None, 0.0, self._versions[tool.name], trouble=refused, lacked=self._lacked(pid, refused))
        taken = tools.take(tool, pid, self.plan.timeout)
        trouble = None
        if not taken.runs:
            trouble = _stands(pid)
        elif taken.exit is None:
            trouble = said("ended after {seconds} s, the limit for one tool", seconds=f"{self.plan.timeout:g}")
        elif not taken.shows:
            trouble = said("it could not look at the process") if taken.text.strip() else said("it printed nothing")
        return Step(
            number,
            pid,
            tool.name,
            self._put(number, pid, f"{tool.name}.txt", taken.text) if taken.shows else None,
            taken.seconds,
            self._versions[tool.name],
            taken.pause,
            taken.exit,
            trouble,
            self._lacked(pid, trouble),
            tool.instant,
            runs=taken.runs,
        )

    def _refuse(self, target: Target, tool: tools.Tool) -> str | None:
        """Why a tool is not let at a process."""
        if not target.lives:
            return said("the process is gone")
        if tool.path is None:
            return said("{tool} is not installed, or not in PATH", tool=tool.name)
        if not tools.fits(tool.name, target.pid):
            return said("the process is none of that tool's run-time")
        tracer = tracer_of(target.pid)
        return said("process {tracer} traces it already", tracer=tracer) if tracer is not None else None

    def write_manifest(self, name: str) -> None:
        self.manifest.checksums = dict(self.archive.checksums)
        humbly(lambda: self.archive.add(f"{self.top}/{name}", self.manifest.render()))

    def _put(self, number: int, pid: int, name: str, text: bytes) -> str | None:
        return self._add(f"{self.host}/{pid}/round-{number}/{name}", text) if text else None

    def _add(self, name: str, text: bytes) -> str:
        humbly(lambda: self.archive.add(f"{self.top}/{name}", self._masked(text)))
        return name

    def _masked(self, text: bytes) -> bytes:
        return self.masks.mask(text) if self.masks is not None else text

    def _lacked(self, pid: int, trouble: str | None) -> tuple[str, ...]:
        return tuple(barrier.name for barrier in find_barriers(pid)) if trouble is not None else ()


def _stands(pid: int) -> str:
    return said("the process is still stopped: `kill -CONT {pid}`", pid=pid)
