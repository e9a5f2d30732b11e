"""What a store knows of a hang: cases like it, with what people have noted of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stackan.likeness.looks import look_of
from stackan.likeness.searching import Match, find_similar
from stackan.model.analysis import Analysis
from stackan.model.recalled import Alike, Noted, Recalled
from stackan.store.notes import Note, notes_on, read_notes
from stackan.store.place import Place
from stackan.store.signatures import case_signature, signature_rows


def recall(place: Place, analysis: Analysis, most: int = 10, without: str = "") -> Recalled:
    """What a store knows of cases like this one; `without`: a SHA-256 of the case itself.

    Raises UsageError where the store is damaged.
    """
    rows: list[dict[str, Any]] = signature_rows(analysis)
    signature = case_signature(rows)
    matches = find_similar(place, look_of(rows), signature, most, without)
    notes = read_notes(place)
    same = [note for note in notes if signature is not None and note.signature == signature]
    return Recalled(place.name, matches.itself, matches.seen, noted(same), [_alike(match, notes) for match in matches.found])


def _alike(match: Match, notes: list[Note]) -> Alike:
    known = match.known
    found = noted(notes_on(notes, known.case, known.signature))
    return Alike(
        known.case,
        match.similarity,
        match.exact,
        known.verdict,
        known.headline,
        known.taken_at,
        match.common,
        match.only_here,
        match.only_there,
        found,
    )


def noted(notes: Iterable[Note]) -> list[Noted]:
    return [Noted(note.case, note.text, note.resolved_by, note.noted_at.isoformat(timespec="seconds")) for note in notes]
