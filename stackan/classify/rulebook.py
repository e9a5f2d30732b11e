"""The rules of a case: profiles are read once, and processes of one kind share one set of rules and of classified places."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from stackan.classify.expressions import Expressions
from stackan.classify.places import Places
from stackan.classify.profiles import builtin, check_references, find_profile, library_functions, merge
from stackan.model.rules import Rules

Profile = dict[str, Any]

_MOST_PLACES = 10_000  # of stacks that are kept for the next cases: some 10 MB


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
            self._places[key] = Places(_merged(self._own, marked, others, self._expressions)) if self._own else _of_builtin(key)
        return self._places[key]

    def notes(self) -> list[str]:
        """Warnings about rules that could not be followed to the end."""
        return self._expressions.notes()


def _of_builtin(marked: tuple[str, ...]) -> Places:
    """The places where no profile is the user's own: all cases share them, until they are so many that a case had better begin anew."""
    if sum(places.known for places in list(_shared.values())) > _MOST_PLACES:
        _shared.clear()
    found = _shared.get(marked)
    return found if found is not None else _shared.setdefault(marked, Places(_rules_of_builtin(marked)))


_shared: dict[tuple[str, ...], Places] = {}


@functools.lru_cache(maxsize=64)
def _rules_of_builtin(marked: tuple[str, ...]) -> Rules:
    """The rules where no profile is the user's own, made once for all cases: no expression is in them that one could switch off."""
    return _merged([], [profile for profile in builtin() if profile["name"] in marked], builtin(), Expressions())


def _merged(own: Sequence[Profile], marked: Sequence[Profile], others: Sequence[Profile], expressions: Expressions) -> Rules:
    servers = [profile for profile in marked if not profile.get("system")]
    systems = [profile for profile in marked if profile.get("system")]
    always = [profile for profile in others if profile.get("always")]
    return merge([*own, *servers], [*systems, *always], expressions)
