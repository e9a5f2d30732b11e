"""Every bound on what one call may read, and the account of what it has read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stackan.model.records import NamedTuple
from stackan.model.said import said, said_of
from stackan.reading.trouble import LimitHit

if TYPE_CHECKING:
    from stackan.model.watch import Watch

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

# Bytes that tarfile and zipfile read before they know the members: names, fields, maps of holes, the whole central directory.
_DIRECTORY_BYTES_PER_MEMBER = 320
_DIRECTORY_BYTES_AT_LEAST = MIB
_MEMBER_DIRECTORY_BYTES = MIB  # of one member: the longest path that Linux takes has 4 KiB, all extended attributes together 64 KiB


class Limits(NamedTuple):
    """Bounds on one call of `read`; bytes are decompressed bytes.

    item_bytes: one file or member, also where it is read without being held.
    total_bytes: all that is read from files and comes out of decompressors.
    kept_bytes: all text that is held in memory: what is kept, and the item that is being read, with the archives around it
        that have to be held (a zip inside of another archive).
    members: files looked at in one archive.
    frames: compressed frames (gzip's members, zstd's skippable frames) that follow others, over all that one file holds.
        A decoder is made for each, whatever it holds; bgzip, which writes many, puts 64 KiB into one.
    depth: archives inside one another; a codec counts only right inside another codec, so `a.tar.gz` is one.
    ratio: how many times larger than itself may be what comes out of one file, through all layers and out of the holes of
        sparse members, once that is past `ratio_free_bytes`; also what comes out of one stream in it.
        gzip cannot pass 1032, which zeros reach. Measured with gzip, bzip2, zstd and xz, 25,000 threads each: dumps grown from a real
        one, 15 to 60; where threads of a pool differ in their headers alone, 121, 158, 444 and 789. `pstack` in a loop of a server
        that hangs, 200 MB: 4871 by xz and 5725 by zstd, so 256 MiB (some 3000 dumps of 90 KB) are free.
    """

    item_bytes: int = 4 * GIB
    total_bytes: int = 16 * GIB
    kept_bytes: int = 2 * GIB
    members: int = 100_000
    frames: int = 100_000
    depth: int = 4
    ratio: int = 2000
    ratio_free_bytes: int = 256 * MIB

    @classmethod
    def up_to(cls, max_bytes: int) -> Limits:
        """The limits that `--max-bytes` sets: one item up to `max_bytes`, and four times that in all.

        As much may be kept in memory, and the ratio is no longer checked below that size, since the caller has said how much may
        come; neither gets smaller than it is by default.
        """
        usual = cls()
        return cls(
            item_bytes=max_bytes,
            total_bytes=4 * max_bytes,
            kept_bytes=max(max_bytes, usual.kept_bytes),
            ratio_free_bytes=max(max_bytes, usual.ratio_free_bytes),
        )

    @property
    def directory_bytes(self) -> int:
        """How much an archive's own bookkeeping may take in one piece."""
        return max(_DIRECTORY_BYTES_AT_LEAST, self.members * _DIRECTORY_BYTES_PER_MEMBER)


DEFAULT_LIMITS = Limits()


