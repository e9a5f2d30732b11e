"""Compressed files: told by content, whole or cut or damaged, with each module that can unpack them."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from stackan.errors import InputError
from stackan.reading import Blob, Skipped, decoders

from .packing import CODECS, DUMP, blobs, contents, everything, piped, skipped

Pack = Callable[[bytes], bytes]

each_codec = pytest.mark.parametrize("pack", CODECS.values(), ids=CODECS)

# Does not repeat itself, so that half of the packed bytes hold about half of the text; more than two blocks of bzip2 (900 kB).
LONG = b"".join(b"#%d  0x%s in f ()\n" % (n, os.urandom(8).hex().encode()) for n in range(60_000))


@pytest.fixture(params=["isal", "standard library"])
def gzip_module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to unpack gzip and deflate."""
    if request.param == "isal":
        pytest.importorskip("isal")
    else:
        without(monkeypatch, "isal.igzip_lib", "isal.isal_zlib")
    return str(request.param)


def without(monkeypatch: pytest.MonkeyPatch, *absent: str) -> None:
    def guarded(name: str) -> Any:
        if name in absent:
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr("stackan.reading.decoders.import_module", guarded)


@each_codec
def test_a_compressed_file_keeps_its_name_and_gives_its_text(tmp_path: Path, pack: Pack) -> None:
    path = tmp_path / "no-hint-in-the-name"
    path.write_bytes(pack(LONG))

    assert everything(path) == [Blob(str(path), LONG, None, named=True, written=path.stat().st_mtime)]


@each_codec
def test_compressed_standard_input_is_unpacked(pack: Pack) -> None:
    assert piped(pack(DUMP)) == [Blob("-", DUMP, None, named=True)]


@each_codec
def test_an_empty_text_survives_compression(pack: Pack) -> None:
    assert contents(piped(pack(b""))) == [b""]


@each_codec
def test_frames_one_behind_the_other_are_one_text(pack: Pack) -> None:
    assert contents(piped(pack(b"a") + pack(b"") + pack(LONG) + pack(b"z"))) == [b"a" + LONG + b"z"]


@each_codec
def test_zeros_behind_a_frame_are_padding(pack: Pack) -> None:
    assert contents(piped(pack(DUMP) + bytes(300_000) + pack(b"more") + bytes(4))) == [DUMP + b"more"]


@each_codec
def test_what_else_follows_a_frame_is_left_out_and_said(pack: Pack) -> None:
    items = piped(pack(DUMP) + b"some other text")

    assert blobs(items) == [("-", DUMP)]
    [(_, reason)] = skipped(items)
    assert reason.startswith("left out what follows the ")
    assert f"after {len(DUMP)} bytes" in reason


@each_codec
def test_a_cut_file_gives_what_it_holds_after_saying_where_it_ends(tmp_path: Path, pack: Pack) -> None:
    packed = pack(LONG)
    path = tmp_path / "cut"
    path.write_bytes(packed[: len(packed) * 3 // 4])

    note, blob = everything(path)

    assert isinstance(note, Skipped) and isinstance(blob, Blob)
    assert LONG.startswith(blob.data) and len(LONG) / 3 < len(blob.data) < len(LONG)
    assert (note.source, note.named) == (str(path), True)
    assert note.reason.startswith(f"truncated at {len(blob.data)} bytes: the ")


@each_codec
def test_a_named_file_cut_before_any_text_is_an_input_error(tmp_path: Path, pack: Pack) -> None:
    path = tmp_path / "cut"
    path.write_bytes(pack(DUMP)[:10])

    with pytest.raises(InputError, match=r"cut: truncated at 0 bytes: the \w+ data ends before its end mark; nothing of it can be read"):
        everything(path)


@each_codec
def test_damage_costs_what_lies_behind_it_and_not_what_lies_before(pack: Pack) -> None:
    packed = bytearray(pack(LONG))
    for at in range(len(packed) * 9 // 10, len(packed) * 9 // 10 + 40):
        packed[at] ^= 0xA5

    items = piped(bytes(packed))

    [(_, reason)] = skipped(items)
    [(_, text)] = blobs(items)
    assert "damaged" in reason or "left out" in reason
    kept = len(os.path.commonprefix([text, LONG]))
    assert kept > len(LONG) // 4


def test_gzip_with_a_wrong_checksum_is_said_to_be_damaged(gzip_module: str) -> None:
    packed = bytearray(gzip.compress(LONG))
    packed[-6] ^= 1

    items = piped(bytes(packed))

    assert skipped(items)[0][1].startswith("damaged gzip data after ")
    assert LONG.startswith(blobs(items)[0][1])


def test_gzip_is_read_with_and_without_isal(gzip_module: str) -> None:
    many = b"".join(gzip.compress(LONG[at : at + 50_000]) for at in range(0, len(LONG), 50_000))

    assert contents(piped(gzip.compress(LONG))) == [LONG]
    assert contents(piped(many)) == [LONG]
    assert contents(piped(gzip.compress(bytes(5_000_000) + b"."))) == [bytes(5_000_000) + b"."]


def test_gzip_with_every_header_field_is_read(gzip_module: str) -> None:
    plain = io.BytesIO()
    with gzip.GzipFile("original-name.txt", "wb", fileobj=plain) as file:
        file.write(DUMP)

    assert contents(piped(plain.getvalue())) == [DUMP]


def test_isal_is_asked_for_where_it_is_installed() -> None:
    pytest.importorskip("isal")

    for kind in ("gzip", "deflate"):
        assert type(decoders.codec(kind).decoder()).__name__ == "IgzipDecompressor"


def test_a_skippable_zstd_frame_may_stand_first() -> None:
    skippable = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"

    assert contents(piped(skippable + CODECS["zstd"](DUMP) + skippable)) == [DUMP]


def test_zstd_without_any_module_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "compression.zstd", "backports.zstd", "zstandard")

    with pytest.raises(InputError, match=r"^-: zstd data, and no module here reads it; pip install stackan\[zstd\]$"):
        piped(CODECS["zstd"](DUMP))


def test_a_python_without_lzma_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "lzma")

    with pytest.raises(InputError, match="built without the module lzma"):
        piped(CODECS["xz"](DUMP))


@pytest.mark.parametrize(
    "kind, start", [("7z", b"7z\xbc\xaf\x27\x1c\x00\x04"), ("rar", b"Rar!\x1a\x07\x01\x00"), ("lz4", b"\x04\x22\x4d\x18\x64")]
)
def test_a_kind_that_is_not_read_is_named(kind: str, start: bytes) -> None:
    with pytest.raises(InputError, match=f"^-: {kind} data, which is not read; unpack it and give the folder$"):
        piped(start + bytes(600))


@pytest.mark.parametrize(
    "start", [b"\x1f\x8b", b"BZh", b"BZh9 said the thread", b"\xfd7zX", b"PK", b"\x28\xb5\x2f", b"P*M", b"@*M\x18 said the thread"]
)
def test_a_start_that_only_looks_like_compression_is_text(start: bytes) -> None:
    assert contents(piped(start)) == [start]
