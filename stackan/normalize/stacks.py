"""Stacks as tuples of canonical names, worked out once per distinct stack."""

from __future__ import annotations

from stackan.model.dump import Dump
from stackan.normalize.lambdas import BARE, called_lambda
from stackan.normalize.languages import canonical_in, located_in
from stackan.normalize.own_names import own_name
from stackan.normalize.roots import named_root
from stackan.normalize.symbols import UNNAMED


class CaseNames:
    """The canonical names of all dumps of a case: each symbol of a language and each stack of a text is worked out once."""

    def __init__(self, library: frozenset[str] = frozenset()) -> None:
        self._library = library
        self._symbols: dict[str, dict[bytes, str]] = {}  # by language
        self._names: dict[int, Names] = {}  # by the columns, which they keep: the snapshots of one text share them

    def of(self, dump: Dump) -> Names:
        key = id(dump.columns)
        if key not in self._names:
            self._names[key] = Names(dump, self._symbols.setdefault(dump.traits.language, {}), self._library)
        return self._names[key]


class Names:
    """The canonical names of the sites and stacks of one dump, and of all others that have its columns.

    `known` may be shared by dumps of one case and language: the same server prints the same symbols in every snapshot.
    `library` are the names of the C library's functions: one of the program's own that is named so gets another name.
    A frame without a name keeps its library as a hint: `?? libc.so.6` is another place than `?? libstdc++.so.6`.
    """

    def __init__(self, dump: Dump, known: dict[bytes, str] | None = None, library: frozenset[str] = frozenset()) -> None:
        self.dump = dump
        self._library = library if dump.traits.language == "native" else frozenset[str]()
        self.known: dict[bytes, str] = {} if known is None else known
        self._stacks: dict[int, tuple[str, ...]] = {}
        self._spoken: dict[int, tuple[str, ...]] = {}
        self._sites: dict[int, str] = {}
        self._canonical = canonical_in(dump.traits.language)
        self._located = located_in(dump.traits.language)

    def site(self, site: int) -> str:
        name = self._sites.get(site)
        if name is None:
            name = self._name(site)
            if name == UNNAMED:
                library = self.dump.location(site).library
                name = f"{UNNAMED} {library.rpartition('/')[2]}" if library else UNNAMED
            elif name in self._library:
                name = own_name(name, self.dump.function(site), self.dump.location(site))
            self._sites[site] = name
        return name

    def _name(self, site: int) -> str:
        columns = self.dump.columns
        printed, location = columns.site_function[site], columns.site_location[site]
        key = printed if self._located is None else b"%b\0%b" % (printed, location)
        name = self.known.get(key)
        if name is None:
            text = printed.decode("utf-8", "replace")
            name = self._canonical(text) if self._located is None else self._located(text, location.decode("utf-8", "replace"))
            self.known[key] = name
        return name

    def stack(self, node: int) -> tuple[str, ...]:
        """The names of a stack, innermost first; () for a thread without frames."""
        found = self._stacks.get(node)
        if found is None:
            site = self.site
            found = self._stacks[node] = named_root(tuple([site(s) for s in self.dump.sites(node)]))
        return found

    def spoken(self, node: int) -> tuple[str, ...]:
        """The same names with each bare lambda named by the function that holds it; () where none can be."""
        found = self._spoken.get(node)
        if found is None:
            found = self._spoken[node] = self._speak(node, self.stack(node))
        return found

    def _speak(self, node: int, names: tuple[str, ...]) -> tuple[str, ...]:
        if BARE.isdisjoint(names):
            return ()
        told, caller = list(names), ""
        for level, site in reversed(list(enumerate(self.dump.sites(node)))):
            if names[level] not in BARE:
                caller = self.dump.function(site)
            else:
                told[level] = called_lambda(caller) or names[level]
        return tuple(told) if told != list(names) else ()
