"""Zip archives."""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from stackan.errors import InputError
from stackan.reading import Blob, Limits, Skipped

from .packing import CODECS, DUMP, GIVEN_TIME, blobs, contents, everything, named_contents, piped, skipped, zipped
from .test_compressed import LONG, gzip_module, without

__all__ = ["gzip_module"]

METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_each_method_is_unpacked_from_a_file_and_from_a_pipe(tmp_path: Path, method: int) -> None:
    members = {"node1/pstack_dnode_4242.log": LONG, "node2/empty": b"", "node3/short": b"x"}
    path = tmp_path / "case.bin"
    path.write_bytes(zipped(members, method))

    assert named_contents(everything(path)) == [(f"{path}!{name}", data) for name, data in members.items()]
    assert named_contents(piped(path.read_bytes())) == [(f"-!{name}", data) for name, data in members.items()]


def test_deflate_is_read_with_and_without_isal(gzip_module: str) -> None:
    assert contents(piped(zipped({"a": LONG, "b": bytes(3_000_000)}))) == [LONG, bytes(3_000_000)]


def test_deflate_that_ends_in_a_long_repetition_is_read_to_its_end(gzip_module: str) -> None:
    """The last bytes of the input may be consumed while some bytes of text are still to come (here in one case of a hundred)."""
    chance = random.Random(1)
    members = {f"{n}": chance.randbytes(n % 8) + bytes(513 - n % 8) for n in range(1000)}  # the first call asks for 512

    assert contents(piped(zipped(members))) == list(members.values())


@pytest.mark.parametrize("method, codec", [(93, "zstd"), (95, "xz")])
def test_methods_that_zipfile_may_not_know_are_unpacked(method: int, codec: str) -> None:
    assert contents(piped(with_method(zipped({"a": CODECS[codec](DUMP)}, zipfile.ZIP_STORED), method, DUMP))) == [DUMP]


def with_method(packed: bytes, method: int, text: bytes) -> bytes:
    """A zip of one stored member, relabelled: its content is `text`, packed by `method`."""
    made = bytearray(packed)
    directory = made.rindex(b"PK\x01\x02")
    struct.pack_into("<H", made, directory + 10, method)
    struct.pack_into("<I", made, directory + 16, zlib.crc32(text))
    struct.pack_into("<I", made, directory + 24, len(text))
    return bytes(made)


@pytest.mark.parametrize("method, name", [(9, r"9 \(Deflate64\)"), (98, r"98 \(PPMd\)"), (77, "77")])
def test_a_method_that_is_not_read_is_named(method: int, name: str) -> None:
    [(source, reason)] = skipped(piped(with_method(zipped({"a": DUMP}, zipfile.ZIP_STORED), method, DUMP)))

    assert source == "-!a"
    assert reason == f"packed with zip method {name}, which is not read; unpack it and give the folder".replace("\\", "")


def test_members_come_in_natural_order() -> None:
    names = ["snap10", "snap9", "b/snap2", "b/snap11", "a"]

    assert [source for source, _ in named_contents(piped(zipped([(name, b"") for name in names])))] == [
        "-!a",
        "-!b/snap2",
        "-!b/snap11",
        "-!snap9",
        "-!snap10",
    ]


def test_folders_links_and_hidden_files_are_left_out() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("__MACOSX/._a", b"finder")
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, b"/etc/passwd")
        archive.writestr("a", DUMP)

    assert named_contents(piped(buffer.getvalue())) == [("-!a", DUMP)]


def test_names_that_climb_or_colour_are_only_shown() -> None:
    found = named_contents(piped(zipped([("../../x", b""), ("/abs", b""), ("\x1b[31m", b"")])))

    assert sorted(source for source, _ in found) == ["-!../../x", "-!/abs", "-!\\x1b[31m"]


@pytest.mark.parametrize(
    ("name", "encoding", "shown"),
    [
        ("节点1/第二次.txt", "gbk", "节点1/第二次.txt"),
        ("节点1/第二次.txt", "utf-8", "节点1/第二次.txt"),
        ("résumé.txt", "utf-8", "résumé.txt"),
        ("é.txt", "cp437", "é.txt"),
        ("plain.txt", "ascii", "plain.txt"),
    ],
)
def test_a_name_without_the_flag_of_utf_8_is_read_in_the_first_encoding_that_it_can_be(name: str, encoding: str, shown: str) -> None:
    raw = name.encode(encoding)
    packed = zipped({"x" * len(raw): DUMP}).replace(b"x" * len(raw), raw)

    assert named_contents(piped(packed)) == [(f"-!{shown}", DUMP)]


def test_a_name_with_the_flag_of_utf_8_is_left_as_it_is() -> None:
    assert named_contents(piped(zipped({"Ãü.txt": DUMP}))) == [("-!Ãü.txt", DUMP)]


