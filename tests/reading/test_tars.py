"""Tar archives, plain and compressed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from stackan.errors import InputError
from stackan.reading import Blob, Limits, Skipped

from .packing import CODECS, DUMP, GIVEN_TIME, blobs, contents, everything, info, named_contents, piped, skipped, tar, tar_of

LAYOUTS = {"pax": tarfile.PAX_FORMAT, "gnu": tarfile.GNU_FORMAT, "ustar": tarfile.USTAR_FORMAT}
SNAPS = {f"node1/snap{n}.txt": DUMP * n for n in (1, 2, 40)}


def named(prefix: str, members: dict[str, bytes]) -> list[tuple[str, bytes]]:
    return [(f"{prefix}!{name}", data) for name, data in members.items()]


@pytest.mark.parametrize("pack", [bytes, *CODECS.values()], ids=["plain", *CODECS])
def test_the_members_come_one_by_one(tmp_path: Path, pack: type) -> None:
    path = tmp_path / "case.bin"
    path.write_bytes(pack(tar(SNAPS)))

    assert named_contents(everything(path)) == named(str(path), SNAPS)
    assert named_contents(piped(path.read_bytes())) == named("-", SNAPS)


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1024, 262_144, 262_145, 1_000_000])
def test_members_of_any_size_stand_in_line(size: int) -> None:
    members = {"a": b"x" * size, "b": b"", "c": b"y" * size}

    assert named_contents(piped(CODECS["gzip"](tar(members)))) == named("-", members)


@pytest.mark.parametrize("pack", CODECS.values(), ids=CODECS)
def test_members_that_do_not_pack_well_stand_in_line(pack: type) -> None:
    """Then a decompressor may give more at once than the header asked for, or less."""
    members = {str(n): os.urandom(n) for n in (70_000, 1, 300_000, 513)}

    assert named_contents(piped(pack(tar(members)))) == named("-", members)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_each_layout_gives_time_and_name(layout: int) -> None:
    packed = tar_of([(info("a/b.txt", DUMP, mtime=GIVEN_TIME), DUMP)], layout)

    assert piped(packed) == [Blob("-!a/b.txt", DUMP, "2024-06-07T08:09:10Z", named=False)]


@pytest.mark.parametrize("layout", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT], ids=["pax", "gnu"])
def test_a_long_name_is_whole(layout: int) -> None:
    name = "folder/" * 60 + "имя.txt"

    assert named_contents(piped(tar_of([(info(name, DUMP), DUMP)], layout))) == [(f"-!{name}", DUMP)]


def test_the_oldest_layout_is_known_by_its_checksum() -> None:
    header = bytearray(tar({"a": DUMP}))
    header[257:265] = bytes(8)
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * 32 + sum(header[156:512]))

    assert contents(piped(bytes(header))) == [DUMP]


@pytest.mark.parametrize("mtime, taken_at", [(0, None), (-5, None), (1, "1970-01-01T00:00:01Z"), (2**60, None)])
def test_a_time_that_is_none_is_not_given(mtime: int, taken_at: str | None) -> None:
    [blob] = piped(tar_of([(info("a", DUMP, mtime=mtime), DUMP)], tarfile.GNU_FORMAT))

    assert isinstance(blob, Blob)
    assert blob.taken_at == taken_at


@pytest.mark.parametrize("mtime", ["nan", "inf", "1e300", "x"])
def test_a_pax_time_made_to_hurt_is_not_given(mtime: str) -> None:
    entry = info("a", DUMP)
    entry.pax_headers = {"mtime": mtime}

    assert piped(tar_of([(entry, DUMP)])) == [Blob("-!a", DUMP, None, named=False)]


def test_names_that_climb_or_colour_are_only_shown() -> None:
    names = ["../../etc/passwd", "/abs/file", "a\x1b]0;owned\x07b", "C:\\x", "a!b"]

    found = named_contents(piped(tar([(name, b"") for name in names])))

    assert [source for source, _ in found] == ["-!../../etc/passwd", "-!/abs/file", r"-!a\x1b]0;owned\x07b", "-!C:\\x", "-!a!b"]


def test_a_name_that_is_no_utf8_is_shown_as_bytes() -> None:
    packed = tar_of([(info(b"caf\xe9".decode("utf-8", "surrogateescape")), b"")], tarfile.GNU_FORMAT)

    assert named_contents(piped(packed)) == [(r"-!caf\xe9", b"")]


def test_the_dot_that_tar_puts_before_a_name_is_dropped() -> None:
    assert named_contents(piped(tar({"./node1/x": b"1"}))) == [("-!node1/x", b"1")]


def test_folders_links_and_hidden_files_are_left_out() -> None:
    link, hard, folder = info("link", kind=tarfile.SYMTYPE), info("hard", kind=tarfile.LNKTYPE), info("folder", kind=tarfile.DIRTYPE)
    link.linkname, hard.linkname = "/etc/passwd", "real"
    entries = [(folder, b""), (info("real", DUMP), DUMP), (link, b""), (hard, b""), (info("._real", b"finder"), b"finder")]

    assert named_contents(piped(tar_of(entries))) == [("-!real", DUMP)]


def test_a_device_is_skipped() -> None:
    items = piped(tar_of([(info("null", kind=tarfile.CHRTYPE), b""), (info("a", DUMP), DUMP)]))

    assert items == [Skipped("-!null", "not a regular file", named=False), Blob("-!a", DUMP, None, named=False)]


def test_a_member_with_holes_is_filled_with_zeros() -> None:
    assert named_contents(piped(tar_of([sparse("holes", b"start", 1000, b"end"), (info("next", DUMP), DUMP)]))) == [
        ("-!holes", b"start" + bytes(995) + b"end"),
        ("-!next", DUMP),
    ]


def sparse(name: str, start: bytes, gap_ends: int, end: bytes) -> tuple[tarfile.TarInfo, bytes]:
    """A member in GNU's sparse layout 1.0: a map of what is data in decimal lines, one block, then the data."""
    layout = b"2\n0\n%d\n%d\n%d\n" % (len(start), gap_ends, len(end))
    data = layout.ljust(512, b"\0") + start + end
    entry = info(f"GNUSparseFile.0/{name}", data)
    size = str(gap_ends + len(end))
    entry.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": name, "GNU.sparse.realsize": size}
    return entry, data


