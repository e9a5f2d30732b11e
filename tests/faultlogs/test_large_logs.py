"""Logs that are read while they pass by: of any size, in any packing, in pieces that end anywhere."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stackan
from stackan.errors import InputError
from stackan.faultlogs.dameng import Reader
from stackan.faultlogs.lines import Passage
from stackan.model.event import Event, Extent
from stackan.model.log import Log
from stackan.pipeline import load, passing
from stackan.reading import Limits
from tests.faultlogs.dameng import ABORT, DEAD, HANDLE, RESUME, SUSPEND, record, records

NAME = "dm_CSS0_202405.log"
MIB = 1 << 20
FILLING = records(*["[CSS]: 设置EP CSS0[0]为控制节点", "vote disk check ok, cost 28 ms"] * 300)
TEXT = FILLING + records(DEAD, HANDLE, SUSPEND, RESUME) + FILLING
TOLD = ["instance-fault", "handling-started", "handling-phase", "handling-over"]


@pytest.fixture(autouse=True)
def hold_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small logs pass by, too."""
    monkeypatch.setattr(passing, "HELD_BYTES", 1000)


def logs_of(*paths: Path, limits: Limits | None = None) -> list[Log]:
    return load(*paths, limits=limits).logs


def told(*paths: Path, limits: Limits | None = None) -> list[str]:
    [log] = logs_of(*paths, limits=limits)
    return [event.kind for event in log.events]


