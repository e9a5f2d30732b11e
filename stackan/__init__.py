"""stackan finds what a hung native server waits for, from the thread dumps that its user already has.

    >>> case = stackan.load("snap1.txt", "snap2.txt")
    >>> analysis = stackan.analyze(case)
    >>> analysis.verdict, analysis.headline

The names below are the library; everything else may change.
"""

from __future__ import annotations

from stackan._version import __version__
from stackan.errors import StackanError

TYPE_CHECKING = False  # without the module `typing`: the command line's net is spread only after this has been imported
if TYPE_CHECKING:
    from typing import Any

    from stackan.library import analyze as analyze
    from stackan.library import parse as parse
    from stackan.model.analysis import Analysis as Analysis
    from stackan.model.case import Case as Case
    from stackan.model.dump import Dump as Dump
    from stackan.pipeline import load as load
    from stackan.report.arrow import frames_table as frames_table
    from stackan.report.arrow import threads_table as threads_table

__all__ = ["Analysis", "Case", "Dump", "StackanError", "__version__", "analyze", "frames_table", "load", "parse", "threads_table"]

_HOMES = {
    "Analysis": "stackan.model.analysis",
    "Case": "stackan.model.case",
    "Dump": "stackan.model.dump",
    "analyze": "stackan.library",
    "frames_table": "stackan.report.arrow",
    "load": "stackan.pipeline",
    "parse": "stackan.library",
    "threads_table": "stackan.report.arrow",
}


def __getattr__(name: str) -> Any:
    """Import on first use: `import stackan` costs nothing that is not needed."""
    if name not in _HOMES:
        raise AttributeError(f"module 'stackan' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
