"""The name of an input as evidence: host, role, process id, time and round.

    case.zip!node1/2024-06-07_101500/pstack_dnode_4242.log.2
             host  time              tool   role  pid      round

Names are hints: where the text says something, it decides.  DolphinDB's guide has its users save dumps as `pstack_dnode_PID.log`
and `pstack_ctrl_PID.log` (docs.dolphindb.cn, omc_server_hang_guidelines); `ctl` is met as well.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stackan.model.expressions import expression
from stackan.model.records import NamedTuple
from stackan.placing.moments import Moment, find_date, find_moment

ROLES = {
    "dnode": "datanode",
    "datanode": "datanode",
    "ctrl": "controller",
    "ctl": "controller",
    "controller": "controller",
    "cnode": "computenode",
    "computenode": "computenode",
    "agent": "agent",
}
# The word before a number says what it counts.
PROCESS_WORDS = frozenset(("p", "pid", "proc", "process", "rank", "shard", *ROLES))
HOST_WORDS = frozenset(("node", "host", "server", "srv", "vm", "machine", "db"))
ROUND_WORDS = frozenset(
    ("snap", "snapshot", "round", "dump", "sample", "time", "run", "take", "try", "快照", "采样", "采集", "抓取", "轮次", "次数")
)
# Words that do not distinguish processes.
_TOOLS = frozenset(
    ("pstack", "gstack", "jstack", "eustack", "eu", "gdb", "pystack", "pyspy", "py", "spy", "procstack", "lldb", "stack", "stacks", "bt")
)
_ENDINGS = frozenset(("txt", "log", "logs", "out", "dump", "dumps", "trace", "gz", "xz", "bz", "zst", "zip", "tar", "tgz", "json"))
# In the name of a file that is a dump, or was to be one; `controller.log` is a server's own log.
_DUMPED = _TOOLS | frozenset(("dump", "dumps", "backtrace", "dnode", "ctrl", "ctl", "cnode"))
_SILENT = _TOOLS | _ENDINGS | frozenset(ROLES)

_HOST = expression(
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"  # 10.0.0.7
    r"|(?<![\w.-])ip-(?:\d{1,3}-){3}\d{1,3}(?!\d)"  # ip-10-0-0-7, as clouds name hosts
    r"|(?<![\w.-])[A-Za-z0-9][\w.-]*\.(?:com|net|org|cn|local|lan|internal|corp)(?![\w-])"
)
# A round as Chinese counts them, in digits or in words: 第一次, 第2轮, 3次, 第十二回.
_COUNTED = expression(
    r"第 ?([0-9]{1,4}|[〇零一二两三四五六七八九十百]{1,7})(?: ?[次轮回遍批份]|(?![0-9\u4e00-\u9fff]))"
    r"|(?<![0-9第])([0-9]{1,4}|[〇零一二两三四五六七八九十百]{1,7})[次轮]"
)
_VALUES = {char: value for value, chars in enumerate(("〇零", "一", "二两", "三", "四", "五", "六", "七", "八", "九")) for char in chars}
_WORD = expression(r"([^\W\d_]+)(?:([-_.=# ]?)(\d{1,10})(?!\d))?|(\d+)")
_LONGEST = 1024  # characters that are looked at, from the end
_NEAR = 4  # how many parts of a path, from its end, may name the host: further out it is the reader's own machine


class Name(NamedTuple):
    """The content of one name."""

    host: str | None
    role: str | None
    pid: int | None
    time: str | None  # ISO 8601
    rounds: tuple[int, ...]  # numbers that count snapshots, a date first, then from the outermost folder inwards
    rest: tuple[str, ...]  # the remaining words in it
    folders: tuple[str, ...]  # of each folder and archive: its name where it says nothing that is known, else ""


@lru_cache(2048)  # stages ask again
def read_name(source: str) -> Name:
    path = source[-_LONGEST:].replace("\\", "/").replace("!", "/")
    moment = find_moment(path)
    if moment is not None:
        path = _without(path, moment)
    date = find_date(path)
    if date is not None:
        path = _without(path, date)
    parts = [_Part(part) for part in path.split("/")]
    parts[-1].read_end()
    return Name(
        host=next((part.host for part in parts[: -_NEAR - 1 : -1] if part.host), None),
        role=next((part.role for part in reversed(parts) if part.role), None),
        pid=next((part.pid for part in reversed(parts) if part.pid is not None), None),
        time=moment.iso if moment is not None else None,
        rounds=(*([int(date.iso)] if date is not None else []), *(number for part in parts for number in part.rounds)),
        rest=tuple(word for part in parts for word in part.rest),
        folders=tuple(part.text if part.is_unknown else "" for part in parts[:-1]),
    )


def is_named_like_a_dump(source: str) -> bool:
    """Whether the file's own name says so, as scripts name their dumps: `pstack_dnode_4242.log`, `gdb.txt`."""
    own = source.replace("\\", "/").replace("!", "/").rpartition("/")[2][-_LONGEST:]
    return any(word.casefold() in _DUMPED for word in re.findall(r"[^\W\d_]+", own))


