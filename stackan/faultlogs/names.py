"""The names of logs → the nodes that have written them.

dm_DSC0_202405.log   dm_CSS1_202405.log   dm_ASM1_202212.log     by DMSERVER, DMCSS, DMASM: a node and a month
dm_DSC0_20240512_10.log   dm_DSC0.log                            one an hour, or a single one
dmasm02_202212.log                                               old versions of DMASM
clusterDemo/log/dnode1.log   20240512000dnode1.log               by DolphinDB: an alias, with a date before it once it is full
"""

from __future__ import annotations

import re

_ENDING = r"(?:_(?:\d{6}|\d{8})(?:_\d{2})?)?\.log"
_DAMENG = re.compile(rf"(?:^|[^0-9A-Za-z])dm_(?P<name>[0-9A-Za-z$#_-]{{1,128}}?){_ENDING}", re.ASCII)
_OLD = re.compile(r"(?:^|[^0-9A-Za-z])(?P<name>dmasm\d+)_\d{6}\.log", re.ASCII)
_TOOLS = re.compile(r"unknown$|(?:BAKRES|SBTTRACE|dmasmcmd|dmasmtool)(?:_|$)")
_ALIAS = re.compile(r"(?:\d{8,17}(?=[A-Za-z]))?(?P<name>[0-9A-Za-z_.-]{1,128}?)(?:_job|_query)?\.log", re.ASCII)


def base_name(source: str) -> str:
    """The last part of a name, in an archive or a folder."""
    return re.split(r"[/\\!]", source)[-1]


def folders_of(source: str) -> tuple[str, ...]:
    """The folders in which a text lies, from the outermost on."""
    return tuple(re.split(r"[/\\!]", source)[:-1])


def folders_in_common(one: str, other: str) -> int:
    """How many of the outermost folders two texts share."""
    depth = 0
    for mine, yours in zip(folders_of(one), folders_of(other)):
        if mine.casefold() != yours.casefold():
            break
        depth += 1
    return depth


def node_of_file(source: str) -> str | None:
    """The Dameng node that has written a log of this name."""
    found = _DAMENG.search(base_name(source)) or _OLD.search(base_name(source))
    return found["name"] if found is not None and not _TOOLS.match(found["name"]) else None


def alias_of_file(source: str) -> str | None:
    """The DolphinDB node that has written a log of this name."""
    found = _ALIAS.match(base_name(source))
    return found["name"] if found is not None and found["name"] != "dolphindb" else None
