"""Seeds for fuzz/files.py: each text of fuzz/seeds, packed in every way that is read.

python fuzz/pack.py FOLDER
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pathlib
import sys
import tarfile
import zipfile
from collections.abc import Iterator


def packed(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{name}.gz", gzip.compress(data)
    yield f"{name}.bz2", bz2.compress(data)
    yield f"{name}.xz", lzma.compress(data)
    for form, suffix in ((tarfile.USTAR_FORMAT, "tar"), (tarfile.PAX_FORMAT, "pax.tar"), (tarfile.GNU_FORMAT, "gnu.tar")):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
            # Only the newer forms have records for a name that is long and not of ASCII.
            member = tarfile.TarInfo(f"node1/{name}" if form == tarfile.USTAR_FORMAT else f"node1/{'long/' * 25}{name} é")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        yield f"{name}.{suffix}", buffer.getvalue()
        yield f"{name}.{suffix}.gz", gzip.compress(buffer.getvalue())
    for method, suffix in ((zipfile.ZIP_STORED, "stored.zip"), (zipfile.ZIP_DEFLATED, "zip")):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.writestr(f"node1/{name}", data)
            archive.writestr(f"node1/{name}.gz", gzip.compress(data))
        yield f"{name}.{suffix}", buffer.getvalue()


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted((pathlib.Path(__file__).parent / "seeds").iterdir()):
        for name, data in packed(path.name, path.read_bytes()):
            (target / name).write_bytes(data)
