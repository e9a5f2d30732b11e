"""The kind of a stream, by its first bytes."""

from __future__ import annotations

HEAD_BYTES = 512  # one tar header, the longest thing looked at
TEXT_HEAD_BYTES = 4096  # by which a text that need not be held is known

PLAIN, TAR, ZIP, OFFICE = "plain", "tar", "zip", "office"
GZIP, XZ, BZIP2, ZSTD = "gzip", "xz", "bzip2", "zstd"
CODECS = frozenset((GZIP, XZ, BZIP2, ZSTD))

# Not read, but known: a sentence about them helps more than a dump that cannot be understood.
FOREIGN = {"7z": b"7z\xbc\xaf\x27\x1c", "rar": b"Rar!\x1a\x07", "lz4": b"\x04\x22\x4d\x18"}

# Zip archives too, whose members are no texts: by the first one, which each writer puts there (ECMA-376 part 2; OpenDocument 1.3, part 2).
_OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.opendocument")
_FIRST_MEMBER = 96  # bytes of a member's header, its name, and the first bytes of what is stored

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # a first member; the end record of an empty archive
_BZIP2_BLOCKS = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")  # a first block; the end of an empty stream
_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"  # after a byte 0x50 to 0x5f; pzstd and seekable files start so (RFC 8878, 3.1.2)


def recognise(head: bytes) -> str:
    """The kind of a stream by its first HEAD_BYTES, or all if it is shorter: a codec, TAR, ZIP, OFFICE, a key of FOREIGN, or PLAIN."""
    if head.startswith(b"\x1f\x8b\x08"):
        return GZIP
    if head.startswith(b"\xfd7zXZ\x00"):
        return XZ
    if head.startswith(b"BZh") and head[3:4] in b"123456789" and head[4:10] in _BZIP2_BLOCKS:
        return BZIP2
    if head.startswith(_ZSTD_FRAME) or (head[1:4] == _ZSTD_SKIPPABLE and head[0] >> 4 == 5):
        return ZSTD
    if head.startswith(_ZIP_STARTS):
        return OFFICE if any(mark in head[:_FIRST_MEMBER] for mark in _OFFICE) else ZIP
    if _is_tar_header(head):
        return TAR
    for kind, start in FOREIGN.items():
        if head.startswith(start):
            return kind
    return PLAIN


def _is_tar_header(head: bytes) -> bool:
    """POSIX and GNU headers say "ustar"; the oldest ones have only a checksum, with its own field counted as blanks."""
    if len(head) < HEAD_BYTES:
        return False
    if head[257:262] == b"ustar":
        return True
    field = head[148:156].strip(b" \0")
    if not field or field.strip(b"01234567"):
        return False
    return int(field, 8) == sum(head) - sum(head[148:156]) + 8 * ord(" ")
