"""What DMCSS has the nodes do while it handles a fault, as its log prints the commands, and as those print them that take them.

    [2022-08-30 15:05:28:464] [DB]: 设置命令[EP_CRASH], 目标站点 DSC0[0], 命令序号[57]      sent: set command, target, number
    check css cmd: EP START, cmd_seq: 25                                                  taken

The guide (7.2.4) has the first form with LINK_CHECK, DMASM's console the second one.  The other commands bear the names of the states
(`sub_sta`) that DMDSC's manual lists for `show`; in which order they come is not documented, and nothing here rests on it.
"""

from __future__ import annotations

import re

from stackan.faultlogs.dameng.templates import TAG
from stackan.model.event import REBUILD, ROLLBACK
from stackan.model.records import NamedTuple


class Command(NamedTuple):
    """What a command to a node means."""

    means: str
    kind: str
    phase: str = ""


COMMANDS = {
    "EP CRASH": Command("means-told-to-handle", "handling-started"),
    "SUSPEND WORKER": Command("means-workers-suspended", "handling-phase", REBUILD),
    "CRASH RECV": Command("means-crash-recovered", "handling-phase", ROLLBACK),
    "CRASH ROLLBACK": Command("means-handling-rolled-back", "handling-rolled-back"),
    "RESUME WORKER": Command("means-workers-resumed", "handling-over"),
    "EP RECOVER": Command("means-rejoin-begins", "rejoin"),
}
# That a node has to check its links is told by the one who found the fault; those that take the command only obey.
LINK_CHECK = Command("means-link-checked", "network-fault")

_SENT = re.compile(
    rf"{TAG}设置命令\s*\[(?P<command>[A-Z_ ]{{2,40}})\][,，]?\s*目标站点[:：]?\s*(?P<name>[^\[\]\s,:]{{1,128}})\s*\[(?P<site>\d{{1,4}})\]",
    re.ASCII,
)
_TAKEN = re.compile(rf"{TAG}check css cmd: (?P<command>[A-Z_ ]{{2,40}}?)\s*(?:,|$)", re.ASCII)
MARKS = (
    *(f"[{name.replace(' ', '_')}]" for name in (*COMMANDS, "LINK CHECK")),
    *(f"cmd: {name}" for name in COMMANDS),
)


def find_command(text: str) -> tuple[re.Match[str], Command] | None:
    """The command that a record's text says was sent or taken; the match has its node if it was sent."""
    found = _SENT.match(text)
    if found is not None:
        name = found["command"].replace("_", " ")
        command = LINK_CHECK if name == "LINK CHECK" else COMMANDS.get(name)
    else:
        found = _TAKEN.match(text)
        command = COMMANDS.get(found["command"].replace("_", " ")) if found is not None else None
    return (found, command) if found is not None and command is not None else None
