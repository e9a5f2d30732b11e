"""Times as logs print them → ISO form."""

from __future__ import annotations

import re

# Milliseconds stand behind a point, a colon (DMCSSM, old DMSERVER) or a comma, DolphinDB has microseconds, old logs have none.
_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:[.:,](\d{1,6})(?!\d))?", re.ASCII)


def iso(text: str) -> str | None:
    """The time that a text begins with: `2024-05-12 10:03:17:123` → "2024-05-12T10:03:17.123"."""
    found = _TIME.match(text)
    if found is None:
        return None
    day, time, fraction = found.groups()
    return f"{day}T{time}.{fraction}" if fraction else f"{day}T{time}"
