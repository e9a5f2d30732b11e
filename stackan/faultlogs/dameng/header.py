"""The head of a record of a Dameng log: its time, its level, its program, its pid, and its text.

To a file:

    2021-04-11 23:37:19:475 [FATAL] database P0000023070 T0000000000000023104 check page io timeout overtime 3 times of io TIMEOUT…
    2019-10-21 12:11:23 [INFO] database P0000005642 main_thread SYSTEM IS READY.

The thread is a number or a name; milliseconds stand behind a point or a colon, and in old logs nowhere.  Pasted logs have blanks in the
name of the thread, a lower-case p, and pids of nine digits.  To the console of DMCSS and DMCSSM, and to DMCSSM's file:

    [2022-08-30 15:05:28:464] [CSS]: 设置EP CSS0[0]为控制节点
    [monitor]          [2024-05-12 10:03:31:123] show GRP_DSC
"""

from __future__ import annotations

import re

from stackan.model.records import NamedTuple

# Programs that write events, by the contract's word for their logs.  Tools (dmasmcmd, dmap, …) share the shape of the lines, but say
# nothing of the cluster.
PROGRAMS = {
    "database": "dmserver",
    "dmserver": "dmserver",
    "dmcss": "dmcss",
    "dmcssm": "dmcssm",
    "dmasm": "dmasm",
    "dmasmsvr": "dmasm",
    "dmasmsvrm": "dmasm",
}
_BEHIND_TIME = 23  # where it has milliseconds, as it mostly does
_REMEMBERED = 4096
_LONGEST = 200  # characters between the milliseconds and the text
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.:,]\d{1,6})?"
_FILE = re.compile(
    rf"(?P<time>{_TIME})\s+\[(?P<level>[A-Z_]{{3,12}})\]:?\s+(?P<program>\w+)\s+[Pp](?P<pid>\d{{1,10}})"
    r"\s+(?:[Tt]\d+|[A-Za-z_]\w* ?(?:thd|thread)\b|\w+(?=  ))(?:\s+TID\d+)?\s+(?P<text>.*)",
    re.ASCII | re.DOTALL,
)
_CONSOLE = re.compile(rf"(?:\[(?P<program>\w{{1,16}})\][ \t]*)?\[(?P<time>{_TIME})\][ \t]*(?P<text>.*)", re.ASCII | re.DOTALL)


class Header(NamedTuple):
    time: str  # as printed
    level: str  # "" where none is printed
    program: str  # "" where none is printed
    pid: int | None
    text: str


def read_header(line: str) -> Header | None:
    """The head of a record; None if the line is none of Dameng's."""
    found = _FILE.match(line)
    if found is not None:
        return Header(found["time"], found["level"], found["program"], int(found["pid"]), found["text"].strip())
    found = _CONSOLE.match(line)
    if found is not None:
        return Header(found["time"], "", found["program"] or "", None, found["text"].strip())
    return None


def _is_usual(line: str, between: str, header: Header) -> bool:
    """Whether a head has milliseconds, and two blanks before the text that stand nowhere before."""
    return between.startswith(" [") and header.text == line[_BEHIND_TIME + len(between) :].strip()


class Headers:
    """Reads the heads of records, most of which differ from earlier ones in their time alone."""

    def __init__(self) -> None:
        self._known: dict[str, Header] = {}  # by what stands between the milliseconds and the text

    def read(self, line: str) -> Header | None:
        """The head of a record; None if the line is none of Dameng's."""
        text = line.find("  ", _BEHIND_TIME)
        between = line[_BEHIND_TIME:text]
        known = self._known.get(between)
        if known is not None and text > 0 and line[20:_BEHIND_TIME].isdecimal():
            return Header(line[:_BEHIND_TIME], known.level, known.program, known.pid, line[text:].strip())
        header = read_header(line)
        if header is not None and header.pid is not None and len(between) <= _LONGEST and _is_usual(line, between, header):
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[between] = header
        return header
