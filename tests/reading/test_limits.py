"""Each limit, hit with small numbers; and bombs, which must stop early and in little memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.errors import LimitError
from stackan.reading import Blob, Limits, Skipped, read

from .packing import CODECS, DUMP, blobs, contents, everything, piped, skipped, tar, zipped, zst

ITEM = r"larger than 1000 bytes, the limit for one item; raise it with --max-bytes$"
TOTAL = r"all inputs together are larger than 1000 bytes, so nothing from here on is read; raise it with --max-bytes"

each_codec = pytest.mark.parametrize("pack", CODECS.values(), ids=CODECS)


def test_a_named_file_may_have_the_limit_and_not_one_byte_more(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(1000))
    limits = Limits(item_bytes=1000, total_bytes=1000)

    assert contents(everything(path, limits)) == [bytes(1000)]
    path.write_bytes(bytes(1001))
    with pytest.raises(LimitError, match=f"a: {ITEM}"):
        everything(path, limits)


@pytest.mark.parametrize("pack", [bytes, *CODECS.values()], ids=["plain", *CODECS])
def test_standard_input_may_have_the_limit_and_not_one_byte_more(pack: type) -> None:
    assert contents(piped(pack(bytes(1000)), Limits(item_bytes=1000))) == [bytes(1000)]
    with pytest.raises(LimitError, match=f"^-: {ITEM}"):
        piped(pack(bytes(1001)), Limits(item_bytes=1000))


@pytest.mark.parametrize("packed", [tar({"a": bytes(1001), "b": b"x"}), zipped({"a": bytes(1001), "b": b"x"})], ids=["tar", "zip"])
def test_a_member_past_the_limit_is_skipped_and_the_rest_read(tmp_path: Path, packed: bytes) -> None:
    path = tmp_path / "case"
    path.write_bytes(packed)

    items = everything(path, Limits(item_bytes=1000))

    assert skipped(items) == [(f"{path}!a", "larger than 1000 bytes, the limit for one item; raise it with --max-bytes")]
    assert blobs(items) == [(f"{path}!b", b"x")]


def test_files_of_a_folder_stop_at_the_total(tmp_path: Path) -> None:
    for n in (1, 2, 10):
        (tmp_path / f"snap{n}").write_bytes(bytes(450))

    items = everything(tmp_path, Limits(total_bytes=1000))

    assert [source for source, _ in blobs(items)] == [str(tmp_path / "snap1"), str(tmp_path / "snap2")]
    assert skipped(items) == [(str(tmp_path / "snap10"), TOTAL)]
    assert items[-1] == (str(tmp_path / "snap10"), TOTAL, False)


def test_the_last_item_is_the_one_that_says_that_the_total_was_passed(tmp_path: Path) -> None:
    for n in range(4):
        (tmp_path / f"snap{n}").write_bytes(bytes(10_000))

    items = everything(tmp_path, Limits(total_bytes=15_000))

    assert [item.source for item in items] == [str(tmp_path / "snap0"), str(tmp_path / "snap1")]
    assert isinstance(items[1], Skipped)


def test_a_total_that_is_just_reached_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(1000))
    (tmp_path / "b").touch()

    (tmp_path / "c").touch()

    assert contents(read([tmp_path / "a", tmp_path / "b", tmp_path / "c"], Limits(total_bytes=1000))) == [bytes(1000), b"", b""]


def test_nothing_is_read_after_the_total_was_passed(tmp_path: Path) -> None:
    path = tmp_path / "case.tar"
    path.write_bytes(tar({"a": bytes(100), "b": bytes(5000), "c": b""}))

    items = list(read([path, tmp_path / "would be missing"], Limits(total_bytes=2000)))

    assert [source for source, _ in blobs(items)] == [f"{path}!a"]
    assert len(skipped(items)) == 1


def test_a_named_file_that_passes_the_total_is_a_limit_error(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_bytes(bytes(600))

    with pytest.raises(LimitError, match=f"a: {TOTAL}"):
        list(read([tmp_path / "b", tmp_path / "a"], Limits(total_bytes=1000)))


def test_a_tar_counts_once_and_not_again_for_its_members() -> None:
    packed = tar({"a": bytes(4000), "b": bytes(4000)})

    assert len(contents(piped(packed, Limits(total_bytes=len(packed))))) == 2


def test_what_is_thrown_away_counts_as_well() -> None:
    """Hidden members are unpacked on the way to the next one, and a bomb may consist of them."""
    packed = gzip.compress(tar([(f".{n}", bytes(1000)) for n in range(100)]))

    with pytest.raises(LimitError, match="all inputs together"):
        piped(packed, Limits(total_bytes=50_000))


@pytest.mark.parametrize("pack", [tar, zipped])
def test_members_past_their_number_are_not_read(pack: type) -> None:
    members = {str(n): b"" for n in range(6)}

    assert len(contents(piped(pack(members), Limits(members=6)))) == 6
    items = piped(pack(members), Limits(members=5))
    assert [source for source, _ in blobs(items)] == [f"-!{n}" for n in range(5)]
    assert skipped(items) == [("-", "holds more than 5 members, the rest is not read; unpack it and give the folder")]


@pytest.mark.parametrize("pack", [tar, zipped])
def test_archives_nest_as_deep_as_the_limit(pack: type) -> None:
    packed = gzip.compress(pack({"c": gzip.compress(DUMP)}))
    packed = zipped({"b": packed})

    assert blobs(piped(packed, Limits(depth=2))) == [("-!b!c", DUMP)]
    assert piped(packed, Limits(depth=1)) == [("-!b", "nested in more than 1 archives; unpack it and give the folder", False)]
    with pytest.raises(LimitError, match="nested in more than 0 archives"):
        piped(packed, Limits(depth=0))


@each_codec
def test_a_codec_right_inside_another_counts_as_depth(pack: type) -> None:
    packed = gzip.compress(pack(bz2.compress(DUMP)))

    assert contents(piped(packed, Limits(depth=2))) == [DUMP]
    with pytest.raises(LimitError, match="nested in more than 1 archives"):
        piped(packed, Limits(depth=1))


def test_the_ratio_is_checked_beyond_its_free_bytes_only() -> None:
    packed = lzma.compress(bytes(1_000_000))
    assert 1_000_000 / len(packed) > 2000

    assert contents(piped(packed, Limits(ratio_free_bytes=1_000_000))) == [bytes(1_000_000)]
    with pytest.raises(
        LimitError, match="unpacks to more than 2000 times its size, as bombs do; if you trust it, allow its size with --max-bytes"
    ):
        piped(packed, Limits(ratio_free_bytes=999_999))


FREE = Limits(ratio_free_bytes=1 << 20)
MUCH = lzma.compress(bytes(1_000_000))


@pytest.mark.parametrize("pack", [tar, zipped], ids=["tar", "zip"])
def test_what_is_free_of_the_ratio_is_so_once_for_all_members_of_a_file(pack: type) -> None:
    packed = pack({str(number): MUCH for number in range(10)})

    items = piped(packed, Limits(ratio_free_bytes=1 << 20, ratio=100))

    assert blobs(items)[0] == ("-!0", bytes(1_000_000))
    assert len(blobs(items)) + len(skipped(items)) == 10
    assert sum(len(data) for _, data in blobs(items)) < (1 << 20) + 100 * len(packed)
    assert skipped(items)[-1] == (
        "-!9",
        "unpacks to more than 100 times its size, as bombs do; if you trust it, allow its size with --max-bytes",
    )


def test_layers_do_not_multiply_what_is_free_of_the_ratio() -> None:
    """Each of the two unpacks to less than 2000 times its size; both together to a million times."""
    packed = gzip.compress(gzip.compress(bytes(1 << 26)))

    with pytest.raises(LimitError, match="unpacks to more than 2000 times its size"):
        piped(packed, FREE)


def test_a_bomb_beside_much_that_is_none_is_known_by_its_own_ratio() -> None:
    members = {"a": os.urandom(100_000), "bomb": lzma.compress(bytes(10_000_000)), "c": DUMP}

    items = piped(tar(members), FREE)

    assert blobs(items) == [("-!a", members["a"]), ("-!c", DUMP)]
    assert [source for source, _ in skipped(items)] == ["-!bomb"]


def test_each_file_of_a_folder_has_an_account_of_its_own(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"snap{number}.xz").write_bytes(MUCH)

    assert contents(everything(tmp_path, FREE)) == [bytes(1_000_000)] * 5


@each_codec
def test_frames_of_nothing_are_counted(pack: type) -> None:
    """A decoder is made for each: a million of them took a minute."""
    limits = Limits(frames=10)

    assert contents(piped(pack(DUMP) + pack(b"") * 10, limits)) == [DUMP]
    with pytest.raises(LimitError, match="^-: packed in more than 10 pieces one after the other; unpack it and give the folder$"):
        piped(pack(DUMP) + pack(b"") * 20, limits)


def test_skippable_frames_are_counted_as_well() -> None:
    with pytest.raises(LimitError, match="packed in more than 10 pieces"):
        piped(b"\x50\x2a\x4d\x18\0\0\0\0" * 20 + CODECS["zstd"](DUMP), Limits(frames=10))


def test_frames_are_counted_over_all_members_of_a_file() -> None:
    pieces = gzip.compress(b"x") * 8

    items = piped(tar({"a": pieces, "b": pieces}), Limits(frames=10))

    assert blobs(items) == [("-!a", b"x" * 8)]
    assert [source for source, _ in skipped(items)] == ["-!b"]


def test_text_that_is_kept_leaves_less_for_the_next(tmp_path: Path) -> None:
    """`load` keeps the dumps and drops the rest, however much that is."""
    dump = tmp_path / "a.txt"
    dump.write_bytes(DUMP * 100)
    for number in range(9):
        (tmp_path / f"other{number}").write_bytes(b"nothing\n" * 1000)
    limits = Limits(kept_bytes=len(DUMP) * 250)

    assert stackan.load(tmp_path, limits=limits).warnings == [
        "skipped, as no thread dump is in them: " + ", ".join(f"{tmp_path}/other{number}" for number in range(9))
    ]
    copies = [shutil.copy(dump, tmp_path / f"b{number}.txt") for number in range(2)]
    case = stackan.load(dump, *copies, limits=limits)
    assert [each.source for each in case.dumps] == [str(dump), str(copies[0])]
    assert case.warnings == [f"{copies[1]}: all text that is kept would be larger than {len(DUMP) * 250} bytes; raise it with --max-bytes"]


def test_a_zip_that_has_to_be_held_takes_from_what_may_be_kept() -> None:
    inner = zipped({"a": os.urandom(1000)}, zipfile.ZIP_STORED)

    assert len(blobs(piped(zipped({"inner": inner}), Limits(kept_bytes=4000)))) == 1
    assert skipped(piped(zipped({"inner": inner}), Limits(kept_bytes=3000))) == [
        ("-!inner!a", "all text that is kept would be larger than 3000 bytes; raise it with --max-bytes")
    ]


def test_real_dumps_of_a_server_that_stands_still_are_no_bomb(example: Path) -> None:
    """pstack in a loop: nothing but the dates differs, and xz packs it 2000 times and better."""
    dump = (example / "snap1.txt").read_bytes()
    text = b"".join(b"Mon Jun  3 10:%02d:%02d UTC 2024\n" % divmod(second, 60) + dump for second in range(300))
    packed = lzma.compress(text)

    assert len(text) / len(packed) > 1500
    assert contents(piped(packed)) == [text]


def test_what_packs_well_but_not_that_well_is_no_bomb() -> None:
    """Equal threads again and again."""
    text = (
        b"".join(b"#%d  0x00007f8af76c012b in __lll_lock_wait () from /lib/x86_64-linux-gnu/libc.so.6\n" % level for level in range(30))
        * 400
    )
    packed = lzma.compress(text)
    assert len(text) / len(packed) > 100
    assert contents(piped(gzip.compress(text), Limits(ratio_free_bytes=1000))) == [text]


def test_the_option_that_the_messages_name_lifts_all_four_limits() -> None:
    limits = Limits.up_to(100 << 30)

    assert limits.item_bytes == limits.ratio_free_bytes == limits.kept_bytes == 100 << 30
    assert limits.total_bytes == 400 << 30
    assert Limits.up_to(5).ratio_free_bytes == Limits().ratio_free_bytes
    assert Limits.up_to(5).kept_bytes == Limits().kept_bytes


# Each with the memory it may take, well below what it holds. `zstandard` unpacks 2 KiB at a time, here to 60 MB;
# something harmless stands first, since the first piece of a stream is a small one.
BOMBS = {
    "zstd": (zst(os.urandom(1000)) + zst(bytes(1 << 28)), 100_000_000),
    "xz": (lzma.compress(bytes(50_000_000), preset=0), 10_000_000),
    "bzip2": (bz2.compress(bytes(50_000_000)), 10_000_000),
    "gzip in gzip": (gzip.compress(gzip.compress(bytes(50_000_000))), 10_000_000),
}
BOMB_LIMITS = {
    "item": Limits(item_bytes=1 << 20),
    "total": Limits(total_bytes=1 << 20),
    "ratio": Limits(ratio_free_bytes=1 << 20, ratio=500),
}


def peak_memory(step: Callable[[], object]) -> int:
    """The most bytes of Python's memory in use at any moment of a step."""
    tracemalloc.start()
    try:
        step()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("bomb, memory", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("limits", BOMB_LIMITS.values(), ids=BOMB_LIMITS)
def test_a_bomb_stops_early_in_little_memory(bomb: bytes, memory: int, limits: Limits) -> None:
    def read_bomb() -> None:
        with pytest.raises(LimitError, match="--max-bytes"):
            piped(bomb, limits)

    assert peak_memory(read_bomb) < memory


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA], ids=["bzip2", "deflated", "lzma"])
def test_a_bomb_in_a_zip_is_skipped_in_little_memory(method: int) -> None:
    """zipfile itself would unpack the whole bzip2 member, of 100 bytes, at the first read."""
    packed = zipped({"bomb": bytes(50_000_000), "x": DUMP}, method)
    items: list[Blob | Skipped] = []

    peak = peak_memory(lambda: items.extend(piped(packed, Limits(item_bytes=1 << 20))))

    assert blobs(items) == [("-!x", DUMP)]
    assert [source for source, _ in skipped(items)] == ["-!bomb"]
    assert peak < 20_000_000  # of which LZMA's dictionary takes 8 MB


def test_a_pipe_without_end_stops_at_the_limit() -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return b"x" * (size or 0)

    with pytest.raises(LimitError, match="larger than 1 MiB, the limit for one item"):
        list(read(["-"], Limits(item_bytes=1 << 20), Endless()))


def test_a_device_without_end_stops_at_the_limit() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("there is no /dev/zero here")
    with pytest.raises(LimitError, match="/dev/zero: larger than 1 MiB"):
        everything("/dev/zero", Limits(item_bytes=1 << 20))


def test_a_sparse_file_past_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "core"
    with path.open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(LimitError, match="core: larger than 4 GiB, the limit for one item"):
        everything(path)


def test_the_blob_of_a_member_is_given_before_the_next_is_read() -> None:
    items = read(["-"], Limits(item_bytes=1000), io.BytesIO(tar({"a": b"1", "b": bytes(1001)})))

    assert next(items) == Blob("-!a", b"1", None, named=False)
