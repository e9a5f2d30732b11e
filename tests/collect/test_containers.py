"""Processes of a container: a pid namespace and a control group of their own, as every container has them."""

from __future__ import annotations

import contextlib
import json
import os
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import stackan
from stackan.collect.targets import Wanted, find_targets
from tests.collect.conftest import Start
from tests.collect.test_collect import call

ID = "5eed" * 16


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group that is called as Docker calls those of its containers."""
    root = next((path for path in map(Path, ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")) if (path / "cgroup.procs").exists()), None)
    if root is None or not os.access(root / "cgroup.procs", os.W_OK):
        pytest.skip("no right to make a control group")
    outer = root / f"docker-of-test-{os.getpid()}"
    inner = outer / f"docker-{ID}.scope"
    inner.mkdir(parents=True)
    yield inner
    for _ in range(100):
        with contextlib.suppress(OSError):  # the last of its processes are still ending
            inner.rmdir()
            outer.rmdir()
            break
        time.sleep(0.05)


def enter(group: Path, pid: int) -> list[int]:
    """Put a process and all that come from it into the group; those that come from it."""
    family = [target.pid for target in find_targets(Wanted([pid], children=True))]
    for each in family[1:]:
        (group / "cgroup.procs").write_text(str(each))
    return family[1:]


@pytest.mark.parametrize("by", ["id", "path"])
def test_a_container_is_chosen_by_its_id_or_its_group(group: Path, apart: list[str], start: Start, tmp_path: Path, by: str) -> None:
    (server,) = enter(group, start("ab_ba", within=apart).pid)
    word = ID[:12] if by == "id" else "/" + "/".join(group.parts[-2:])
    target = tmp_path / "case.tar.gz"
    done = call("--cgroup", word, "--rounds", 1, "--with", "proc", "-o", target)
    assert done.returncode == 0, done.stderr
    with tarfile.open(target) as archive:
        manifest = json.loads(archive.extractfile(next(name for name in archive.getnames() if name.endswith("/manifest.json"))).read())  # type: ignore[union-attr]
    (process,) = manifest["processes"]
    assert (process["pid"], process["container"], process["container_pid"]) == (server, ID, 1)
    analysis = stackan.analyze(stackan.load(target))
    assert (analysis.verdict, analysis.findings[0].confidence) == ("deadlock", "certain")
    assert all(track.lwp in map(int, os.listdir(f"/proc/{server}/task")) for _, track in analysis.findings[0].threads)


def test_what_would_be_done_names_the_container(group: Path, apart: list[str], start: Start) -> None:
    enter(group, start("parked", within=apart).pid)
    assert f"its container: {ID[:12]}, where its id is 1" in call("--cgroup", ID[:12], "--dry-run").stdout