def with_extra(extra: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo("a", (2001, 2, 3, 4, 5, 6))
        member.extra = extra
        archive.writestr(member, DUMP)
    return buffer.getvalue()


def unstamped(items: list[Blob | Skipped]) -> list[Blob | Skipped]:
    """Without the local time of the moment at which a test has packed them."""
    return [item._replace(stamped=None) if isinstance(item, Blob) else item for item in items]


UNIX_TIME = struct.pack("<HHBi", 0x5455, 5, 1, GIVEN_TIME)
NTFS_TIME = struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 1, 24, (GIVEN_TIME + 11_644_473_600) * 10**7 + 5, 0, 0)

OTHER_NTFS = struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 2, 24, (GIVEN_TIME + 11_644_473_600) * 10**7, 0, 0)
SHORT_NTFS = struct.pack("<HHIHH", 0x000A, 8, 0, 1, 0)


@pytest.mark.parametrize("extra", [UNIX_TIME, NTFS_TIME, b"\xfe\xca\x00\x00" + UNIX_TIME + NTFS_TIME], ids=["unix", "ntfs", "both"])
def test_a_time_in_utc_is_given(extra: bytes) -> None:
    assert unstamped(piped(with_extra(extra))) == [Blob("-!a", DUMP, "2024-06-07T08:09:10Z", named=False)]


@pytest.mark.parametrize(
    "extra", [b"", struct.pack("<HHB", 0x5455, 1, 1), struct.pack("<HHBi", 0x5455, 5, 2, GIVEN_TIME), SHORT_NTFS, OTHER_NTFS]
)
def test_a_local_time_without_a_zone_is_not_given_for_a_moment(extra: bytes) -> None:
    assert unstamped(piped(with_extra(extra))) == [Blob("-!a", DUMP, None, named=False)]