class Budget:
    """The limits of one call and what is left of them.

    Each byte that is read from a file or comes out of a decompressor is spent once, also when it is then thrown away:
    so the work is bounded, and not only the memory.

    There is one account for each outermost file (or pipe), whatever lies in it: so no bomb gets more by being several, or by
    lying in another.

    watch: told how far reading has come; None if nobody looks.
    passes: whether a text that begins so, under this name, need not be held, and so may be of any size; None if all are held.
    """

    __slots__ = ("_brought", "_frames", "_kept", "_made", "left", "limits", "passes", "watch")

    def __init__(self, limits: Limits, passes: Callable[[bytes, str], bool] | None = None, watch: Watch | None = None) -> None:
        self.limits = limits
        self.passes = passes
        self.watch = watch
        self.left = limits.total_bytes
        self._kept = 0
        self.begin_file()

    def begin_file(self) -> None:
        """Open the account of an outermost file."""
        self._brought = self._made = self._frames = 0

    @property
    def spent(self) -> bool:
        """True once `total_bytes` was passed; nothing more is read then."""
        return self.left < 0

    def spend(self, size: int) -> None:
        """Count `size` bytes. Raises LimitHit when the total is passed."""
        self.left -= size
        if self.watch is not None:
            self.watch.unpacked += size
        if self.left < 0:
            total = size_text(self.limits.total_bytes)
            raise LimitHit(
                said("all inputs together are larger than {limit}, so nothing from here on is read; raise it with --max-bytes", limit=total)
            )

    def bring(self, size: int) -> None:
        """Count `size` bytes that were read from an outermost file. Raises LimitHit as `spend` does."""
        self._brought += size
        self.spend(size)

    def make(self, size: int) -> None:
        """Count `size` bytes that came out of a decompressor, or out of nothing. Raises LimitHit when they are too many."""
        self._made += size
        self.check_ratio(self._brought, self._made)
        self.spend(size)

    def keep(self, size: int) -> None:
        """Count `size` bytes of text that stay in memory when the next is read."""
        self._kept += size

    @contextmanager
    def held(self, size: int) -> Iterator[None]:
        """Count `size` bytes of text as kept for a while."""
        self._kept += size
        try:
            yield
        finally:
            self._kept -= size

    def check_item(self, size: int) -> None:
        """Raises LimitHit if one item of `size` bytes is too large, or does not fit beside what is kept."""
        if size > self.limits.item_bytes:
            limit = size_text(self.limits.item_bytes)
            raise LimitHit(said("larger than {limit}, the limit for one item; raise it with --max-bytes", limit=limit))
        if self._kept + size > self.limits.kept_bytes:
            limit = size_text(self.limits.kept_bytes)
            raise LimitHit(said("all text that is kept would be larger than {limit}; raise it with --max-bytes", limit=limit))

    def check_ratio(self, packed: int, unpacked: int) -> None:
        """Raises LimitHit if `packed` bytes became so many `unpacked` ones that it must be a bomb."""
        limits = self.limits
        if unpacked > limits.ratio_free_bytes and unpacked > packed * limits.ratio:
            raise LimitHit(
                said(
                    "unpacks to more than {number} times its size, as bombs do; if you trust it, allow its size with --max-bytes",
                    number=limits.ratio,
                )
            )

    def check_frame(self) -> None:
        """Count one more compressed frame behind another. Raises LimitHit when they are too many."""
        self._frames += 1
        if self._frames > self.limits.frames:
            raise LimitHit(
                said("packed in more than {number} pieces one after the other; unpack it and give the folder", number=self.limits.frames)
            )

    def check_depth(self, depth: int) -> None:
        """Raises LimitHit if `depth` layers lie around something."""
        if depth > self.limits.depth:
            raise LimitHit(said("nested in more than {number} archives; unpack it and give the folder", number=self.limits.depth))

    def check_members(self, count: int) -> None:
        """Raises LimitHit if an archive holds `count` members or more, the last of them not yet read."""
        if count > self.limits.members:
            raise LimitHit(
                said("holds more than {number} members, the rest is not read; unpack it and give the folder", number=self.limits.members)
            )

    def check_directory(self, size: int) -> None:
        """Raises LimitHit if the bookkeeping of an archive takes `size` bytes."""
        _check_directory(size, self.limits.directory_bytes)

    def check_member_directory(self, size: int) -> None:
        """Raises LimitHit if the bookkeeping of one member takes `size` bytes."""
        _check_directory(size, min(_MEMBER_DIRECTORY_BYTES, self.limits.directory_bytes))


def _check_directory(size: int, most: int) -> None:
    if size > most:
        raise LimitHit(said("its directory is larger than {limit}; unpack it and give the folder", limit=size_text(most)))


def size_text(size: int) -> str:
    """A number of bytes in the largest unit that divides it: 4294967296 → "4 GiB", 1000 → "1000 bytes"."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size and size % unit == 0:
            return f"{size // unit} {name}"
    return said_of(size, "{count} byte", "{count} bytes")
