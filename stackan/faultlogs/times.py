"""Times as logs print them → ISO form."""

from __future__ import annotations

import re

from stackan.model.clock import seconds_of

# Milliseconds stand behind a point, a colon (DMCSSM, old DMSERVER) or a comma, DolphinDB has microseconds, old logs have none.
_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:[.:,](\d{1,6})(?!\d))?", re.ASCII)


def iso(text: str) -> str | None:
    """The time that a text begins with: `2024-05-12 10:03:17:123` → "2024-05-12T10:03:17.123"; None for what is none of the calendar."""
    found = _TIME.match(text)
    if found is None:
        return None
    day, time, fraction = found.groups()
    whole = f"{day}T{time}"
    if seconds_of(whole) is None:
        return None
    return f"{whole}.{fraction}" if fraction else whole