def test_holes_count_as_bytes() -> None:
    packed = tar_of([sparse("holes", b"", 1 << 40, b"end")])

    [(_, reason)] = skipped(piped(packed, Limits(item_bytes=1 << 20)))

    assert reason.startswith("larger than 1 MiB, the limit for one item")
    [(_, reason)] = skipped(piped(packed, Limits(total_bytes=1 << 20)))
    assert reason.startswith("all inputs together are larger than 1 MiB")


def test_holes_are_made_of_nothing_and_count_as_a_bomb_does() -> None:
    packed = tar_of([sparse("one", DUMP, 3 << 19, b"end"), sparse("two", DUMP, 3 << 19, b"end"), (info("next", DUMP), DUMP)])

    items = piped(packed, Limits(ratio_free_bytes=1 << 20))
    assert skipped(items) == [
        (f"-!{name}", "unpacks to more than 2000 times its size, as bombs do; if you trust it, allow its size with --max-bytes")
        for name in ("one", "two")
    ]
    assert blobs(items) == [("-!next", DUMP)]
    assert len(contents(piped(packed))) == 3


def mapped(layout: str, data: bytes, size: int) -> tuple[tarfile.TarInfo, bytes]:
    """A member in GNU's sparse layout 0.1: the map in the pax header."""
    entry = info("holes", data)
    entry.pax_headers = {"GNU.sparse.map": layout, "GNU.sparse.size": str(size), "GNU.sparse.name": "holes"}
    return entry, data


@pytest.mark.parametrize(
    "layout, size",
    [
        ("0,3,2,3", 10),
        ("0,3,0,3", 10),
        ("5,3,0,3", 10),
        ("-5,3,4,3", 10),
        ("0,-3,4,3", 10),
        ("0,3,4,9", 10),
        ("0,3,4,3", 5),
        ("0,3,4,3", -1),
    ],
)
def test_a_map_of_holes_that_is_none_costs_its_member(layout: str, size: int) -> None:
    items = piped(tar_of([mapped(layout, b"abcdef", size), (info("next", DUMP), DUMP)]))

    assert skipped(items)[0][1].startswith("damaged")
    assert blobs(items)[-1:] == [("-!next", DUMP)] or "damaged tar" in skipped(items)[-1][1]


