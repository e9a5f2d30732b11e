"""Python's frames → canonical names: `threading.py:wait`.

A method's bare name says nothing without its module (`wait`, `run`, `get`), and the same frame is printed in several ways:

    Condition.wait (threading.py:320)                                       py-spy 0.4 on Python 3.11
    wait (/usr/lib/python3.8/threading.py:302)                              py-spy --full-filenames on an older one
    (Python) File "/usr/lib/python3.11/threading.py", line 320, in wait     pystack

All of them have the module's file, as it is imported, and the function without its class.  Native frames among
them (`--native`) keep their native names.
"""

from __future__ import annotations

from stackan.model.rows import read_location
from stackan.normalize.symbols import canonical

# Behind these a path is that of the import.
_ROOTS = ("/site-packages/", "/dist-packages/", "/Lib/")
_WINDOWS_ROOT = "/lib/"  # in any case of letters, below a drive
_FROZEN = "<frozen "  # modules that are built into the interpreter: `<frozen runpy>`, `<frozen importlib._bootstrap>`
# Behind these the version comes first.
_LIBRARIES = ("/lib/python", "/lib64/python")
_NATIVE = (".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".inl", ".S", ".rs", ".go", ".f", ".f90", ".m", ".mm", ".cu")


def located(printed: str, location: str) -> str:
    """The canonical name of a frame of Python code, or of native code that it calls.

    >>> located("Condition.wait", "at /usr/lib/python3.11/threading.py:320")
    'threading.py:wait'
    >>> located("PyThread_acquire_lock_timed", "from libpython3.11.so.1.0")
    'PyThread_acquire_lock_timed'
    """
    where = read_location(location)
    if where.file is None or where.library is not None or where.file.endswith(_NATIVE):
        return canonical(printed)
    return f"{_module(where.file)}:{printed.rpartition('.')[2]}"


def _module(file: str) -> str:
    """The path of a file as it is imported: `concurrent/futures/thread.py`; of a file outside of Python's own folders its name."""
    if file.startswith(_FROZEN) and file.endswith(">"):
        return file[len(_FROZEN) : -1].replace(".", "/") + ".py"
    file = file.replace("\\", "/").removeprefix("./")
    for root in _ROOTS:
        if root in file:
            return file.rpartition(root)[2]
    if file[1:3] == ":/" and _WINDOWS_ROOT in file.lower():
        return file[file.lower().rindex(_WINDOWS_ROOT) + len(_WINDOWS_ROOT) :]
    for root in _LIBRARIES:
        if root in file:  # lib/python3.11/threading.py
            return file.rpartition(root)[2].partition("/")[2]
    return file.rpartition("/")[2] if file.startswith("/") or file[1:3] == ":/" else file
