"""What the manifest of a capture says of its processes to an analysis."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stackan
from stackan.captured.manifest import read_manifest
from tests.parsing.test_long_texts import WAITS


def test_host_and_command_are_those_of_the_manifest(tmp_path: Path) -> None:
    manifest = {"schema": "stackan.capture/1", "host": "db1", "processes": [{"pid": 4242, "command": "/usr/sbin/ledgerd"}]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest, indent=1))
    (tmp_path / "waits.txt").write_text(WAITS)
    (process,) = stackan.analyze(stackan.load(tmp_path)).to_dict()["processes"]
    assert (process["id"], process["host"], process["command"]) == ("db1/4242", "db1", "/usr/sbin/ledgerd")


def test_the_scripts_manifest_tells_the_host_alone() -> None:
    text = b'{"schema": "stackan.capture/1", "host": "db2", "steps": [{"round": 1, "pid": 7, "tool": "gdb"}]}'
    found = read_manifest(text, "manifest-1.json")
    assert found is not None and (found.host, found.commands) == ("db2", {7: ""})


def test_rounds_are_of_the_times_that_it_says_by_the_clock_that_nobody_sets(tmp_path: Path) -> None:
    rounds = [
        {"number": 1, "wall_begin": "2026-11-30T10:00:00.250Z", "monotonic_begin": 100.5},
        {"number": 2, "wall_begin": "2026-11-30T09:00:00.000Z", "monotonic_begin": 160.75},
    ]
    steps = [{"round": number, "pid": 4242, "file": f"db1/4242/round-{number}/waits.txt"} for number in (1, 2)]
    (tmp_path / "manifest.json").write_text(
        json.dumps({"schema": "stackan.capture/1", "host": "db1", "rounds": rounds, "steps": steps}, indent=1)
    )
    for number in (1, 2):
        folder = tmp_path / f"db1/4242/round-{number}"
        folder.mkdir(parents=True)
        (folder / "waits.txt").write_text(WAITS)
    (process,) = stackan.analyze(stackan.load(tmp_path)).to_dict()["processes"]
    assert [each["taken_at"] for each in process["snapshots"]] == ["2026-11-30T10:00:00.250Z", "2026-11-30T10:01:00.500Z"]


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("2026-11-30T16:05:11+01:00", "2026-11-30T15:05:11.000Z"),
        ("2026-11-30T16:05:11.123456789+0100", "2026-11-30T15:05:11.123Z"),
        ("2026-11-30 16:05:11", "2026-11-30T16:05:11.000Z"),
        ("2026-11-30T16:05:11.5Z", "2026-11-30T16:05:11.500Z"),
        ("1000-01-01T00:00:00+23:59", "0999-12-31T00:01:00.000Z"),
        ("2026-11-31T16:05:11Z", None),
        ("2026-11-30T16:05:11+25:00", None),
        ("٢026-11-30T16:05:11Z", None),
        ("2026-11-30", None),
        ("soon", None),
        (7, None),
    ],
)
def test_a_round_is_of_a_time_in_utc_whatever_zone_it_is_told_in(told: object, taken: str | None) -> None:
    steps = [{"round": 1, "pid": 7, "file": "r1/gdb.txt"}]
    text = json.dumps({"rounds": [{"number": 1, "wall_begin": told}], "steps": steps}).encode()
    found = read_manifest(text, "manifest.json")
    assert found is not None and found.moments == ({"r1": taken} if taken else {})


def test_rounds_told_with_a_zone_and_without_one_are_compared(tmp_path: Path) -> None:
    walls = ["2026-11-30T16:05:11+01:00", "2026-11-30T15:06:11"]
    rounds = [{"number": number, "wall_begin": wall} for number, wall in enumerate(walls, 1)]
    steps = [{"round": number, "pid": 4242, "file": f"r{number}/waits.txt"} for number in (1, 2)]
    (tmp_path / "manifest.json").write_text(
        json.dumps({"schema": "stackan.capture/1", "host": "db1", "rounds": rounds, "steps": steps}, indent=1)
    )
    for number in (1, 2):
        (tmp_path / f"r{number}").mkdir()
        (tmp_path / f"r{number}/waits.txt").write_text(WAITS)
    (process,) = stackan.analyze(stackan.load(tmp_path)).to_dict()["processes"]
    assert [each["taken_at"] for each in process["snapshots"]] == ["2026-11-30T15:05:11.000Z", "2026-11-30T15:06:11.000Z"]


def test_a_process_that_ended_before_a_later_round_is_said_to_have(tmp_path: Path) -> None:
    steps = [{"round": 1, "pid": 4242, "file": "r1/waits.txt", "lacked": []}, {"round": 2, "pid": 4242, "lacked": ["gone"]}]
    manifest = {"schema": "stackan.capture/1", "processes": [{"pid": 4242, "command": ""}], "steps": steps}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest, indent=1))
    (tmp_path / "r1").mkdir()
    (tmp_path / "r1/waits.txt").write_text(WAITS)
    assert "process 4242 had ended before round 2: it is judged by what was taken before" in stackan.analyze(tmp_path).warnings
    steps[1]["lacked"] = []
    (tmp_path / "manifest.json").write_text(json.dumps(manifest, indent=1))
    assert not [each for each in stackan.analyze(tmp_path).warnings if "had ended" in each]


def test_counters_of_a_capture_are_as_far_apart_as_its_rounds(tmp_path: Path) -> None:
    """The folder of a capture has a time in its name, which is that of none of its rounds."""
    top = tmp_path / "stackan-db1-2026-11-30T100000"
    rounds = [{"number": number, "wall_begin": f"2026-11-30T10:0{number}:00.000Z", "monotonic_begin": 60.0 * number} for number in (1, 2)]
    steps = [{"round": number, "pid": 4242, "file": f"db1/4242/round-{number}/eu-stack.txt"} for number in (1, 2)]
    frames = ("0x01 pthread_cond_wait - /lib/libc.so.6", "0x02 serve - /bin/d", "0x03 main - /bin/d")
    stack = "PID 4242 - process\nTID 4242:\n" + "".join(f"#{level}  {frame}\n" for level, frame in enumerate(frames))
    for number in (1, 2):
        folder = top / f"db1/4242/round-{number}"
        folder.mkdir(parents=True)
        (folder / "eu-stack.txt").write_text(stack)
        (folder / "threads.txt").write_text(f"==> /proc/4242/task/4242/schedstat <==\n{number * 600_000_000} 0 {number * 50}\n")
    (top / "manifest.json").write_text(
        json.dumps({"schema": "stackan.capture/1", "host": "db1", "rounds": rounds, "steps": steps}, indent=1)
    )
    (process,) = stackan.analyze(stackan.load(tmp_path)).to_dict()["processes"]
    assert [thread["progress"] for thread in process["threads"]] == ["progressing"]  # 0.6 s of CPU in a minute


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
_ROWS = (
    st.lists(
        st.dictionaries(st.sampled_from(["pid", "command", "number", "round", "file", "wall_begin", "monotonic_begin"]), _JSON) | _JSON,
        max_size=3,
    )
    | _JSON
)


@given(st.dictionaries(st.sampled_from(["host", "processes", "steps", "rounds"]), _ROWS), st.binary(max_size=20))
def test_whatever_stands_in_it_nothing_breaks(document: dict[str, object], noise: bytes) -> None:
    found = read_manifest(json.dumps(document).encode(), "manifest.json")
    assert found is None or (found.commands and all(isinstance(command, str) for command in found.commands.values()))
    read_manifest(noise + json.dumps(document).encode(), "manifest.json")
    assert read_manifest(b"[" * 100_000, "manifest.json") is None
