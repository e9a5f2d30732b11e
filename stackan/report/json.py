"""Analysis → the JSON document."""

from __future__ import annotations

import json
from typing import TextIO

from stackan.model.analysis import Analysis


def write(analysis: Analysis, stream: TextIO) -> None:
    """Write the document, the same bytes for the same input."""
    json.dump(analysis.to_dict(), stream, indent=1, ensure_ascii=True)
    stream.write("\n")
