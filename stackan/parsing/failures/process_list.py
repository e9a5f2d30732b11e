"""A list of processes as `ps` prints it: which command line each process id has.

    root     23984     1 97 May10 ?        1-03:22:10 ./dolphindb -home data/dn1 -mode datanode …     ps -ef
    root     23984 97.2 12.0 9123456 812345 ?      Sl   May10 1622:10 ./dolphindb -home data/dn1 …    ps aux

Behind `| grep` it has no header.
"""

from __future__ import annotations

import re

from stackan.model.process_list import ProcessList

_ROW = re.compile(
    r"^[ \t]*(?P<user>[\w.$+-]{1,64})[ \t]+(?P<pid>\d{1,10})[ \t]+"
    r"(?:\d{1,10}[ \t]+\d{1,3}[ \t]+[\w:]{3,10}[ \t]+\S{1,16}[ \t]+"
    r"|[\d.]{1,8}[ \t]+[\d.]{1,8}[ \t]+\d{1,20}[ \t]+\d{1,20}[ \t]+\S{1,16}[ \t]+\S{1,8}[ \t]+[\w:]{3,10}[ \t]+)"
    r"(?:\d{1,6}-)?\d{1,6}:\d\d(?::\d\d)?[ \t]+(?P<command>\S.*)$"
)
_FIRST, _LAST = ("UID", "USER", "用户"), ("CMD", "COMMAND", "命令")  # words of a header
_MOST_BYTES = 4 << 20
_LONGEST = 16 << 10  # characters of a line


def read_process_list(data: bytes, source: str) -> ProcessList | None:
    """The list of processes that a text is, or None if it is another text: most of its lines have to be rows."""
    lines = [line for line in data[:_MOST_BYTES].decode("utf-8", "replace").splitlines() if line.strip()]
    rows = [match for line in lines if (match := _ROW.match(line[:_LONGEST])) is not None]
    words = lines[0][:_LONGEST].split() if lines else [""]
    headed = words[0] in _FIRST and words[-1] in _LAST
    if not (headed or rows) or len(rows) * 2 < len(lines) - headed:
        return None
    return ProcessList(source, {int(row["pid"]): row["command"] for row in rows})
