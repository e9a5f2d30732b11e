"""Large logs of a Dameng cluster: ordinary lines without end, and a few that tell of a fault.  No line is of a real log."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import BinaryIO

BLOCK_LINES = 50_000  # of one hour
_HOUR = b"@@@@-@@-@@ @@"
_BEGIN = datetime(2024, 5, 1)
_PID = 49062
# What a log prints all day.
_DMSERVER = (
    "checkpoint begin, used_space[{a}], free_space[{b}]...",
    "checkpoint end, {c} pages flushed, used_space[{a}], free_space[{b}].",
    "ckpt2_log_adjust: ckpt_lsn({a}), ckpt_fil(0), ckpt_off({b}), cur_lsn({a}), l_next_seq({c}), g_next_seq({c})",
    "purge2_thread purged {c} trx, min_active_trx({a})",
    "session({a}) created, appname:JDBC, ip: 10.66.1.{d}",
    "session({a}) closed, client 10.66.1.{d} disconnected",
    "nsvr_send_by_vio: peer has closed the connection, sess({a})",
)
_DMCSS = (
    "vote disk check ok, cost {d} ms",
    "css_mal_msg_process: recv msg from site {d}, seq({a})",
    "css heartbeat, n_ok_ep 2, guid({a})",
    "dcr config loaded, version({c})",
    "[CSS]: 设置EP CSS0[0]为控制节点",
    "[!!!DSC INFO!!!]mal link of site {d} is checked, seq({a})",
)
# What is no event, though it has the words of one; of one line in so many.
_QUOTING = "slow statement: select 'dead instance detected, detect ep DSC{d}[{d}] broken.' from t where id = {a}"
_QUOTED_IN = 500
ORDINARY = {"database": _DMSERVER, "dmcss": _DMCSS}
# (kind, text) of a fault and of its end.
FAULT = {
    "database": (
        ("handling-started", "[!!!DSC INFO!!!]check css cmd: EP CRASH, cmd_seq: 57"),
        ("handling-over", "[!!!DSC INFO!!!]check css cmd: RESUME WORKER, cmd_seq: 59"),
    ),
    "dmcss": (
        ("instance-fault", "[!!!DSC INFO!!!][DB]: dead instance detected, detect ep DSC1[1] broken."),
        ("handling-over", "[DB]: 设置命令[RESUME_WORKER], 目标站点 DSC0[0], 命令序号[59]"),
    ),
}


def write_log(file: BinaryIO, size: int, seed: int, program: str = "dmcss", encoding: str = "utf-8") -> list[tuple[str, int]]:
    """Write a log of about that many bytes; the same for the same arguments.  Returns (kind, line) of its events."""
    block = b"".join(_ordinary(random.Random(seed), program, encoding))
    events, written, lines = [], 0, 0
    for hour in range(max(1, size // len(block))):
        time = _BEGIN + timedelta(hours=hour)
        written += file.write(block.replace(_HOUR, time.strftime("%Y-%m-%d %H").encode()))
        lines += BLOCK_LINES
        for kind, text in FAULT[program]:
            lines += 1
            events.append((kind, lines))
            written += file.write(f"{time:%Y-%m-%d %H}:59:59.999 [INFO] {program} P{_PID:010} T{_PID:019}  {text}\n".encode(encoding))
    return events


def _ordinary(dice: random.Random, program: str, encoding: str) -> Iterator[bytes]:
    texts = ORDINARY[program]
    for number in range(BLOCK_LINES):
        minute, second = divmod(number * 3540 // BLOCK_LINES, 60)
        text = (dice.choice(texts) if number % _QUOTED_IN else _QUOTING).format(
            a=dice.randrange(10**8, 10**9), b=dice.randrange(10**9), c=dice.randrange(4000), d=dice.randrange(40)
        )
        thread = _PID + 40 + dice.randrange(10)
        line = f":{minute:02}:{second:02}.{dice.randrange(1000):03} [INFO] {program} P{_PID:010} T{thread:019}  {text}\n"
        yield _HOUR + line.encode(encoding)
