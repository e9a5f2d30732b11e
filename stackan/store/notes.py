"""What people know of cases: notes and resolutions, each a small file of its own, beside the tables of a store.

They are no part of any run: what a run writes or removes leaves them alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timezone
from difflib import get_close_matches
from typing import Any

from stackan.errors import UsageError
from stackan.model.records import NamedTuple
from stackan.model.said import first_of, said
from stackan.store.arrow import pa, parquet_of, read, to_bytes
from stackan.store.parts import read_rows
from stackan.store.place import ENDING, Place, is_text

NOTES = "notes"
SCHEMA = pa.schema([
    *((name, pa.string()) for name in ("case_id", "case", "signature", "text", "resolved_by")),
    ("noted_at", pa.timestamp("us", "UTC")),
])  # fmt: skip
_LISTED = 5
_COMPARED = 10_000  # names, which takes about a second


class Note(NamedTuple):
    """What was noted of a case. signature: of its hang, None where nothing was stuck."""

    case: str
    signature: str | None
    text: str | None
    resolved_by: str | None
    noted_at: datetime


def add_note(place: Place, name: str, text: str | None, resolved_by: str | None) -> Note:
    """Note something of a case, which may be named by the end of its name.

    Raises UsageError where the store has no such case, or several, and for what is no text.
    """
    if not all(map(is_text, filter(None, (text, resolved_by)))):
        raise UsageError(said("the note is no text in UTF-8; give one"))
    row = _find(place, name)
    now = datetime.now(timezone.utc)
    values = {"case_id": row["case_id"], "case": row["case"], "signature": row["signature"], "text": text, "resolved_by": resolved_by}
    key = hashlib.sha256(repr((sorted(values.items(), key=str), now)).encode("utf-8", "replace")).hexdigest()[:32]
    place.put(f"{NOTES}/{key}{ENDING}", to_bytes(pa.Table.from_pylist([{**values, "noted_at": now}], schema=SCHEMA)))
    return Note(row["case"], row["signature"], text, resolved_by, now)


def read_notes(place: Place) -> list[Note]:
    """All notes, the oldest first."""
    found: list[Note] = []
    for path in place.list(NOTES):
        with parquet_of(place, path) as file:
            rows: list[dict[str, Any]] = read(file).to_pylist()
        found += [Note(*(row[name] for name in Note._fields)) for row in rows]
    return sorted(found, key=lambda note: (note.noted_at, note.case))


def notes_on(notes: Iterable[Note], case: str, signature: str | None) -> list[Note]:
    """Those on a case, and those on cases whose stuck threads stand in the same places."""
    return [note for note in notes if note.case == case or (signature is not None and note.signature == signature)]


def _find(place: Place, name: str) -> dict[str, Any]:
    """The newest row of the one case that has this name, or whose name ends so."""
    rows = list(read_rows(place, "cases", ("case", "case_id", "signature", "analyzed_at")))
    found = [row for row in rows if row["case"] == name]
    for ends in (("/" + name, "!" + name), (name,)):
        found = found or [row for row in rows if row["case"].endswith(ends)]
    names = sorted({row["case"] for row in found})
    if not names:
        near = get_close_matches(name, sorted({row["case"] for row in rows})[:_COMPARED], _LISTED, cutoff=0.3)
        if near:
            raise UsageError(
                said("{case}: no such case in {path}; the most alike: {cases}", case=name, path=place.name, cases=first_of(near, _LISTED))
            )
        raise UsageError(said("{case}: no such case in {path}; give its name as `cases` has it", case=name, path=place.name))
    if len(names) > 1:
        raise UsageError(said("{case}: may be any of {cases}; give the whole name", case=name, cases=first_of(names, _LISTED)))
    return max(found, key=lambda row: row["analyzed_at"] or datetime.min.replace(tzinfo=timezone.utc))
