"""What all tests share: where the examples and the shared dumps are."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="session")
def root() -> pathlib.Path:
    return ROOT


@pytest.fixture(scope="session")
def example() -> pathlib.Path:
    """The real example: a MariaDB whose thread pool is used up by statements that wait for a row lock."""
    return ROOT / "examples" / "mariadb-pool-exhausted"


@pytest.fixture(scope="session")
def shared() -> pathlib.Path:
    """The dumps beside the project, used in place; skipped where they are absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "truth").is_dir():
        pytest.skip("no ../shared/truth beside the project")
    return folder


@pytest.fixture(scope="session")
def validate() -> Callable[[dict[str, Any]], None]:
    """Check a document against the JSON Schema that stackan ships, and the rules that hold for every document."""
    import jsonschema

    schema = json.loads((ROOT / "stackan" / "report" / "analysis.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)

    def validate(document: dict[str, Any]) -> None:
        validator.validate(document)
        for process in document["processes"]:
            for thread in process["threads"]:
                assert not (thread["progress"] == "stuck" and thread["state"] == "idle"), "a thread parked for work never counts as stuck"
        for finding in document["findings"]:
            if finding["confidence"] == "possible":
                assert finding["severity"] != "critical", "what is only possible is never critical"

    return validate
