"""Files that are no texts, by their first bytes: cores, heaps, pictures, documents.

What may show a hung process is told wherever it lies; pictures and documents are told only to who gives them, as a folder may hold many.
"""

from __future__ import annotations

_ELF = b"\x7fELF"
_CORE = 4  # e_type ET_CORE, the two bytes at 16 (System V ABI, ELF header)
_STARTS = {
    "minidump": (b"MDMP\x93\xa7",),
    "windows-kernel-dump": (b"PAGEDU64", b"PAGEDUMP"),
    "hprof": (b"JAVA PROFILE 1.0.",),
    "jfr": (b"FLR\x00",),
    "perf-data": (b"PERFILE2", b"2ELIFREP"),
}
_DOCUMENTS = {
    "image": (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*"),
    "video": (b"\x1aE\xdf\xa3",),
    "pdf": (b"%PDF-",),
    "office-document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1"),
}
_PICTURE_BRANDS = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif")  # of ISO/IEC 14496-12's files: those of phones' cameras
_MACH_O = (b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xce")
_MACH_O_CORE = 4  # filetype MH_CORE, the four bytes at 12 (xnu EXTERNAL_HEADERS/mach-o/loader.h)


def name_of_binary(data: bytes) -> str | None:
    """The name of a file that holds the memory or the samples of a process, or a program; None for any other."""
    if data.startswith(_ELF) and len(data) > 18:
        kind = int.from_bytes(data[16:18], "big" if data[5] == 2 else "little")  # EI_DATA: ELFDATA2MSB
        return "elf-core" if kind == _CORE else "elf-program"
    if data.startswith(_MACH_O) and len(data) > 16:
        return "mach-o-core" if _MACH_O_CORE in (int.from_bytes(data[12:16], "little"), int.from_bytes(data[12:16], "big")) else None
    return _starting(data, _STARTS)


def name_of_document(data: bytes) -> str | None:
    """The name of a file that shows a text without being one: a picture, a document; None for any other."""
    if data.startswith(b"BM") and int.from_bytes(data[2:6], "little") == len(data) > 26:
        return "image"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image"
    if data[4:8] == b"ftyp":
        return "image" if data[8:12] in _PICTURE_BRANDS else "video"
    return _starting(data, _DOCUMENTS)


def _starting(data: bytes, names: dict[str, tuple[bytes, ...]]) -> str | None:
    return next((name for name, starts in names.items() if data.startswith(starts)), None)