def names_its_process(source: str) -> bool:
    """Whether a script has named the file, by a tool or a role and the process id: `pstack_dnode_4242.log`."""
    own = source.replace("\\", "/").replace("!", "/").rpartition("/")[2]
    return is_named_like_a_dump(source) and read_name(own).pid is not None


def is_overwritten_by_a_round(source: str) -> bool:
    """Whether a name that a script gives would be the same in each round."""
    name = read_name(source)
    return names_its_process(source) and not name.rounds and name.time is None


def _without(path: str, moment: Moment) -> str:
    """The path without a moment, which may reach over folders: 2024-06-07/10:15/pstack.log"""
    return path[: moment.start] + "/" * path.count("/", moment.start, moment.stop) + path[moment.stop :]


class _Part:
    """A folder's, an archive's or a file's own name."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.role: str | None = None
        self.pid: int | None = None
        self.rounds: list[int] = []
        self.rest: list[str] = []
        host = _HOST.search(text)
        self.host = host[0] if host is not None else None
        for count in _COUNTED.finditer(text):
            self.rounds.append(read_count(count[1] or count[2]))
        for match in _WORD.finditer(_COUNTED.sub(" ", _HOST.sub(" ", text))):
            self._read(*match.groups(""))

    @property
    def is_unknown(self) -> bool:
        return bool(self.rest) and not (self.host or self.role or self.rounds)

    def _read(self, word: str, gap: str, number: str, alone: str) -> None:
        known = word.casefold()
        self.role = ROLES.get(known, self.role)
        counts = _counted(known, gap, number) if number else ""
        if counts == "process":
            self.pid = int(number)
        elif counts == "round":
            self.rounds.append(int(number))
        elif counts == "host":
            self.host = f"{word}{gap}{number}"
        elif known in ROLES and number and not gap:
            self.rest.append(known + number)  # dnode2: one of several on a host
        else:
            self.rest += [piece for piece in (known, number or alone) if piece and piece not in _SILENT]

    def read_end(self) -> None:
        """Of a file: `4242.txt` is named by its process; where that is known, `pstack_dnode_4242.log.2` ends in its round."""
        if not self.rest or not self.rest[-1].isdecimal():
            return
        if self.pid is None and self.role is None and len(self.rest) == 1 and 2 < len(self.rest[0]) < 8:
            self.pid = int(self.rest.pop())
        elif (self.pid is not None or self.role is not None) and not self.rounds and len(self.rest[-1]) < 4:
            self.rounds.append(int(self.rest.pop()))


def read_count(words: str) -> int:
    """A number up to 999 as Chinese writes it: 三 is 3, 十 is 10, 二十一 is 21, 一百零二 is 102; digits are digits."""
    if words.isascii():
        return int(words)
    number = digit = 0
    for char in words:
        if char in "十百":
            number += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _VALUES[char] if digit else _VALUES[char]
    return number + digit


def _counted(word: str, gap: str, number: str) -> str:
    """The thing that the number behind a word counts, if the word says so."""
    if word in ("pid", "proc", "process") or (gap and (word in ROLES or (word in _TOOLS and len(number) > 2))):
        return "process"
    if len(number) < 5 and (word in ROUND_WORDS or (word in ("r", "t") and not gap)):
        return "round"
    return "host" if len(number) < 4 and word in HOST_WORDS else ""
