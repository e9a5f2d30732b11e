"""Every bound on what one call may read, and the account of what it has read."""

from __future__ import annotations

from typing import NamedTuple

from stackan.reading.trouble import LimitHit

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

# What tarfile and zipfile read in one piece before they know a member: its name, its fields, the whole central directory.
_DIRECTORY_BYTES_PER_MEMBER = 320
_DIRECTORY_BYTES_AT_LEAST = MIB


class Limits(NamedTuple):
    """Bounds on one call of `read`; bytes are decompressed bytes.

    item_bytes: one file or member. Also an archive inside an archive, where it must be held in memory (zip).
    total_bytes: all that is read from files and comes out of decompressors.
    members: files looked at in one archive.
    depth: archives inside one another; a codec counts only right inside another codec, so `a.tar.gz` is one.
    ratio: how many times larger than its compressed form a stream may become, once it is past `ratio_free_bytes`.
        gzip cannot pass 1032, which zeros reach; real dumps stay below 150.
    """

    item_bytes: int = 4 * GIB
    total_bytes: int = 16 * GIB
    members: int = 100_000
    depth: int = 4
    ratio: int = 500
    ratio_free_bytes: int = 64 * MIB

    @classmethod
    def up_to(cls, max_bytes: int) -> Limits:
        """What `--max-bytes` sets: one item up to `max_bytes`, and four times that in all.

        The ratio is no longer checked below that size, since the caller has said how much may come.
        """
        return cls(item_bytes=max_bytes, total_bytes=4 * max_bytes, ratio_free_bytes=max(max_bytes, cls().ratio_free_bytes))

    @property
    def directory_bytes(self) -> int:
        """How much an archive's own bookkeeping may take in one piece."""
        return max(_DIRECTORY_BYTES_AT_LEAST, self.members * _DIRECTORY_BYTES_PER_MEMBER)


DEFAULT_LIMITS = Limits()


class Budget:
    """The limits of one call and what is left of them.

    Each byte that is read from a file or comes out of a decompressor is spent once, also when it is then thrown away:
    so the work is bounded, and not only the memory.
    """

    __slots__ = ("left", "limits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.left = limits.total_bytes

    @property
    def spent(self) -> bool:
        """True once `total_bytes` was passed; nothing more is read then."""
        return self.left < 0

    def spend(self, size: int) -> None:
        """Count `size` bytes. Raises LimitHit when the total is passed."""
        self.left -= size
        if self.left < 0:
            total = size_text(self.limits.total_bytes)
            raise LimitHit(f"all inputs together are larger than {total}, so nothing from here on is read; raise it with --max-bytes")

    def check_item(self, size: int) -> None:
        """Raises LimitHit if one item of `size` bytes is too large."""
        if size > self.limits.item_bytes:
            raise LimitHit(f"larger than {size_text(self.limits.item_bytes)}, the limit for one item; raise it with --max-bytes")

    def check_ratio(self, packed: int, unpacked: int) -> None:
        """Raises LimitHit if `packed` bytes became so many `unpacked` ones that it must be a bomb."""
        limits = self.limits
        if unpacked > limits.ratio_free_bytes and unpacked > packed * limits.ratio:
            raise LimitHit(
                f"unpacks to more than {limits.ratio} times its size, as bombs do; if you trust it, allow its size with --max-bytes"
            )

    def check_depth(self, depth: int) -> None:
        """Raises LimitHit if `depth` layers lie around something."""
        if depth > self.limits.depth:
            raise LimitHit(f"nested in more than {self.limits.depth} archives; unpack it and give the folder")

    def check_members(self, count: int) -> None:
        """Raises LimitHit if an archive holds `count` members or more, the last of them not yet read."""
        if count > self.limits.members:
            raise LimitHit(f"holds more than {self.limits.members} members, the rest is not read; unpack it and give the folder")

    def check_directory(self, size: int) -> None:
        """Raises LimitHit if an archive's bookkeeping asks for `size` bytes in one piece."""
        if size > self.limits.directory_bytes:
            raise LimitHit(f"its directory is larger than {size_text(self.limits.directory_bytes)}; unpack it and give the folder")


def size_text(size: int) -> str:
    """A number of bytes in the largest unit that divides it: 4294967296 → "4 GiB", 1000 → "1000 bytes"."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
