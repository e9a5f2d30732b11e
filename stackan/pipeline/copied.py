"""Copies of /proc/PID/task/TID/{stack,wchan,syscall,comm}, a file each: those of one process and round are one text.

    case/t1/proc/4242/task/4250/stack       cp -r, or cat for each file
    case/t1/proc/4242/task/4250/syscall
    case/t1/proc/4242/task/4251/stack
    case/t1/task/4250/stack                 the folder of the threads alone: the lowest of them is the process

A file by itself shows one thread, or less; together they are what `tail -n +1` prints, and are read as that.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.expressions import expression
from stackan.model.records import NamedTuple
from stackan.model.said import first_of, said
from stackan.reading import Blob

_FILE = expression(r"\A(.*?(?:^|[/!])(?:(?:proc/)?(\d{1,10})/)?task)/(\d{1,10})/(stack|wchan|syscall|comm)(?:\.txt)?$")
_MARK = "task/"
_MOST = {"stack": 1 << 14, "wchan": 256, "syscall": 512, "comm": 64}  # bytes: a stack has 64 frames (the kernel's MAX_STACK_TRACE_DEPTH)
_LISTED = 3


class _File(NamedTuple):
    """A copy, with what its path says."""

    blob: Blob
    pid: str  # "" where the process's folder is not in it
    lwp: str
    name: str


class Copied:
    """The copies that were met, by the folder of the process's threads."""

    def __init__(self) -> None:
        self._files: dict[str, list[_File]] = {}

    def take(self, item: object) -> bool:
        """Whether an item is such a copy, which is kept until all are there."""
        if not isinstance(item, Blob) or _MARK not in item.source:
            return False
        found = _FILE.match(item.source)
        if found is None or len(item.data) > _MOST[found[4]] or (found[4] == "stack" and item.data[:2] not in (b"", b"[<")):
            return False
        folder, *ids = found.groups("")
        self._files.setdefault(folder, []).append(_File(item, *ids))
        return True

    def texts(self) -> Iterator[Blob]:
        """A text for each process of each round; a file that is alone stays itself."""
        for folder, files in self._files.items():
            yield files[0].blob if len(files) == 1 else _joined(folder, files)

    def note(self) -> list[str]:
        """Words on what the lines count in, where files were put together."""
        folders = [f"{folder}/*" for folder, files in self._files.items() if len(files) > 1]
        if not folders:
            return []
        return [
            said(
                "read as one text each, whose lines are numbered as `tail -n +1` prints the files: {inputs}",
                inputs=first_of(folders, _LISTED),
            )
        ]


def _joined(folder: str, files: list[_File]) -> Blob:
    pid = files[0].pid or min((file.lwp for file in files), key=int)
    printed = (b"==> /proc/%b/task/%b/%b <==\n%b" % (pid.encode(), lwp.encode(), name.encode(), blob.data) for blob, _, lwp, name in files)
    return files[0].blob._replace(source=f"{folder}/*", data=b"\n".join(printed), named=False)
