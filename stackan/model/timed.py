"""Whether a text has lines that begin with a time, as the records of servers' logs do."""

from __future__ import annotations

import re

from stackan.model.expressions import expression

# `2024-05-12 10:03:17`, `[2024-05-12 10:03:17:123]`, `[monitor]          [2024-05-12 10:03:31:123]`
TIMED = expression(rb"^(?:\[\w{1,16}\][ \t]{0,32})?\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.MULTILINE)
