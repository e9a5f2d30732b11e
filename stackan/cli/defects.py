"""An error that nobody foresaw: a defect of stackan, reported in one sentence, with all details in a file if that is asked for."""

from __future__ import annotations

import os
import sys
import traceback

from stackan._version import __version__
from stackan.escapes import shorten
from stackan.model.said import said

_WANTED = "STACKAN_TRACEBACK"  # the environment variable that names the file
_LONGEST = 160  # characters of the error's own words


def tell_defect(error: BaseException) -> str:
    """The failure and its place, and how to report it."""
    words = shorten(f"{type(error).__name__}: {error}".removesuffix(": "), _LONGEST)
    place = _place(error)
    if place is None:
        return said(
            "internal error ({words}); stackan itself has failed: please report that with its version; {trace}",
            words=words,
            trace=_keep(error),
        )
    return said(
        "internal error in {place} ({words}); stackan itself has failed: please report that with its version; {trace}",
        place=place,
        words=words,
        trace=_keep(error),
    )


def _place(error: BaseException) -> str | None:
    """The innermost line of the package's own that is concerned."""
    lines = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [(name, line) for name, line in lines if f"{os.sep}stackan{os.sep}" in name]
    return f"{'/'.join(ours[-1][0].split(os.sep)[-2:])}:{ours[-1][1]}" if ours else None


def _keep(error: BaseException) -> str:
    """Write the traceback to the file that is asked for; says where it lies, or how to get one."""
    path = os.environ.get(_WANTED)
    if not path:
        return said("with {variable}=trace.txt in the environment it writes a file to send along", variable=_WANTED)
    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"stackan {__version__}, Python {sys.version}, {sys.platform}\n")
            file.writelines(traceback.format_exception(error))
    except OSError as trouble:
        reason = trouble.strerror or str(trouble)
        return said(
            "{path}: the traceback cannot be written ({reason}); name another file in {variable}",
            path=path,
            reason=reason,
            variable=_WANTED,
        )
    return said("send the traceback along, which lies in {path}", path=path)
