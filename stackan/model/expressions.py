"""Expressions that are compiled when they are first asked: most calls need few of those that they load, and one takes 0.1 ms."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AnyStr

    def expression(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """What `re.compile` gives, to be asked as that is; functions of `re` do not take it in its place."""
else:

    class expression:
        """An expression whose methods become its own as they are asked for."""

        def __init__(self, pattern: AnyStr, flags: int = 0) -> None:
            self._made = pattern, flags

        def __getattr__(self, name: str) -> Any:
            value = getattr(re.compile(*self._made), name)
            setattr(self, name, value)
            return value
