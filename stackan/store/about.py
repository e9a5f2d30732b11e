"""What a store says of itself: `store.json`, which is written before the first row."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from typing import Any

from stackan.errors import UsageError
from stackan.model.said import said
from stackan.store.place import Folder, Place, damaged
from stackan.store.schema import SCHEMA, TABLES

ABOUT = "store.json"


def introduce(place: Place, profiles: Mapping[str, str], is_redacted: bool = False) -> None:
    """Say in the store what it is; profiles: {name: what is in it, in short} of those that its cases are analyzed with.

    Raises UsageError where it is something else.
    """
    about = {"schema": SCHEMA, "profiles": dict(profiles), **({"redacted": True} if is_redacted else {})}
    found = about_of(place)
    if found is None:
        place.put(ABOUT, json.dumps(about).encode() + b"\n")
    elif bool(found.get("redacted")) > is_redacted:
        raise UsageError(said("{path}: its cases are redacted; give --redact, or another --store", path=place.name))
    elif bool(found.get("redacted")) < is_redacted:
        raise UsageError(said("{path}: its cases are not redacted; give another --store", path=place.name))
    elif found != about:
        raise UsageError(said("{path}: its cases were analyzed with other profiles; give these, or another --store", path=place.name))


def about_of(place: Place) -> dict[str, Any] | None:
    """What a store says of itself, None where there is none yet.

    Raises UsageError where it is of another version, or damaged, and where there is something else.
    """
    if isinstance(place, Folder) and os.path.isfile(place.name):
        raise UsageError(said("{path}: a file, not a store; give a folder to --store", path=place.name))
    if not place.has(ABOUT):
        if any(place.list(table) for table in TABLES) or (isinstance(place, Folder) and _has_files(place.name)):
            raise UsageError(said("{path}: holds files of others (it has no store.json); give another --store", path=place.name))
        return None
    try:
        found = json.loads(place.read(ABOUT))
    except ValueError as error:
        raise damaged(place, ABOUT, error) from error
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        raise UsageError(said("{path}: a store of another version ({schema}); give another --store", path=place.name, schema=schema))
    return found  # type: ignore[no-any-return]


def _has_files(folder: str) -> bool:
    """Whether a folder is there and in use; hidden files may be of a run that was killed before it could say anything."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        return any(not entry.name.startswith(".") for entry in entries)
    return False
