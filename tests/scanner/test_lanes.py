"""Sixteen bytes at once give what one byte at a time gives: on this processor, and on AArch64 where it can be emulated."""

from __future__ import annotations

import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
INCLUDED = f"-I{HERE.parents[1] / 'stackan'}"

# name → (compiler and its flags, what runs the program)
MACHINES = {
    "this": (["gcc"], []),
    "plain": (["gcc", "-U__SSE2__", "-U__aarch64__"], []),
    "aarch64": (["aarch64-linux-gnu-gcc", "-static"], ["qemu-aarch64"]),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_lanes_agree_with_single_bytes(machine: str, tmp_path: pathlib.Path) -> None:
    compiler, emulator = MACHINES[machine]
    lacking = [tool for tool in (compiler[0], *emulator) if shutil.which(tool) is None]
    if lacking:
        pytest.skip(f"no {' and no '.join(lacking)}")
    program = tmp_path / "lanes"
    subprocess.run([*compiler, "-O2", INCLUDED, str(HERE / "lanes.c"), "-o", str(program)], check=True)
    done = subprocess.run([*emulator, str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout == ("0 lanes\n" if machine == "plain" else "1 lanes\n")
