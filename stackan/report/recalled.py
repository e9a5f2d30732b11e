"""What a store knows of a hang, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.model.recalled import Alike, Noted, Recalled
from stackan.model.said import first_of, said, said_of

_FRAMES = 6  # that are listed of what is common, and of what differs
_NOTES = 4
_MATCHES = 5


def seen_before(recalled: Recalled) -> str:
    """Whether this hang was seen before, in one sentence."""
    if recalled.itself:
        return _seen_elsewhere(recalled, recalled.itself[0])
    if recalled.seen:
        return said_of(recalled.seen, "This hang was seen before, in {count} case.", "This hang was seen before, in {count} cases.")
    if recalled.matches:
        return said("This hang was not seen before; the case most like it is {case} ({likeness}).", **_named(recalled.matches[0]))
    return said("This hang was not seen before, nor one like it.")


def _seen_elsewhere(recalled: Recalled, itself: str) -> str:
    """The same of a case that the store has already: what it knows beside it."""
    if recalled.seen:
        return said_of(
            recalled.seen,
            "This case is in the store already, as {itself}; its hang was seen in {count} other case.",
            "This case is in the store already, as {itself}; its hang was seen in {count} other cases.",
            itself=itself,
        )
    if recalled.matches:
        return said(
            "This case is in the store already, as {itself}; its hang was seen in no other one, "
            "and the case most like it is {case} ({likeness}).",
            itself=itself,
            **_named(recalled.matches[0]),
        )
    return said("This case is in the store already, as {itself}; neither its hang nor one like it was seen in another one.", itself=itself)


def sentences(recalled: Recalled, most: int = _MATCHES) -> Iterator[tuple[int, str]]:
    """(how far to indent, sentence): whether it was seen before, what was noted, and the cases that are like it."""
    yield 0, seen_before(recalled)
    yield from ((1, each) for each in tell_notes(recalled.notes))
    told = set(recalled.notes)  # those of one hang come with each of its cases, and are told once
    for match in recalled.matches[:most]:
        yield 1, _tell(match)
        yield from ((2, each) for each in _differences(match))
        yield from ((2, each) for each in tell_notes([note for note in match.notes if note not in told]))
        told.update(match.notes)


def tell_notes(notes: Sequence[Noted]) -> Iterator[str]:
    for note in notes[-_NOTES:]:
        if note.resolved_by:
            yield said("resolved by {how} ({case}, noted {when})", how=note.resolved_by, case=note.case, when=note.noted_at[:10])
        if note.text:
            yield said("{text} ({case}, noted {when})", text=note.text, case=note.case, when=note.noted_at[:10])


def _named(match: Alike) -> dict[str, object]:
    return {"case": match.case, "likeness": f"{match.similarity:.2f}"}


def _tell(match: Alike) -> str:
    if match.exact:
        return said("{case}: the same places", case=match.case)
    return said("{case}: alike by {likeness}", **_named(match))


def _differences(match: Alike) -> Iterator[str]:
    if match.headline:
        yield match.headline
    if match.exact:
        return
    if match.common:
        yield said("in common: {frames}", frames=first_of(match.common, _FRAMES))
    if match.only_here:
        yield said("only here: {frames}", frames=first_of(match.only_here, _FRAMES))
    if match.only_there:
        yield said("only there: {frames}", frames=first_of(match.only_there, _FRAMES))
