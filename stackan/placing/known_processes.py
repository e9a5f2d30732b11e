"""The processes that were met so far, found again by their distinguishing marks, so that no others need be compared."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from stackan.placing.identity import Identity, same_process

_FEW = 16  # processes to compare because of one sign; a sign that more of them share says nothing


class Seen:
    """Processes, each as the identities of its dumps."""

    def __init__(self) -> None:
        self.homes: list[list[Identity]] = []
        self._marked: dict[int, Identity] = {}  # of each process, the last dump that prints pthread ids
        self._oldest: dict[Hashable, tuple[int, ...]] = {}  # the processes that show a sign, by the signs of the oldest threads
        self._by_sign: dict[Hashable, tuple[int, ...]] = {}  # the same by all signs, of those that are not in
        self._waiting: list[tuple[int, Identity]] = []  # to be remembered by all their signs once these are needed

    def add(self, identity: Identity) -> None:
        """Take a dump to its process, or make a new one."""
        at = next((at for at in self._likely(identity) if self._is_home(at, identity)), len(self.homes))
        if at == len(self.homes):
            self.homes.append([])
        self.homes[at].append(identity)
        if identity.has_marks:
            self._marked[at] = identity
        _remember(self._oldest, at, identity.oldest_marks)
        self._waiting.append((at, identity))

    def _likely(self, identity: Identity) -> Iterator[int]:
        """Processes that share a pthread id, of the oldest threads or of any, else an address at the base of a thread, else an LWP."""
        if not self.homes:
            return
        yield from _with(self._oldest, identity.oldest_marks)
        for at, other in self._waiting:
            for signs in (other.marks, other.threads, _bases(other)):
                _remember(self._by_sign, at, signs)
        self._waiting.clear()
        yield from _with(self._by_sign, identity.marks)
        yield from _with(self._by_sign, _bases(identity))
        yield from _with(self._by_sign, identity.oldest) or _with(self._by_sign, identity.threads)

    def _is_home(self, at: int, identity: Identity) -> bool:
        last, marked = self.homes[at][-1], self._marked.get(at)
        return same_process(last, identity) or (marked is not None and marked is not last and same_process(marked, identity))


def _remember(known: dict[Hashable, tuple[int, ...]], at: int, signs: Iterable[Hashable]) -> None:
    alone = (at,)  # one tuple for all signs of a dump, as most are nobody else's
    for sign in signs:
        who = known.setdefault(sign, alone)
        if at not in who and len(who) <= _FEW:
            known[sign] = (*who, at)


def _with(known: dict[Hashable, tuple[int, ...]], signs: Iterable[Hashable]) -> list[int]:
    """The processes that show one of these signs, in their order."""
    shown = (known.get(sign, ()) for sign in signs)
    return sorted({at for who in shown if len(who) <= _FEW for at in who})


def _bases(identity: Identity) -> Iterator[Hashable]:
    return ((lwp, name, pc) for lwp in identity.oldest for name, pc in identity.base(lwp).items())
