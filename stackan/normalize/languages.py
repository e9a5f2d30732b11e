"""How each language's functions are brought to canonical names."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from stackan.normalize.symbols import canonical

# {language: the module whose `canonical` serves it}; imported when such a dump is met.
_MODULES: dict[str, str] = {
    "solaris": "solaris",
}


def canonical_in(language: str) -> Callable[[str], str]:
    """The function that makes a language's printed names canonical."""
    if language not in _MODULES:
        return canonical
    found: Callable[[str], str] = importlib.import_module(f"stackan.normalize.{_MODULES[language]}").canonical
    return found
