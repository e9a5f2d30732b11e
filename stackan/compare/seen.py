"""The processes that were met so far, found again by what tells them from each other: nobody else need be asked."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from stackan.compare.identity import Identity, same_process

_FEW = 16  # processes to ask because of one sign; what more of them show tells nothing


class Seen:
    """Processes, each as the identities of its dumps."""

    def __init__(self) -> None:
        self.homes: list[list[Identity]] = []
        self._marked: dict[int, Identity] = {}  # of each process, the last dump that prints pthread ids
        self._by_sign: dict[Hashable, tuple[int, ...]] = {}

    def add(self, identity: Identity) -> None:
        """Take a dump to its process, or make a new one."""
        at = next((at for at in self._likely(identity) if self._is_home(at, identity)), len(self.homes))
        if at == len(self.homes):
            self.homes.append([])
        self.homes[at].append(identity)
        if identity.marks:
            self._marked[at] = identity
        self._remember(at, identity)

    def _remember(self, at: int, identity: Identity) -> None:
        alone = (at,)  # one tuple for all signs of a dump, as most are nobody else's
        for signs in (identity.marks, identity.threads, _bases(identity)):
            for sign in signs:
                known = self._by_sign.setdefault(sign, alone)
                if at not in known and len(known) <= _FEW:
                    self._by_sign[sign] = (*known, at)

    def _likely(self, identity: Identity) -> Iterator[int]:
        """Processes that share a pthread id, else an address at the base of a thread, else an LWP."""
        yield from self._with(identity.marks)
        yield from self._with(_bases(identity))
        yield from self._with(identity.oldest) or self._with(identity.threads)

    def _with(self, signs: Iterable[Hashable]) -> list[int]:
        """The processes that show one of these signs, in their order."""
        shown = (self._by_sign.get(sign, ()) for sign in signs)
        return sorted({at for known in shown if len(known) <= _FEW for at in known})

    def _is_home(self, at: int, identity: Identity) -> bool:
        last, marked = self.homes[at][-1], self._marked.get(at)
        return same_process(last, identity) or (marked is not None and marked is not last and same_process(marked, identity))


def _bases(identity: Identity) -> Iterator[Hashable]:
    return ((lwp, name, pc) for lwp in identity.oldest for name, pc in identity.base(lwp).items())