def test_a_local_time_is_given_apart_unless_it_is_the_one_for_not_known() -> None:
    """The directory's own field begins in 1980, and archivers that know no time write that."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a", (2024, 5, 12, 10, 4, 33)), DUMP)
        archive.writestr(zipfile.ZipInfo("b", (1980, 1, 1, 0, 0, 0)), b"x")
    stamps = [item.stamped for item in piped(packed.getvalue()) if isinstance(item, Blob)]
    assert stamps == ["2024-05-12T10:04:32", None]


def test_an_encrypted_member_is_skipped_and_the_rest_read() -> None:
    packed = bytearray(zipped({"a": DUMP, "b": b"open"}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1

    assert unstamped(piped(bytes(packed))) == [
        Skipped("-!a", "encrypted; unpack it with its password and give the folder", named=False),
        Blob("-!b", b"open", None, named=False),
    ]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_a_member_with_a_wrong_checksum_is_given_and_said_to_be_damaged(gzip_module: str, method: int) -> None:
    packed = bytearray(zipped({"a": DUMP}, method))
    packed[packed.index(b"PK\x01\x02") + 16] ^= 1

    assert unstamped(piped(bytes(packed))) == [
        Skipped("-!a", f"damaged: the checksum of its {len(DUMP)} bytes is wrong", named=False),
        Blob("-!a", DUMP, None, named=False),
    ]


def test_a_member_with_a_wrong_size_is_given_and_said_to_be_damaged() -> None:
    packed = bytearray(zipped({"a": DUMP}))
    struct.pack_into("<I", packed, packed.index(b"PK\x01\x02") + 24, 5)

    [(_, reason)] = skipped(piped(bytes(packed)))

    assert reason == f"damaged: its size is {len(DUMP)}, but the directory says 5"
    assert blobs(piped(bytes(packed))) == [("-!a", DUMP)]


def test_a_member_whose_header_is_gone_is_skipped() -> None:
    packed = bytearray(zipped({"a": DUMP, "b": b"whole"}))
    packed[1] = 0
    packed[:4] = b"PK\x05\x06"  # still a zip by its start

    items = piped(bytes(packed))

    assert skipped(items) == [("-!a", "damaged zip: the directory points at no member")]
    assert blobs(items) == [("-!b", b"whole")]


def test_a_member_whose_header_is_cut_by_the_end_of_the_file_is_skipped() -> None:
    packed = bytearray(zipped({"a": DUMP}))
    struct.pack_into("<H", packed, len(packed) - 2, 4)  # a comment of four bytes, which look like a member
    packed += b"PK\x03\x04"
    struct.pack_into("<I", packed, packed.index(b"PK\x01\x02") + 42, len(packed) - 4)

    assert skipped(piped(bytes(packed))) == [("-!a", "damaged zip: the directory points at no member")]


def test_a_member_without_a_name_is_read() -> None:
    """Damage may leave one: a name ends at its first NUL."""
    packed = zipped({"a": DUMP}).replace(b"a", b"\0")

    assert blobs(piped(packed)) == [("-!", DUMP)]


def test_a_cut_zip_is_an_input_error_when_named_and_skipped_when_found(tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(zipped({"a": LONG})[:-40])

    with pytest.raises(InputError, match=r"case\.zip: damaged or truncated zip, its directory cannot be read: "):
        everything(path)
    [(source, reason)] = skipped(everything(tmp_path))
    assert source == str(path)
    assert reason.startswith("damaged or truncated zip")


def test_an_empty_zip_says_so() -> None:
    assert piped(zipped({})) == [Skipped("-", "an archive without files (hidden ones and links aside)", named=True)]


def test_a_zip_of_more_than_65535_members_is_read_whole() -> None:
    members = [(f"{n}", b"") for n in range(70_000)]

    assert len(contents(piped(zipped(members, zipfile.ZIP_STORED)))) == 70_000


def repeated(packed: bytes, times: int, step: int = 0) -> bytes:
    """A zip of one member with more entries for it in its directory, each `step` bytes behind the one before."""
    directory = packed.rindex(b"PK\x01\x02")
    entry = packed[directory : packed.rindex(b"PK\x05\x06")]
    entries = b"".join(entry[:42] + struct.pack("<I", number * step) + entry[46:] for number in range(times))
    return packed[:directory] + entries + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, times, times, len(entries), directory, 0)


@pytest.mark.parametrize("step", [0, 1000], ids=["the same bytes", "each inside of the one before"])
def test_members_that_share_their_bytes_are_left_out(step: int) -> None:
    """The trick of the smallest bombs: a thousand directory entries for the same megabyte."""
    packed = repeated(zipped({"a": bytes(1 << 20)}, zipfile.ZIP_STORED), 1000, step)

    items = piped(packed)

    assert len(blobs(items)) <= 1
    assert skipped(items)[0] == (
        "-",
        "left out 999 members that take the bytes of another, as in bombs and damaged zips; pack the dumps once more",
    )


def test_a_damaged_size_costs_one_member_and_not_those_behind_it() -> None:
    packed = bytearray(zipped({"a": DUMP, "b": DUMP, "c": b"x"}))
    struct.pack_into("<I", packed, packed.index(b"PK\x01\x02") + 20, 1 << 30)

    items = piped(bytes(packed))

    assert blobs(items) == [("-!b", DUMP), ("-!c", b"x")]
    assert skipped(items) == [
        ("-", "left out a member that takes the bytes of another, as in bombs and damaged zips; pack the dumps once more")
    ]


def test_a_member_that_claims_the_largest_size_of_all_is_read_as_far_as_it_goes() -> None:
    packed = bytearray(zipped({"a": DUMP}))
    at = packed.index(b"PK\x01\x02")
    struct.pack_into("<II", packed, at + 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", packed, at + 30, 20)
    packed[at + 47 : at + 47] = struct.pack("<HHQQ", 1, 16, (1 << 64) - 1, (1 << 64) - 1)
    end = packed.rindex(b"PK\x05\x06")
    struct.pack_into("<I", packed, end + 12, end - at)

    items = piped(bytes(packed))

    assert blobs(items) == [("-!a", DUMP)]
    assert skipped(items)[0][0] == "-!a"


def test_a_directory_out_of_proportion_is_refused() -> None:
    members = [("x" * 60_000 + str(n), b"") for n in range(30)]

    with pytest.raises(InputError, match="its directory is larger than 1 MiB"):
        piped(zipped(members), Limits(members=100))


def test_a_zip_in_a_file_is_not_read_into_memory(tmp_path: Path) -> None:
    """Members are limited one by one, not the file."""
    path = tmp_path / "case.zip"
    path.write_bytes(zipped({"a": os.urandom(50_000), "b": os.urandom(50_000)}))

    assert len(contents(everything(path, Limits(item_bytes=60_000)))) == 2
    with pytest.raises(InputError, match="larger than 60000 bytes"):
        piped(path.read_bytes(), Limits(item_bytes=60_000))


def test_a_missing_codec_skips_the_members_that_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "bz2")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", DUMP, zipfile.ZIP_BZIP2)
        archive.writestr("b", DUMP, zipfile.ZIP_DEFLATED)

    items = piped(buffer.getvalue())

    assert blobs(items) == [("-!b", DUMP)]
    assert "built without the module bz2" in skipped(items)[0][1]


def test_zone_and_clock_of_this_machine_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone cannot be set on this system")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        assert unstamped(piped(with_extra(UNIX_TIME)))[0] == Blob("-!a", DUMP, "2024-06-07T08:09:10Z", named=False)
    finally:
        monkeypatch.undo()
        time.tzset()
