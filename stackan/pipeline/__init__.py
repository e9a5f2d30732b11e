"""The way of the data: paths → Case → Analysis.  The only part that knows all stages."""

from stackan.pipeline.concluding import analyze
from stackan.pipeline.loading import load, load_logs

__all__ = ["analyze", "load", "load_logs"]
