"""Sources that were not built give way to an installed stackan: `python -m stackan` takes the current folder's first."""

from __future__ import annotations

import os
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def give_way() -> None:
    """Take further imports from the installed stackan, if this one is unbuilt and was found only as sources in the current folder.

    A user who names the sources otherwise, by PYTHONPATH or an editable installation, gets them; so does one who has nothing else.
    """
    if _is_current_folder() and not _is_built() and _is_installed_elsewhere():
        del sys.path[0]
        for name in [name for name in sys.modules if name == "stackan" or name.startswith("stackan.")]:
            del sys.modules[name]


def _is_current_folder() -> bool:
    return os.path.exists(os.path.join(_ROOT, "setup.py")) and os.path.realpath(sys.path[0]) == os.path.realpath(_ROOT)


def _is_built() -> bool:
    from importlib.machinery import EXTENSION_SUFFIXES

    return any(os.path.exists(os.path.join(_ROOT, "stackan", f"_fast{suffix}")) for suffix in EXTENSION_SUFFIXES)


def _is_installed_elsewhere() -> bool:
    from importlib.machinery import PathFinder

    found = PathFinder.find_spec("stackan", sys.path[1:])
    return (
        found is not None
        and found.origin is not None
        and not os.path.samefile(os.path.dirname(found.origin), os.path.join(_ROOT, "stackan"))
    )
