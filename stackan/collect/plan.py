"""What is to be done to the processes of a capture."""

from __future__ import annotations

from stackan.collect.tools import TOOLS, run_time_tools
from stackan.model.records import NamedTuple

OWN = "own"
_ORDERS = {"auto": (OWN, "eu-stack", "gdb", "pstack", "lldb"), "stop": ("gdb", "pstack", "lldb"), "proc": ()}


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
    logs: int = 0  # bytes of the end of each log that a process writes; 0: none

    @property
    def order(self) -> list[str]:
        """The ways to take stacks, the one to be tried first before what stands in for it; of tools those that are here."""
        order = _ORDERS.get(self.way)
        return [self.way] if order is None else [name for name in order if name == OWN or TOOLS[name].path]

    def beside(self, pid: int) -> list[str]:
        """The tools of the run-time that a process is, whose own words are taken beside its stacks."""
        return [name for name in run_time_tools(pid) if TOOLS[name].path] if self.way == "auto" else []
