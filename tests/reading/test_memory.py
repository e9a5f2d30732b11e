"""What a hostile input may take of memory, measured as the peak of a process of its own that has no more."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from .packing import info, tar_of

STATUS = Path("/proc/self/status")
pytestmark = pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells a process its own peak")

MIB = 1 << 20
EMPTY_PEAK = 64 * MIB  # the interpreter with all of the package


def peak(path: Path) -> tuple[int, int, str]:
    """Exit status, peak of memory in bytes and the last line on standard error of `stackan analyze`.

    `getrusage` would tell at least the peak of the process that started it: here of all tests before.
    """
    code = (
        "import re, sys; from stackan.cli import main; status = main(sys.argv[1:])\n"
        f"print(int(re.search('VmHWM: *([0-9]+) kB', open({str(STATUS)!r}).read().expandtabs(1))[1]) * 1024); sys.exit(status)"
    )
    run = subprocess.run([sys.executable, "-c", code, "analyze", str(path)], capture_output=True, text=True, check=False)
    assert run.stdout, run.stderr
    return run.returncode, int(run.stdout.split()[-1]), run.stderr.strip().rpartition("\n")[2]


def test_a_sparse_member_of_gigabytes_takes_what_is_free_of_the_ratio(tmp_path: Path) -> None:
    """10 KB of tar took 7.7 GB."""
    layout = b"1\n%d\n3\n" % (3 << 30)
    data = layout.ljust(512, b"\0") + b"end"
    entry = info("GNUSparseFile.0/a", data)
    entry.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "a",
        "GNU.sparse.realsize": str((3 << 30) + 3),
    }
    path = tmp_path / "case.tar"
    path.write_bytes(tar_of([(entry, data)] * 3, tarfile.PAX_FORMAT))

    status, memory, said = peak(path)

    assert (status, "as bombs do" in said) == (2, True)
    assert memory < EMPTY_PEAK + 256 * MIB


def test_zeros_are_no_text_of_two_bytes_each(tmp_path: Path) -> None:
    path = tmp_path / "zeros"
    with path.open("wb") as file:
        file.truncate(100 * MIB)

    status, memory, said = peak(path)

    assert (status, "no thread dump" in said) == (2, True)
    assert memory < EMPTY_PEAK + 110 * MIB


def test_a_text_of_two_bytes_each_takes_no_copies(tmp_path: Path) -> None:
    """As a string at once it would take four times its size beside both."""
    path = tmp_path / "wide"
    path.write_bytes(("Thread 1 (LWP 5):\n#0  0x0000000000000001 in poll ()\n" + "\U0001f600" * (12 * MIB)).encode("utf-16"))

    status, memory, _ = peak(path)

    assert status == 0
    assert memory < EMPTY_PEAK + 2.5 * 48 * MIB
