"""How each language's functions are brought to canonical names."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from stackan.normalize.symbols import canonical

# {language: the module whose `canonical` serves it}; imported when such a dump is met.
_MODULES: dict[str, str] = {
    "dotnet": "dotnet",
    "go": "go",
    "java": "java",
    "macos": "macos",
    "solaris": "solaris",
    "windows": "windows",
}
# {language: the module whose `located` serves it}: there a name says little without the file that it is in.
_LOCATED = {"python": "python", "ruby": "ruby"}


def canonical_in(language: str) -> Callable[[str], str]:
    """The function that makes a language's printed names canonical."""
    if language not in _MODULES:
        return canonical
    found: Callable[[str], str] = importlib.import_module(f"stackan.normalize.{_MODULES[language]}").canonical
    return found


def located_in(language: str) -> Callable[[str, str], str] | None:
    """The function that makes a printed name and its location canonical; None in languages whose names say enough."""
    if language not in _LOCATED:
        return None
    found: Callable[[str, str], str] = importlib.import_module(f"stackan.normalize.{_LOCATED[language]}").located
    return found