def test_a_map_in_the_pax_header_is_read() -> None:
    assert contents(piped(tar_of([mapped("0,3,1000,3", b"abcdef", 1003)]))) == [b"abc" + bytes(997) + b"def"]


def extended(kind: bytes, body: bytes) -> bytes:
    """A header that extends the next one."""
    return info("x", body, kind).tobuf(tarfile.USTAR_FORMAT) + body + bytes(-len(body) % 512)


HURTING = {
    "a row of digits": b"1" * 80_000,
    "a value of digits": b"80012 path=" + b"1" * 80_000 + b"\n",
    "no sign": b"20 " + b"x" * 16 + b"\n",
    "no end": b"9 path=ab",
    "a length of zero": b"0 path=ab\n",
    "a length past the end": b"9999 path=ab\n",
    "no name": b"5 =b\n",
}


@pytest.mark.parametrize("body", HURTING.values(), ids=HURTING)
def test_a_pax_header_made_to_hurt_is_refused_before_tarfile_sees_it(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    """Its expressions take a minute for a megabyte of digits, until Python 3.13 (CVE-2024-6232)."""
    monkeypatch.setattr(tarfile.TarInfo, "_proc_pax", None)

    with pytest.raises(InputError, match="damaged tar, the rest of it is not read: a pax header "):
        piped(extended(tarfile.XHDTYPE, body) + tar({"a": DUMP}))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_what_extends_a_header_has_a_limit(kind: bytes) -> None:
    record = b"2000000 path=" + b"x" * 1_999_986 + b"\n"
    with pytest.raises(InputError, match="its directory is larger than 1 MiB"):
        piped(extended(kind, record) + tar({"a": DUMP}))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_chain_of_headers_has_a_limit(kind: bytes) -> None:
    """tarfile calls itself for each link of it."""
    link = extended(kind, b"10 path=a\n")
    assert contents(piped(link * 3 + tar({"a": DUMP}))) == [DUMP]

    with pytest.raises(InputError, match="damaged tar, the rest of it is not read: more than 100 headers in a row"):
        piped(link * 5000 + tar({"a": DUMP}))


def test_what_extends_headers_has_a_limit_over_all_members() -> None:
    entry = info("x" * 300_000, DUMP)

    items = piped(tar_of([(entry, DUMP)] * 5), Limits(members=5))

    assert len(blobs(items)) == 3
    assert skipped(items)[-1] == ("-", "its directory is larger than 1 MiB; unpack it and give the folder")


def test_what_holds_for_all_members_has_a_limit() -> None:
    """tarfile looks through it for each of them."""
    kept = extended(tarfile.XGLTYPE, b"52 comment=" + b"0a" * 20 + b"\n") + tar({"a": DUMP})
    assert contents(piped(kept)) == [DUMP]

    records = b"".join(b"11 k%04d=a\n" % number for number in range(1000))
    with pytest.raises(InputError, match="too much that holds for all members"):
        piped(extended(tarfile.XGLTYPE, records) + tar({"a": DUMP}))


def test_a_long_map_of_holes_has_a_limit() -> None:
    layout = b"200000\n" + b"".join(b"%d\n1\n" % (2 * number) for number in range(200_000))
    data = layout + bytes(-len(layout) % 512) + b"x" * 200_000
    entry = info("GNUSparseFile.0/a", data)
    entry.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "a", "GNU.sparse.realsize": "400000"}

    with pytest.raises(InputError, match="its directory is larger than 1 MiB"):
        piped(tar_of([(entry, data)]))


@pytest.mark.parametrize("pack", [bytes, CODECS["gzip"]], ids=["plain", "gzip"])
def test_a_cut_archive_gives_what_it_holds(pack: type) -> None:
    """The cut is 100 bytes into the second member."""
    items = piped(pack(tar({"a": DUMP, "b": b"y" * 5000})[: 512 * 3 + 100]))

    assert blobs(items) == [("-!a", DUMP), ("-!b", b"y" * 100)]
    assert skipped(items)[0] == ("-!b", "truncated at 100 of 5000 bytes: the archive ends there")
    assert skipped(items)[1][0] == "-"


def test_a_tar_cut_by_its_compression_says_so() -> None:
    packed = CODECS["xz"](tar({"a": DUMP}))

    items = piped(packed[:-12])

    assert blobs(items) == [("-!a", DUMP)]
    assert skipped(items)[0][1].startswith("truncated at 10240 bytes: the xz data")


