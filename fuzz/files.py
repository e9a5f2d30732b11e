"""Coverage-guided fuzzing of files: any bytes, as a file, an archive or a folder, give a case or one sentence of refusal.

    make fuzz SECONDS=60

A folder has two files where a line of equals signs parts the bytes.  The seeds are packed in every way that is read.
"""

from __future__ import annotations

import importlib
import pathlib
import pkgutil
import sys
import tempfile

import atheris

with atheris.instrument_imports(include=["stackan", "tarfile", "zipfile"]):
    import stackan
    from stackan.reading import Limits

    for module in pkgutil.walk_packages(stackan.__path__, "stackan."):  # also those that are imported when they are needed
        if module.name not in ("stackan.__main__", "stackan._fast"):
            importlib.import_module(module.name)

    from outputs import check_analysis, check_commands, check_dumps

_BORDER = b"\n=====\n"
_LIMITS = Limits.up_to(1 << 24)
_SHORT = 1 << 16  # bytes of decompressed text, of which all outputs are looked at


def check_file(data: bytes) -> None:
    with tempfile.TemporaryDirectory(dir=_SCRATCH) as name:
        folder = pathlib.Path(name)
        for number, part in enumerate(data.split(_BORDER, 1), 1):
            (folder / f"snap{number}.txt").write_bytes(part)
        for paths in ([folder / "snap1.txt"], [folder]):
            try:
                case = stackan.load(*paths, limits=_LIMITS)
            except stackan.StackanError as error:
                assert str(error).isprintable(), repr(str(error))
                continue
            if sum(len(dump.data) for dump in case.dumps) < _SHORT:
                check_dumps(case.dumps)
                check_analysis(case)
        check_commands(str(folder / "snap1.txt"))


_SCRATCH = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None

if __name__ == "__main__":
    atheris.Setup(sys.argv, check_file)
    atheris.Fuzz()