def tarred(data: bytes, mode: str = "w") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as tar:  # type: ignore[call-overload]
        info = tarfile.TarInfo(f"dsc0/{NAME}")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return file.getvalue()


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(f"dsc0/{NAME}", data)
    return file.getvalue()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    NAME: bytes,
    f"{NAME}.gz": gzip.compress,
    f"{NAME}.xz": lzma.compress,
    f"{NAME}.bz2": bz2.compress,
    "case.tar": tarred,
    "case.tar.gz": lambda data: tarred(data, "w:gz"),
    "case.zip": zipped,
}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_log_is_read_in_every_packing_without_being_held(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / name
    path.write_bytes(PACKED[name](TEXT.encode(encoding)))
    [log] = logs_of(path)
    assert [event.kind for event in log.events] == TOLD
    assert log.writer.node == "CSS0"
    assert log.extent is not None and log.extent[:3] == (encoding, 1204, 1204)


def test_the_limit_for_one_item_does_not_bound_a_log_nor_does_what_is_kept(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(TEXT)
    assert told(tmp_path, limits=Limits(item_bytes=2000, kept_bytes=2000)) == TOLD


@pytest.mark.parametrize("name", [NAME, f"{NAME}.gz", "case.zip"])
def test_all_that_is_read_is_bounded_for_logs_too(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PACKED[name](TEXT.encode()))
    case = load(path, limits=Limits(total_bytes=50_000))
    assert len(case.warnings) == 1 and "all inputs together are larger than 50000 bytes" in case.warnings[0]


def test_a_log_that_is_cut_off_tells_what_it_has_and_that_it_is_cut(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.gz"
    path.write_bytes(gzip.compress(TEXT.encode())[:-200])
    case = load(path)
    assert "truncated" in case.warnings[0]
    assert case.logs[0].extent is not None and case.logs[0].extent.lines > 500


def test_a_copy_of_a_log_is_told_once(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / NAME).write_text(TEXT)
    case = load(tmp_path)
    assert len(case.logs) == 1
    assert any(str(tmp_path / "b" / NAME) in warning for warning in case.warnings)


def test_logs_of_different_nodes_with_the_same_lines_are_no_copies(tmp_path: Path) -> None:
    for name in (NAME, NAME.replace("CSS0", "CSS1")):
        (tmp_path / name).write_text(TEXT)
    assert len(logs_of(tmp_path)) == 2


def test_logs_are_found_beside_dumps_and_dumps_beside_logs(tmp_path: Path, example: Path) -> None:
    (tmp_path / NAME).write_text(TEXT)
    for dump in ("snap1.txt", "snap2.txt"):
        (tmp_path / dump).write_bytes((example / dump).read_bytes())
    case = load(tmp_path)
    assert len(case.dumps) == 2
    assert [log.kind for log in case.logs] == ["dmcss"]
    assert [event["kind"] for event in stackan.analyze(case).to_dict()["logs"][0]["events"]] == TOLD


def test_a_dump_in_one_text_with_a_small_log_is_still_read(tmp_path: Path, example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    (tmp_path / "session.txt").write_bytes(records(DEAD).encode() + (example / "snap1.txt").read_bytes())
    case = load(tmp_path)
    assert (len(case.dumps), [event.kind for event in case.logs[0].events]) == (1, ["instance-fault"])


def test_logs_need_no_dumps_beside_them(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(TEXT)
    assert load(tmp_path).dumps == []
    with pytest.raises(InputError, match="no thread dump"):
        load(Path(__file__))


def test_more_events_than_anybody_reads_are_counted(tmp_path: Path) -> None:
    texts = (f"[!!!DSC INFO!!!][DB]: dead instance detected, detect ep N{n}[1] broken." for n in range(5_003))
    (tmp_path / NAME).write_text(records(*texts))
    case = load(tmp_path)
    assert len(case.logs[0].events) == 5_000
    assert case.warnings == [f"{tmp_path / NAME}: 3 more events are not told, as there are too many"]


# -- pieces

LINES = [
    record(DEAD),
    record(HANDLE).encode("gb18030"),
    record(SUSPEND),
    record('executed: "create'),
    f"{ABORT}\n",
    '", code: -4546, desc: 打开文件失败\n',
    record("it can't go on", level="FATAL"),
    f"{ABORT}\r\n",
    record("x", pid=777),
    record(RESUME),
    "\n",
    record("y") * 3,
]


def read_in_pieces(text: bytes, piece: int, step: int) -> tuple[list[Event], Extent]:
    """Events and extent, where pieces have this size, and each read gives no more than a step."""
    stream = io.BytesIO(text)
    passage = Passage(lambda space: stream.readinto(space[:step]), Reader.marks, piece)
    reader = Reader(NAME)
    for line in passage.lines():
        reader.read(line)
    return list(reader.end()[0]), passage.extent


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=40), st.integers(400, 3000), st.integers(1, 500))
def test_pieces_may_end_anywhere(lines: list[str | bytes], piece: int, step: int) -> None:
    text = b"".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    assert read_in_pieces(text, piece, step) == read_in_pieces(text, MIB, MIB)


def test_of_a_line_longer_than_a_piece_the_beginning_is_read_and_it_counts_once() -> None:
    long = record(DEAD + " " * 5000 + ABORT)
    events, extent = read_in_pieces((long + record(HANDLE)).encode(), 700, 100)
    assert [(event.line, event.kind) for event in events] == [(1, "instance-fault"), (2, "handling-started")]
    assert (extent.lines, extent.records) == (2, 2)


def test_a_mark_of_the_encoding_before_a_log_is_no_part_of_it() -> None:
    events, extent = read_in_pieces(b"\xef\xbb\xbf" + record(DEAD).encode(), 700, 100)
    assert [event.kind for event in events] == ["instance-fault"]
    assert extent.records == 1


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")
def test_a_log_takes_no_more_memory_than_a_piece(tmp_path: Path) -> None:
    """Measured in a process of its own, as others leave their marks."""
    path = tmp_path / NAME
    with path.open("w") as file:
        for _ in range(40 * MIB // len(FILLING.encode())):
            file.write(FILLING)
        file.write(record(DEAD))
    program = (
        "import sys; from stackan.pipeline import load; case = load(sys.argv[1]);"
        "print(*[line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')], len(case.logs[0].events))"
    )
    output = subprocess.run([sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True).stdout
    kilobytes, events = map(int, output.split())
    assert (kilobytes < 100 << 10, events) == (True, 1)


# -- texts made to hurt

HEAD = "2024-05-12 10:03:17.123 [FATAL] database P0000049062 T0000000000000049101  "
MUCH = 100_000


@pytest.mark.parametrize(
    "line",
    [
        f"{HEAD}[{'a' * 60}]{' ' * MUCH}SYSTEM SHUTDOWN ABORT",
        f"{HEAD}{chr(39) * MUCH}err no: 28",
        f"{HEAD}{'dm_sys_halt now ' * (MUCH // 16)}",
        f"2024-05-12 10:03:17.123{' ' * MUCH}[FATAL] SYSTEM SHUTDOWN ABORT",
        f"2024-05-12 10:03:17.123 [FATAL] database P0000049062 {'a' * MUCH} SYSTEM SHUTDOWN ABORT",
        f"[2024-05-12 10:03:31:123] {'=' * MUCH} group[name = x",
        f"[2024-05-12 10:03:31:123] break ep = {'A[1], ' * (MUCH // 6)}",
        f"[2024-05-12 10:03:31:123] sta = {'a ' * (MUCH // 2)}, sub_sta = x",
        f"[2024-05-12 10:03:31:123] [DB]: 设置命令{' ' * MUCH}[EP_CRASH]",
    ],
)
def test_long_lines_take_no_longer_than_many(line: str) -> None:
    started = time.process_time()
    read_in_pieces(f"{line}\n".encode() * 20, MIB, MIB)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "lines",
    [
        [f"{HEAD}[!!!DSC INFO!!!][DB]: dead instance detected, detect ep N{n}[1] broken." for n in range(20_000)],
        [f"{HEAD}[DB]: 设置命令[RESUME_WORKER], 目标站点 N{n % 6000}[{n % 99}], 命令序号[59]" for n in range(20_000)],
        [f"2024-05-12 10:03:17.123 [FATAL] database P{n:010} T0000000000000049101  x" for n in range(20_000)],
        [HEAD, *[ABORT] * 50_000],
        [f'{HEAD}"', *[f"' {ABORT}\""] * 50_000],
        [f"{HEAD}{'x' * 200_000}", *[ABORT] * 20_000],
    ],
    ids=["nodes", "commands", "processes", "continued", "quoted", "long head"],
)
def test_floods_of_lines_stay_linear(lines: list[str]) -> None:
    started = time.process_time()
    events, _ = read_in_pieces("\n".join(lines).encode(), 256 << 10, MIB)
    assert time.process_time() - started < 10
    assert len(events) <= 5_000
