"""Files of programs, as tables of frames and of symbols: whole ones, stripped ones, and broken ones."""

from __future__ import annotations

import lzma
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackan.collect.stacks import render, take
from stackan.collect.unwind.cursor import Cursor
from stackan.collect.unwind.demangle import demangle
from stackan.collect.unwind.elf import LOAD, Elf, Segment
from stackan.collect.unwind.expressions import evaluate
from stackan.collect.unwind.rules import RA, RSP
from stackan.collect.unwind.symbols import find_names
from stackan.collect.unwind.tables import BROKEN, Frames
from tests.collect.conftest import Build


@pytest.fixture
def stripped(build: Build, tmp_path: Path) -> Path:
    """A folder with `server`, stripped, and `server.debug`, with what was stripped off."""
    if shutil.which("objcopy") is None:
        pytest.skip("no objcopy, which separates debug information")
    whole = build("-O2 -g")
    subprocess.run(["objcopy", "--only-keep-debug", whole, tmp_path / "server.debug"], check=True)
    subprocess.run(["objcopy", "--strip-all", whole, tmp_path / "server"], check=True)
    return tmp_path


def stacks_of(program: Path) -> str:
    with subprocess.Popen([program, "ab_ba"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "ready\n":
            pass
        time.sleep(0.05)
        try:
            return render(take(process.pid, attach=True)).decode()
        finally:
            os.kill(process.pid, signal.SIGKILL)


def test_names_of_a_stripped_program_come_from_its_debug_file(stripped: Path) -> None:
    assert "in_ring" not in stacks_of(stripped / "server")
    subprocess.run(["objcopy", "--add-gnu-debuglink=server.debug", "server"], cwd=stripped, check=True)
    assert stacks_of(stripped / "server").count(" in_ring - ") == 2
    (stripped / ".debug").mkdir()
    (stripped / "server.debug").rename(stripped / ".debug/server.debug")
    assert stacks_of(stripped / "server").count(" in_ring - ") == 2


def test_a_debug_file_of_another_build_names_nothing(stripped: Path, build: Build) -> None:
    subprocess.run(["objcopy", "--add-gnu-debuglink=server.debug", "server"], cwd=stripped, check=True)
    subprocess.run(["objcopy", "--only-keep-debug", build("-O0 -g"), "server.debug"], cwd=stripped, check=True)
    frames = [line.split()[2] for line in stacks_of(stripped / "server").splitlines() if line.endswith("/server")]
    assert len(frames) > 3 and set(frames) == {"-"}  # where a name would stand


def test_names_may_be_packed_into_the_program_itself(stripped: Path) -> None:
    (stripped / "packed").write_bytes(lzma.compress((stripped / "server.debug").read_bytes(), format=lzma.FORMAT_XZ))
    subprocess.run(["objcopy", "--add-section", ".gnu_debugdata=packed", "server"], cwd=stripped, check=True)
    assert stacks_of(stripped / "server").count(" in_ring - ") == 2


def test_a_linkage_table_is_unwound_by_its_expression(build: Build) -> None:
    elf = Elf(build("-O2").read_bytes())
    section = elf.section(".plt")
    assert section is not None
    row = Frames(elf).row(section.address + 32)
    assert row is not None and isinstance(row.cfa, bytes)
    at = section.address + 32
    assert evaluate(row.cfa, {RSP: 1000, RA: at}, lambda _: None) == 1008
    assert evaluate(row.cfa, {RSP: 1000, RA: at + 11}, lambda _: None) == 1016  # the entry has pushed a number
    assert evaluate(row.cfa, {RSP: 1000}, lambda _: None) is None


def broken_copies(data: bytes) -> Iterator[bytearray]:
    chance = random.Random(5)
    elf = Elf(data)
    places = [section for name in (".eh_frame", ".eh_frame_hdr", ".symtab") if (section := elf.section(name)) is not None]
    for number in range(120):
        copy = bytearray(data)
        section = places[number % len(places)]
        for _ in range(chance.choice((1, 10, 200))):
            copy[section.offset + chance.randrange(section.size)] = chance.randrange(256)
        yield copy
    for size in range(0, len(data), 997):
        yield bytearray(data[:size])


def test_broken_files_are_no_harm(build: Build) -> None:
    data = build("-O2").read_bytes()
    text = Elf(data).section(".text")
    assert text is not None
    addresses = list(range(text.address, text.address + text.size, 7))
    begun = time.process_time()
    for copy in broken_copies(data):
        try:
            elf = Elf(copy)
        except BROKEN:
            continue
        frames = Frames(elf)
        for address in addresses[:: len(addresses) // 40]:
            frames.row(address)
        assert all(isinstance(name, str) and "\n" not in name for name in find_names(elf, addresses).values())
    assert time.process_time() - begun < 30


def test_code_is_found_where_two_segments_share_a_page_of_the_file(build: Build) -> None:
    elf = Elf(build("-O2").read_bytes())
    elf.segments = [Segment(LOAD, 4, 0, 0, 0x1F00), Segment(LOAD, 5, 0x1F00, 0x2F00, 0x1000)]
    assert elf.bias(0x7000_0000, 0x1000, executable=True) == 0x7000_0000 - 0x2000
    assert elf.bias(0x7000_0000, 0x1000) == 0x7000_0000 - 0x1000


def test_an_expression_that_never_ends_is_given_up() -> None:
    with pytest.raises(ValueError, match="without an end"):
        evaluate(b"\x2f\xfd\xff", {}, lambda _: None)  # DW_OP_skip -3


@pytest.mark.parametrize(
    ("data", "unsigned", "signed"), [(b"\x02", 2, 2), (b"\x7f", 127, -1), (b"\xe5\x8e\x26", 624485, 624485), (b"\x80\x7f", 16256, -128)]
)
def test_numbers_of_any_length_are_read(data: bytes, unsigned: int, signed: int) -> None:
    assert (Cursor(data, 0).unsigned(), Cursor(data, 0).signed()) == (unsigned, signed)


def test_names_of_cpp_are_written_as_people_do_or_stay_as_they_are() -> None:
    assert demangle("_ZN6ledger4bookEi") in ("ledger::book(int)", "_ZN6ledger4bookEi")
    assert demangle("pthread_mutex_lock@@GLIBC_2.2.5") == "pthread_mutex_lock@@GLIBC_2.2.5"
    assert demangle("_Z" + "N" * 5000) == "_Z" + "N" * 5000
