"""Packs inside packs, and packs made to hurt."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackan.errors import InputError
from stackan.reading import Blob, Limits, Skipped, read

from .packing import CODECS, DUMP, blobs, everything, info, named_contents, piped, skipped, tar, tar_of, zipped

Pack = Callable[[bytes], bytes]

LAYERS: dict[str, Pack] = {
    **CODECS,
    "tar": lambda data: tar({"in": data}),
    "zip": lambda data: zipped({"in": data}),
    "stored zip": lambda data: zipped({"in": data}, zipfile.ZIP_STORED),
    "lzma zip": lambda data: zipped({"in": data}, zipfile.ZIP_LZMA),
}


def test_each_archive_adds_its_member_to_the_source(tmp_path: Path) -> None:
    inner = zipped({"c.txt": DUMP, "d.txt.xz": CODECS["xz"](b"d")})
    path = tmp_path / "a.tar.gz"
    path.write_bytes(CODECS["gzip"](tar({"b.zip": inner, "e.txt": b"e"})))

    assert named_contents(everything(path)) == [
        (f"{path}!b.zip!c.txt", DUMP),
        (f"{path}!b.zip!d.txt.xz", b"d"),
        (f"{path}!e.txt", b"e"),
    ]


def test_what_lies_in_an_archive_is_not_named_and_has_its_own_time_only() -> None:
    inner = zipped({"c.txt": DUMP})
    packed = tar_of([(info("b.zip", inner, mtime=1), inner), (info("c.gz", mtime=2, data=CODECS["gzip"](b"c")), CODECS["gzip"](b"c"))])

    found = [blob._replace(stamped=None) for blob in piped(packed)]  # the local time of a zip's member
    assert found == [Blob("-!b.zip!c.txt", DUMP, None, False), Blob("-!c.gz", b"c", "1970-01-01T00:00:02Z", False)]


def test_a_damaged_archive_in_an_archive_stops_nothing() -> None:
    broken = zipped({"x": DUMP})[:-10]

    items = piped(tar({"a": broken, "b": b"whole"}))

    assert [source for source, _ in skipped(items)] == ["-!a"]
    assert blobs(items) == [("-!b", b"whole")]


def test_a_support_bundle_of_archives_in_archives_is_within_the_default_depth() -> None:
    packed = CODECS["gzip"](DUMP)
    for name in ("dumps", "node", "site", "case"):
        packed = CODECS["xz"](tar({name: packed}))

    assert named_contents(piped(packed)) == [("-!case!site!node!dumps", DUMP)]


@given(st.binary(max_size=2000), st.lists(st.sampled_from(sorted(LAYERS)), max_size=5))
@settings(deadline=None, max_examples=150)
def test_any_nesting_gives_the_payload_back(payload: bytes, layers: list[str]) -> None:
    payload = b"#0 " + payload  # so that it is no byte order mark and no pack by itself
    packed = payload
    for layer in layers:
        packed = LAYERS[layer](packed)
    members = "".join("!in" for layer in layers if layer not in CODECS)

    assert named_contents(piped(packed, Limits(depth=5))) == [(f"-{members}", payload)]


@given(
    st.sampled_from(sorted(LAYERS)),
    st.sampled_from(sorted(LAYERS)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    st.floats(0, 1),
)
@settings(deadline=None, max_examples=600)
def test_damage_never_raises_anything_but_an_input_error(inner: str, outer: str, changes: list[tuple[float, int]], kept: float) -> None:
    packed = bytearray(LAYERS[outer](LAYERS[inner](DUMP * 20)))
    for at, value in changes:
        packed[int(at * len(packed))] = value
    cut = bytes(packed[: int(len(packed) * kept) if kept > 0.3 else len(packed)])

    try:
        items = piped(cut)
    except InputError as error:
        assert str(error).startswith("-: ")
        assert str(error).isprintable()
    else:
        assert items
        assert all(item.source.startswith("-") and item.source.isprintable() for item in items)
        assert all(item.reason and item.reason.isprintable() for item in items if isinstance(item, Skipped))


@given(st.binary(min_size=1024, max_size=3000), st.integers(0, 11))
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.large_base_example, HealthCheck.data_too_large])
def test_tar_headers_of_any_bytes_never_raise_anything_but_an_input_error(noise: bytes, kind: int) -> None:
    """The checksum is made right, so that tarfile goes on and believes the rest."""
    header = bytearray(noise[:512])
    header[0] |= 1
    header[156] = b"0257LKxgSV1X"[kind]
    header[257:263] = b"ustar\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)

    try:
        items = list(read(["-"], Limits(item_bytes=1 << 20, total_bytes=1 << 22), io.BytesIO(bytes(header) + noise[512:])))
    except InputError as error:
        assert str(error).startswith("-: ")
    else:
        assert items


def test_a_pack_of_nothing_but_itself_ends() -> None:
    """Russ Cox's `r.zip` and its kin unpack to themselves; this one goes deeper than any limit."""
    packed = DUMP
    for _ in range(40):
        packed = CODECS["gzip"](packed)

    with pytest.raises(InputError, match="nested in more than 4 archives"):
        piped(packed)
