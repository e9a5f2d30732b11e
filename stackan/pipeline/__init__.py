"""The way of the data: paths → Case → Analysis.  The only part that knows all stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stackan.pipeline.loading import load, load_logs

if TYPE_CHECKING:
    from stackan.pipeline.concluding import analyze as analyze

__all__ = ["analyze", "load", "load_logs"]


def __getattr__(name: str) -> Any:
    """Import what concludes on first use: who only reads dumps needs less than half of the package."""
    if name != "analyze":
        raise AttributeError(name)
    from stackan.pipeline.concluding import analyze

    globals()[name] = analyze
    return analyze
