"""The rules of a case: profiles are read once, and processes of one kind share one set of rules and of classified places."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from stackan.classify.expressions import Expressions
from stackan.classify.places import Places
from stackan.classify.profiles import builtin, check_references, find_profile, library_functions, merge


class Rulebook:
    """The rules that classify each process of a case; `extra` are files of the user's own, or names of profiles.  Raises ProfileError."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        own = [(name, find_profile(name)) for name in extra]
        check_references(own)
        self._own = [profile for _, profile in own]
        self._expressions = Expressions()
        self._places: dict[tuple[str, ...], Places] = {}
        self.library = library_functions()

    def places(self, names: Collection[str]) -> Places:
        """The rules for a process whose stacks have these canonical names, or whose threads are printed with these states.

        Profiles with `always` apply to every process, others where one of their `marks` is seen.  The user's rules come
        first, then the server's own, then those of its operating system, then general ones.
        """
        others = [profile for profile in builtin() if all(profile is not own for own in self._own)]
        marked = [profile for profile in others if any(mark in names for mark in profile.get("marks", ()))]
        key = tuple(profile["name"] for profile in marked)
        if key not in self._places:
            servers: list[dict[str, Any]] = [profile for profile in marked if not profile.get("system")]
            systems = [profile for profile in marked if profile.get("system")]
            always = [profile for profile in others if profile.get("always")]
            self._places[key] = Places(merge([*self._own, *servers], [*systems, *always], self._expressions))
        return self._places[key]

    def notes(self) -> list[str]:
        """Warnings about rules that could not be followed to the end."""
        return self._expressions.notes()
