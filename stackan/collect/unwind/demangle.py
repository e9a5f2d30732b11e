"""Names of C++ as people write them, by the function that debuggers use, where the machine has it; `analyze` reads mangled ones, too."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

_LONGEST = 1024  # characters: a longer name helps nobody, and costs the demangler its stack
_LONGEST_RESULT = 4096


def demangle(name: str) -> str:
    """The name itself where it is not mangled, or nobody can read it."""
    if not name.startswith("_Z") or len(name) > _LONGEST:
        return name
    found = _read(name)
    return found if found is not None and len(found) <= _LONGEST_RESULT and "\n" not in found else name


def _read(name: str) -> str | None:
    return _reader()(name)


@cache
def _reader() -> Callable[[str], str | None]:
    """__cxa_demangle (Itanium C++ ABI, 3.4) of the C++ library; a version behind the name (`@@GLIBCXX_3.4`) is none of its business."""
    try:
        call = ctypes.CDLL("libstdc++.so.6").__cxa_demangle
    except (OSError, AttributeError):
        return lambda name: None
    call.restype = ctypes.c_void_p
    call.argtypes = (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int))
    free = ctypes.CDLL(None).free
    free.restype, free.argtypes = None, (ctypes.c_void_p,)

    def read(name: str) -> str | None:
        status = ctypes.c_int()
        found = call(name.encode(), None, None, ctypes.byref(status))
        if not found:
            return None
        text = ctypes.string_at(found).decode("utf-8", "replace")
        free(found)
        return text

    return read
