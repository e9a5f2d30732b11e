"""Logs of a made-up DMDSC cluster, with the lines that the guide documents in the shape of Dameng's logs, and dumps beside them."""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path

from stackan.model.event import Node
from tests.dumping import app, dump, mutex, poll_events, thread

DAY = "2024-05-12"
PIDS = {"CSS": 300, "ASM": 400, "DSC": 500}


def pid_of(name: str) -> int:
    return next(pid for prefix, pid in PIDS.items() if name.startswith(prefix)) + int(name[-1])


def record(name: str, time: str, text: str, level: str = "INFO") -> str:
    program = {"CSS": "dmcss", "ASM": "dmasmsvr", "DSC": "database"}[name[:3]]
    return f"{DAY} {time} [{level}] {program} P{pid_of(name):010} T{pid_of(name) + 1:019}  {text}"


def console(time: str, text: str) -> str:
    return f"[{DAY} {time.replace('.', ':')}] {text}"


def death(name: str, group: str = "DB") -> str:
    return f"[!!!DSC INFO!!!][{group}]: dead instance detected, detect ep {name}[{name[-1]}] broken."


def command(word: str, name: str, group: str = "DB") -> str:
    return f"[{group}]: 设置命令[{word}], 目标站点 {name}[{name[-1]}], 命令序号[57]"


def taken(word: str) -> str:
    return f"[!!!DSC INFO!!!]check css cmd: {word}, cmd_seq: 57"


class Cluster:
    """The logs of some nodes, line by line; `write` puts them into folders, one for each node, and DMCSSM's into `monitor`."""

    def __init__(self) -> None:
        self.lines: dict[str, list[str]] = {}

    def say(self, name: str, time: str, text: str, level: str = "INFO") -> None:
        self.lines.setdefault(name, []).append(console(time, text) if name == "monitor" else record(name, time, text, level))

    def chat(self, name: str, *times: str) -> None:
        """Ordinary lines, that say how far a log goes."""
        for time in times:
            self.say(
                name, time, "[CSS]: 设置EP CSS0[0]为控制节点" if name == "monitor" else "checkpoint requested, rlog free space[404170994]"
            )

    def handle(
        self, begin: str, end: str | None, dead: str, *living: str, control: str = "CSS0", monitor: bool = True, group: str = "DB"
    ) -> None:
        """A death at `begin` (to the minute) and its handling: the control node's DMCSS, DMCSSM, and the living nodes tell of it."""
        for name in (control, *(("monitor",) if monitor else ())):
            self.say(name, f"{begin}:17.100", death(dead, group))
            for node in living:
                self.say(name, f"{begin}:17.600", command("EP_CRASH", node, group))
                self.say(name, f"{begin}:18.600", command("SUSPEND_WORKER", node, group))
            for node in living if end is not None else ():
                self.say(name, f"{end}:57.100", command("RESUME_WORKER", node, group))
        for node in living:
            self.say(node, f"{begin}:18.200", taken("EP CRASH"))
            self.say(node, f"{begin}:19.200", taken("SUSPEND WORKER"))
            if end is not None:
                self.say(node, f"{end}:57.700", taken("RESUME WORKER"))

    def texts(self) -> dict[str, bytes]:
        files = {}
        for name, lines in self.lines.items():
            path = f"monitor/dmcssm_{DAY.replace('-', '')}091817.log" if name == "monitor" else f"node{name[-1]}/dm_{name}_202405.log"
            ordered = sorted(lines, key=lambda line: re.sub(r"\D", "", line[line.index("20") :][:23]))
            files[path] = ("\n".join(ordered) + "\n").encode("gb18030")
        return files

    def write(self, folder: Path) -> Path:
        return put(folder, self.texts())


def put(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return folder


def server(name: str, waiting: int = 4, moving: str | None = None, owner: int | None = None) -> bytes:
    """A dump of a node's dmserver: sessions that wait for a mutex, one thread that polls, and maybe one that works."""
    start = pid_of(name)
    sessions = [
        thread(start + 10 + at, "dm_sql_thd", mutex(0x5555_0000_1000), app("ntsk_process_exec"), app("uthr_db_main_for_sess"))
        for at in range(waiting)
    ]
    work = [thread(start + 50, "dm_redolog_thd", app(moving), app("rlog4_flush_thread"))] if moving is not None else []
    return dump(thread(start, "dmserver", poll_events(), app("main")), *sessions, *work, pid=start)


def tar(path: Path, files: Mapping[str, tuple[bytes, str]]) -> Path:
    """A tar whose members were last written at these moments, in UTC."""
    with tarfile.open(path, "w") as archive:
        for name, (text, time) in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            member.mtime = int(datetime.fromisoformat(time).replace(tzinfo=timezone.utc).timestamp())
            archive.addfile(member, io.BytesIO(text))
    return path


def pack(path: Path, files: Mapping[str, tuple[bytes, str]]) -> Path:
    """A zip whose members have these local times."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, (text, time) in files.items():
            moment = datetime.fromisoformat(time)
            archive.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), text)
    return path


def names(nodes: Iterable[Node]) -> list[str]:
    return [f"{node.name}[{node.site}]" for node in nodes]
