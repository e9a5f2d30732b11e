"""What DMCSSM prints for its command `show`: how each group of processes stands.

    =================== group[name = GRP_DSC, seq = 2, type = DB, Control Node = 0] ====================
    …
    sta = PROCESS_CRASH, sub_sta = WAIT_REDO
    break ep = DSC2[2], DSC1[1]
    recover ep = NULL

    crash process over flag is FALSE

DMDSC's manual lists the states.  They tell that a fault is handled, which nodes it is about, and how far the handling is.
"""

from __future__ import annotations

import re

from stackan.faultlogs.template import number
from stackan.model.event import REBUILD, REDO, ROLLBACK, Node
from stackan.model.records import NamedTuple

MARKS = ("group[name = ", "sub_sta = ", "break ep = ", "recover ep = ", "crash process over flag is ")

_GROUP = re.compile(r"={0,200} {0,4}group\[name = [^,\]]{1,128},.{0,64}?\btype = (?P<group>CSS|ASM|DB)\b", re.ASCII)
_STATE = re.compile(r"sta = (?P<state>[A-Za-z_ ]{1,40}?)\s*,\s*sub_sta = (?P<step>[A-Za-z_ ]{1,40}?)\s*$", re.ASCII)
_NODES = re.compile(r"(?P<which>break|recover) ep = (?P<nodes>.{1,4096})$", re.ASCII)
_NODE = re.compile(r"([^\[\]\s,:]{1,128})\[(\d{1,4})\]", re.ASCII)
_FLAG = re.compile(r"(?P<tag>\[?!!!DSC INFO!!!\])? {0,4}crash process over flag is (?P<flag>TRUE|FALSE)\b", re.ASCII)

# By the steps' own names; those of phase 1 are all that come before the redo.
_PHASES = {
    "EP_CRASH": REBUILD,
    "WAIT_EP_CRASH": REBUILD,
    "PRE_SUSPEND": REBUILD,
    "SUSPEND_WORKER": REBUILD,
    "WAIT_SUSPEND_WORKER": REBUILD,
    "REDO": REDO,
    "WAIT_REDO": REDO,
    "CRASH_RECV": ROLLBACK,
    "WAIT_CRASH_RECV": ROLLBACK,
}
_MEANS = {REBUILD: "means-group-rebuilds", REDO: "means-group-redoes", ROLLBACK: "means-group-rolls-back"}


class Stand(NamedTuple):
    """How a group stands, as far as its lines were read."""

    means: str
    kind: str
    phase: str
    line: int
    time: str  # as printed
    text: str
    group: str
    broken: tuple[Node, ...] = ()
    joining: tuple[Node, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Which nodes it is about: those that come back, or those that failed."""
        return self.joining if self.kind == "rejoin" else self.broken


class Flag(NamedTuple):
    """What is said of a handling: by `show`, or by an instance itself when its handling ends."""

    over: bool
    by_itself: bool


def read_flag(text: str) -> Flag | None:
    """`crash process over flag is TRUE`"""
    found = _FLAG.match(text)
    return None if found is None else Flag(found["flag"] == "TRUE", found["tag"] is not None)


class Show:
    """The lines of `show`, put together to one statement a group."""

    def __init__(self) -> None:
        self._group = ""
        self._stand: Stand | None = None

    def take(self, text: str, line: int, time: str) -> bool:
        """Take a line, if it is one of these."""
        if (found := _NODES.match(text)) is not None:
            self._add_nodes(found["which"], read_nodes(found["nodes"]))
        elif (found := _STATE.match(text)) is not None:
            self._stand = self._stands(found["state"], found["step"], line, time, text)
        elif (found := _GROUP.match(text)) is not None:
            self._group = found["group"]
        return found is not None

    def finish(self) -> Stand | None:
        """What the lines so far say of a group; once."""
        stand, self._stand = self._stand, None
        return stand

    @property
    def group(self) -> str:
        return self._group

    def _stands(self, state: str, step: str, line: int, time: str, text: str) -> Stand | None:
        if state == "PROCESS_RECOVER":
            return Stand("means-nodes-rejoin", "rejoin", "", line, time, text, self._group)
        if state != "PROCESS_CRASH":
            return None
        if step in ("CRASH_ROLLBACK", "WAIT_CRASH_ROLLBACK"):
            return Stand("means-handling-rolled-back", "handling-rolled-back", "", line, time, text, self._group)
        phase = _PHASES.get(step, "")
        return Stand(_MEANS.get(phase, "means-group-handles"), "handling-phase", phase, line, time, text, self._group)

    def _add_nodes(self, which: str, nodes: tuple[Node, ...]) -> None:
        if self._stand is not None:
            self._stand = self._stand._replace(broken=nodes) if which == "break" else self._stand._replace(joining=nodes)


def read_nodes(text: str) -> tuple[Node, ...]:
    """`DSC2[2], DSC1[1]`; `NULL` is none."""
    return tuple(Node(name, number(site)) for name, site in _NODE.findall(text)[:64])