@pytest.mark.parametrize("pack", CODECS.values(), ids=CODECS)
def test_a_tar_cut_inside_a_member_by_its_compression_says_so_of_both(pack: type) -> None:
    packed = pack(tar({"a": DUMP, "b": os.urandom(2_000_000)}))

    items = piped(packed[: len(packed) * 3 // 4])

    [(member, cut_member), (archive, cut_archive)] = skipped(items)
    assert (member, archive) == ("-!b", "-")
    assert re.match(r"truncated at \d+ of 2000000 bytes: the archive ends there$", cut_member)
    assert re.match(r"truncated at \d+ bytes: the \w+ data ends before its end mark$", cut_archive)
    assert [source for source, _ in blobs(items)] == ["-!a", "-!b"]


def test_an_archive_cut_between_members_is_not_taken_for_whole() -> None:
    items = piped(tar({"a": DUMP, "b": DUMP})[:1024])

    assert blobs(items) == [("-!a", DUMP)]
    assert skipped(items) == [("-", "the tar has no end mark, so it may be truncated")]


def test_a_damaged_header_ends_the_archive_and_is_said() -> None:
    packed = bytearray(tar({"a": DUMP, "b": DUMP}))
    packed[1024 + 150] ^= 0xFF

    items = piped(bytes(packed))

    assert blobs(items) == [("-!a", DUMP)]
    assert skipped(items) == [("-", "damaged tar, the rest of it is not read: what should be a header is none")]


def test_a_second_tar_behind_the_end_mark_is_not_silently_lost() -> None:
    items = piped(tar({"a": DUMP}) + tar({"b": DUMP}))

    assert blobs(items) == [("-!a", DUMP)]
    assert len(skipped(items)) == 1


def test_a_named_tar_with_a_damaged_first_header_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "case.tar"
    packed = bytearray(tar({"a": DUMP}))
    packed[150] ^= 0xFF
    path.write_bytes(packed)

    with pytest.raises(InputError, match=r"case\.tar: damaged tar, the rest of it is not read"):
        everything(path)


def test_an_archive_without_files_says_so() -> None:
    packed = tar_of([(info("folder", kind=tarfile.DIRTYPE), b"")])

    assert piped(packed) == [Skipped("-", "an archive without files (hidden ones and links aside)", named=True)]


def test_a_header_that_points_backwards_ends_the_archive() -> None:
    """With a negative size tarfile read the same header for ever (CVE-2025-8194); where that is mended it finds no header there."""
    packed = bytearray(tar({"a": DUMP, "b": DUMP}))
    at = 1024
    packed[at + 124 : at + 136] = b"\xff" * 10 + b"\xfc\x00"  # -1024 in base 256
    packed[at + 148 : at + 156] = b" " * 8
    packed[at + 148 : at + 156] = b"%06o\0 " % sum(packed[at : at + 512])

    items = piped(bytes(packed))

    assert blobs(items)[0] == ("-!a", DUMP)
    source, reason = skipped(items)[-1]
    assert source == "-"
    assert reason.startswith("damaged tar, the rest of it is not read: ")


def test_a_header_that_asks_for_gigabytes_of_name_is_refused() -> None:
    """Older versions of tarfile ask for all of it at once, newer ones by the MiB, and then find the archive's end."""
    entry = info("././@LongLink", kind=tarfile.GNUTYPE_LONGNAME)
    header = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"%011o\0" % (6 << 30)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)

    with pytest.raises(InputError, match="its directory is larger than|damaged tar, the rest of it is not read"):
        piped(bytes(header) + bytes(2048))


@pytest.mark.skipif(shutil.which("tar") is None, reason="there is no tar program here")
@pytest.mark.parametrize("layout", ["gnu", "pax", "ustar", "v7"])
def test_what_a_tar_program_writes_is_read(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "snap.txt"
    path.write_bytes(DUMP)
    os.utime(path, (GIVEN_TIME, GIVEN_TIME + 0.75))
    made = subprocess.run(["tar", f"--format={layout}", "-cz", "."], cwd=tmp_path, capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"this tar program does not know the layout: {made.stderr.decode()}")

    assert piped(made.stdout) == [Blob("-!snap.txt", DUMP, "2024-06-07T08:09:10Z", named=False)]
