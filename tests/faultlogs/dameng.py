"""Lines of a Dameng cluster's logs for tests, in their documented shapes."""

from __future__ import annotations

from pathlib import Path

from stackan.model.event import Event
from stackan.model.log import Log
from stackan.pipeline import load

DEAD = "[!!!DSC INFO!!!][DB]: dead instance detected, detect ep DSC1[1] broken."
HANDLE, SUSPEND, RESUME = (
    f"[DB]: 设置命令[{name}], 目标站点 DSC0[0], 命令序号[57]" for name in ("EP_CRASH", "SUSPEND_WORKER", "RESUME_WORKER")
)
ABORT = "[for dem]SYSTEM SHUTDOWN ABORT."


def record(text: str, time: str = "10:03:17.123", program: str = "dmcss", level: str = "INFO", pid: int = 49062) -> str:
    return f"2024-05-12 {time} [{level}] {program} P{pid:010} T{pid + 39:019}  {text}\n"


def records(*texts: str, program: str = "dmcss") -> str:
    """One a second, from 10:00:00 on."""
    return "".join(record(text, f"10:{second // 60:02}:{second % 60:02}.500", program) for second, text in enumerate(texts))


def console(text: str, time: str = "10:03:17:323") -> str:
    """As DMCSSM prints, and writes to its file."""
    return f"[2024-05-12 {time}] {text}\n"


def show(state: str, broken: str = "DSC1[1]", over: str = "FALSE", joining: str = "NULL", time: str = "10:03:31:123") -> str:
    return (
        f"[monitor]          [2024-05-12 {time}] show GRP_DSC\n"
        "=================== group[name = GRP_DSC, seq = 2, type = DB, Control Node = 0] ====================\n\n"
        f"n_ok_ep = 1\nok_ep_arr(index, seqno):\n(0, 0)\n\nsta = {state}\nbreak ep = {broken}\nrecover ep = {joining}\n\n"
        f"crash process over flag is {over}\n"
        "ep:\tcss_time               inst_name     seqno     port    mode         inst_status        vtd_status\n"
        "\t2024-05-12 10:03:31    DSC0          0         5236     Control Node SUSPEND            WORKING\n"
    )


def read(folder: Path, text: str | bytes, name: str = "dm_CSS0_202405.log") -> Log:
    """The log that a file with this text is, by the public door."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    [log] = load(path).logs
    return log


def events(folder: Path, text: str | bytes, name: str = "dm_CSS0_202405.log") -> list[Event]:
    return list(read(folder, text, name).events)


def kinds(folder: Path, text: str | bytes, name: str = "dm_CSS0_202405.log") -> list[tuple[int, str]]:
    """(line, kind) of each event."""
    return [(event.line, event.kind) for event in events(folder, text, name)]
