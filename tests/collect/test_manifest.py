"""What the manifest of a capture says of its processes to an analysis."""

from __future__ import annotations

import json
from pathlib import Path

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


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
_ROWS = st.lists(st.dictionaries(st.sampled_from(["pid", "command"]), _JSON) | _JSON, max_size=3) | _JSON


@given(st.dictionaries(st.sampled_from(["host", "processes", "steps"]), _ROWS), st.binary(max_size=20))
def test_whatever_stands_in_it_nothing_breaks(document: dict[str, object], noise: bytes) -> None:
    found = read_manifest(json.dumps(document).encode(), "manifest.json")
    assert found is None or (found.commands and all(isinstance(command, str) for command in found.commands.values()))
    read_manifest(noise + json.dumps(document).encode(), "manifest.json")
    assert read_manifest(b"[" * 100_000, "manifest.json") is None
